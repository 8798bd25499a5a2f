"""What became of the drafts, and what it says: rules that the user's edits speak for, rules the writer does
not follow, and whether to learn again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import fmean

from core import messages
from core.domain import OUT, AccountId, Adapter, Address, AppliedRule, Kept, Proposal, RuleId, RuleState
from core.drafting import context as contexts
from core.drafting.mailbox import Mailbox
from core.errors import InputError
from core.preference.edits import Outcome, Repeated, changed_share, repeated
from core.preference.ignored import is_ignored, is_reworded
from core.preference.rulebook import RuleBook
from core.store.database import Database
from core.store.drafts import DraftRepository, StoredDraft
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository
from core.store.rules import RuleRepository

EDITS = "edits/"  # of the keys under which the store keeps what was proposed
_PROPOSED = f"{EDITS}proposed"
_RECENT = 100  # drafts; what was changed before them may be another habit by now
# Of replies: what learning again is worth its hours for, the smaller one, but never less than the last.
_NEW, _NEW_SHARE, _NEW_LEAST = 20, 0.15, 10
_LATELY = 8  # drafts; as many must have come before
_MORE, _TIMES = 0.1, 1.5  # of the words and as often as before: what edits have grown by, both


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
        self._exchanges = ExchangeRepository(database)
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

    def learn_again(self, live: Adapter | None) -> str:
        """Why learning again is worthwhile, in a sentence; empty where it is not, or nothing is in use yet.
        What is new came after the last learning, also where the one before it stayed in use."""
        if live is None:
            return ""
        new = self._exchanges.unsplit()
        learned = self._exchanges.count() - new
        if new >= max(_NEW_LEAST, min(_NEW, _NEW_SHARE * learned)):
            return messages.learning.new_to_learn(new)
        shares = [
            changed_share(one.draft.text, one.edited)
            for one in self._finished()
            if one.draft.adapter == live.id and one.edited is not None
        ]
        if len(shares) < 2 * _LATELY:
            return ""
        before, lately = fmean(shares[:-_LATELY]), fmean(shares[-_LATELY:])
        grown = lately >= before + _MORE and lately >= before * _TIMES
        return messages.learning.edits_grow(before, lately) if grown else ""

    def heed_ignored(self) -> tuple[str, ...]:
        """Rules that the model of the newest draft breaks in most of its last drafts: put in other words
        once, left out where that did not help. The user's own are only told of. What to tell, a sentence
        each."""
        drafts = sorted(self._drafts.latest_of_each().values(), key=lambda draft: draft.id)[-_RECENT:]
        uses: dict[RuleId, list[tuple[datetime, AppliedRule]]] = defaultdict(list)
        for one in drafts:
            for use in one.draft.rules:
                if use.rule is not None and one.draft.model == drafts[-1].draft.model:
                    uses[use.rule].append((one.created, use))
        broken = [use.rule for use in drafts[-1].draft.rules if use.kept is Kept.NOT_KEPT] if drafts else []
        told = [self._heed(rule, uses[rule]) for rule in broken if rule is not None]
        return tuple(sentence for sentence in told if sentence)

    def left_out(self) -> tuple[RuleId, ...]:
        """Rules left out since other words did not help: another writer may follow them."""
        return tuple(one.id for one in self._book.all() if one.state is RuleState.LEFT_OUT)

    def _heed(self, known: RuleId, uses: Sequence[tuple[datetime, AppliedRule]]) -> str:
        rule = next((one for one in self._book.all() if one.id == known), None)
        if rule is None or rule.state in OUT:
            return ""
        since = self._book.put_since(rule)
        as_now = [use for at, use in uses if use.line.sentence == rule.sentence and (not since or at > since)]
        if not is_ignored(use.kept for use in as_now):
            return ""
        if self._book.is_users(rule):
            return messages.rules.own_rule_ignored(rule)
        if is_reworded(rule.sentence):
            self._book.leave_out(known)
            return messages.rules.left_out(rule)
        self._book.reword(known)
        return messages.rules.put_otherwise(self._book.get(known))

    def _finished(self) -> list[StoredDraft]:
        """The newest drafts that the user is known to have done with, oldest first."""
        drafts = sorted(self._drafts.latest_of_each().values(), key=lambda draft: draft.id)
        return [one for one in drafts if one.edited is not None][-_RECENT:]

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
        users: dict[AccountId, Address] = {}
        found = []
        for draft in self._finished():
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
