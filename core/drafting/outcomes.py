"""What became of the drafts, and what it says: rules that the user's edits speak for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.domain import AccountId, Address, Proposal, RuleId
from core.drafting import context as contexts
from core.drafting.mailbox import Mailbox
from core.errors import InputError
from core.preference.edits import Outcome, Repeated, repeated
from core.preference.rulebook import RuleBook
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository
from core.store.rules import RuleRepository

EDITS = "edits/"  # of the keys under which the store keeps what was proposed
_PROPOSED = f"{EDITS}proposed"
_RECENT = 200  # drafts; what was changed before them may be another habit by now


@dataclass(frozen=True)
class _Proposed:
    """The number of each change that was ever proposed, and the changes that are not to be again."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    declined: tuple[str, ...] = ()


class Outcomes:
    """Reads the store anew at every call."""

    def __init__(self, database: Database, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._book = RuleBook(RuleRepository(database))
        self._drafts = DraftRepository(database)
        self._jobs = JobRepository(database)
        self._messages = MessageRepository(database)

    def proposals(self) -> tuple[Proposal, ...]:
        """Rules for changes made in several drafts that the user has neither asked for nor declined, nor
        switched off; the most frequent first."""
        return tuple(
            Proposal(number, one.change.words(len(one.drafts)), one.change.rule, one.scope, one.drafts)
            for number, one in self._open().items()
        )

    def accept(self, number: int) -> RuleId:
        """Raises InputError for an unknown one."""
        one = self._proposed(number)
        return self._book.accept(one.change.rule, one.scope, one.drafts)

    def decline(self, number: int) -> None:
        """For ever. Raises InputError for an unknown one."""
        one, known = self._proposed(number), self._known
        self._jobs.set(_PROPOSED, replace(known, declined=(*known.declined, one.change.key)))

    def _proposed(self, number: int) -> Repeated:
        found = self._open().get(number)
        if found is None:
            raise InputError(
                f"There is no proposal {number}; `longhand rules proposals` shows which there are."
            )
        return found

    def _open(self) -> dict[int, Repeated]:
        known = self._known
        found = [
            one
            for one in repeated(self._outcomes())
            if one.change.key not in known.declined and not self._book.settles(one.change.rule, one.scope)
        ]
        numbers = _numbered(known.numbers, [one.change.key for one in found])
        if numbers != known.numbers:
            self._jobs.set(_PROPOSED, replace(known, numbers=numbers))
        return {numbers[one.change.key]: one for one in found}

    @property
    def _known(self) -> _Proposed:
        return self._jobs.get(_PROPOSED, _Proposed) or _Proposed()

    def _outcomes(self) -> list[Outcome]:
        """Of the newest drafts that the user is known to have finished with, oldest first."""
        drafts = sorted(self._drafts.latest_of_each().values(), key=lambda draft: draft.id)
        users: dict[AccountId, Address] = {}
        found = []
        for draft in [one for one in drafts if one.edited is not None][-_RECENT:]:
            message = None if draft.message is None else self._messages.get(draft.message)
            if message is None or draft.edited is None:
                continue
            if message.account not in users:
                users[message.account] = self._mailbox.identity(message)
            came = contexts.incoming(message.mail, users[message.account])
            rules = tuple(rule.line for rule in draft.draft.rules)
            found.append(Outcome(message.id, came, rules, draft.draft.text, draft.edited))
        return found


def _numbered(known: Mapping[str, int], keys: Sequence[str]) -> dict[str, int]:
    """Numbers are never given twice, so that none comes to mean another proposal while a list is read."""
    numbers = dict(known)
    for key in keys:
        numbers.setdefault(key, max(numbers.values(), default=0) + 1)
    return numbers
