"""A finished draft on its way to where the user sends it from: whom it is for, as a whole message, and into
the Drafts folder."""

from dataclasses import dataclass, replace

from core.domain import Address, MessageId
from core.drafting.mailbox import Mailbox, NewMail, Target
from core.errors import InputError
from core.mail import drafts
from core.mail.drafts import compose_reply, recipients
from core.mail.servers import Servers
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.kept_settings import KeptSettings

People = tuple[Address, ...]


@dataclass(frozen=True)
class Addressed:
    """Whom a reply goes to, (To, Cc): to its sender `alone`, or to `all` who got the message. `everyone`:
    whether the user mostly answers so."""

    alone: tuple[People, People]
    all: tuple[People, People]
    everyone: bool

    @property
    def several(self) -> bool:
        """Whether there is anything to choose."""
        return self.alone != self.all


class Outgoing:
    """All raise InputError for what is not there."""

    def __init__(
        self, database: Database, settings: KeptSettings, mailbox: Mailbox, servers: Servers
    ) -> None:
        self._drafts, self._settings = DraftRepository(database), settings
        self._mailbox, self._servers = mailbox, servers

    def people(self) -> tuple[Address, ...]:
        """Everyone whom a new mail may be for, as far as the mail tells."""
        return self._mailbox.people()

    def addressed(self, message: MessageId) -> Addressed:
        """Whom a reply would go to, either way."""
        stored = self._mailbox.message(message)
        usual = self._mailbox.manner(stored)
        alone, everyone = (
            recipients(stored.mail, replace(usual, everyone=to_all)) for to_all in (False, True)
        )
        return Addressed(alone, everyone, usual.everyone)

    def whole(self, target: Target, text: str, *, everyone: bool | None = None) -> bytes:
        """The mail that `text` is the body of, a reply to a stored message or a new mail: bytes with CRLF
        line ends."""
        if isinstance(target, NewMail):
            sender = self._mailbox.sender(target)
            return drafts.compose(text, sender, (target.to,), target.subject).as_bytes()
        if not isinstance(target, int):
            raise InputError("Only a reply to a stored message, or a new mail, can be made a whole message.")
        stored = self._mailbox.message(MessageId(target))
        return compose_reply(stored.mail, text, self._mailbox.manner(stored, everyone))

    def save_reply(
        self, message: MessageId, text: str, *, create: bool = False, everyone: bool | None = None
    ) -> int | None:
        """Puts `text` into the server's Drafts folder in place of Longhand's earlier draft of the same
        reply; its UID there (None where the server does not tell). `create` makes a missing folder;
        `everyone`: to all who got the message, None for what the user mostly does. Raises MailError."""
        stored = self._mailbox.message(message)
        uid = self._servers.save_draft(stored, text, self._mailbox.manner(stored, everyone), create)
        if latest := self._drafts.latest(message):
            self._drafts.set_saved(latest.id, uid)
        self._mailbox.keep_edit(message, text, self._settings.now.exclude)
        return uid

    def is_noted(self, message: MessageId) -> bool:
        """Whether what the user made of the draft is kept, to learn from."""
        latest = self._drafts.latest(message)
        return latest is not None and latest.edited is not None

    def take_back(self, message: MessageId) -> None:
        """What was noted is learned nothing from; the mail in Drafts stays as it is."""
        if latest := self._drafts.latest(message):
            self._mailbox.keep_edit(message, latest.draft.text, self._settings.now.exclude)

    def save_new(
        self, mail: NewMail, text: str, replaces: tuple[str, ...] = (), *, create: bool = False
    ) -> tuple[str, ...]:
        """Puts a new mail into the Drafts folder of the account it is from, in place of earlier ones of it
        by their Message-IDs; those that the next one would replace. `create` makes a missing folder.
        Raises MailError."""
        account = self._mailbox.account(mail)
        return self._servers.save_new(account.id, self.whole(mail, text), replaces, create)
