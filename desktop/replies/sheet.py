"""Where one mail that is being written stands: its notes, its text, and what was said about it."""

from dataclasses import dataclass, field

from core.domain import AppliedRule, Draft, MessageId, RuleLine
from core.drafting.mailbox import NewMail, Target
from core.drafting.outgoing import Addressed
from desktop.jobs import Job


@dataclass
class Sheet:
    """A reply to `message`, or, where that is None, a new mail: `mail`, once its addressee is known."""

    message: MessageId | None
    mail: NewMail | None = None
    notes: str = ""
    text: str = ""
    draft: Draft | None = None
    zero_shot: str | None = None
    rules: tuple[AppliedRule, ...] = ()  # the draft's, and those left out of it
    left_out: frozenset[str] = field(default_factory=frozenset)
    job: Job | None = None
    wished: tuple[RuleLine, ...] = ()  # for this mail alone
    noted: tuple[str, ...] = ()
    edit_noted: bool = False  # what the user changed in the draft is kept, to learn from
    told: str = ""
    ahead: bool = False  # written before it was asked for, and not looked at yet
    addressed: Addressed | None = None  # None until it was asked for, and for a new mail
    everyone: bool | None = None  # None: as the user mostly does
    saved: tuple[str, ...] = ()  # Message-IDs of a new mail in Drafts, which the next save replaces

    @property
    def target(self) -> Target | None:
        """What core is to write; None for a new mail without addressee."""
        return self.mail if self.message is None else self.message

    @property
    def to_all(self) -> bool:
        """Whether it goes to everyone who got the message."""
        if self.everyone is not None or self.addressed is None:
            return bool(self.everyone)
        return self.addressed.everyone
