"""The rule book as its owner sees and changes it: rules with their evidence, conflicts to settle, and what
their edits of drafts speak for."""

from collections.abc import Sequence

from core.domain import MessageId, Proposal, Rule, RuleId, Scope
from core.drafting.book import Rules
from core.drafting.outcomes import Outcomes
from core.drafting.rule_transfer import RuleTransfer
from core.preference import rule_changes
from core.preference.rulebook import Conflict, RuleBook
from core.preference.sightings import Count
from core.preference.trend import Period
from core.store.database import Database
from core.store.messages import MessageRepository, StoredMessage
from core.store.rules import RuleChange, RuleRepository


class RuleDesk:
    """All methods that take a rule raise InputError for an unknown one."""

    def __init__(self, database: Database, outcomes: Outcomes) -> None:
        self._database, self._outcomes = database, outcomes

    def all(self) -> tuple[Rule, ...]:
        return self._book.all()

    def measured(self, scope: Scope) -> list[tuple[Count, tuple[MessageId, ...]]]:
        """All that code counted in sent mail of a scope, habits or not, with the newest mails of each."""
        return Rules(self._database).counts(scope)

    def get(self, rule: RuleId) -> Rule:
        return self._book.get(rule)

    def pin(self, rule: RuleId) -> Rule:
        """It wins over other rules of its trait and scope from now on."""
        self._book.pin(rule)
        return self.get(rule)

    def unpin(self, rule: RuleId) -> Rule:
        self._book.unpin(rule)
        return self.get(rule)

    def turn_off(self, rule: RuleId) -> Rule:
        """For ever, also where the same trait and value come up again."""
        self._book.off(rule)
        return self.get(rule)

    def turn_on(self, rule: RuleId) -> Rule:
        self._book.on(rule)
        return self.get(rule)

    def add(self, trait: str, sentence: str, scope: Scope) -> Rule:
        """A rule in the user's own words; the trait 'other' fits any. Raises InputError."""
        return self.get(self._book.add(trait, sentence, scope))

    def edit(self, rule: RuleId, sentence: str, scope: Scope | None = None) -> Rule:
        """In other words, or for others; from then on it is the user's own."""
        self._book.edit(rule, sentence, scope)
        return self.get(rule)

    def merge(self, rules: Sequence[RuleId], sentence: str, scope: Scope) -> Rule:
        """One rule of the user's own in place of several about the same. Raises InputError."""
        with self._database.transaction():
            return self.get(rule_changes.merge(self._book, rules, sentence, scope))

    def trend(self, rule: RuleId) -> tuple[Period, ...]:
        """How the rule fared over time, oldest first; empty where code cannot see it in a mail."""
        return Rules(self._database).trend(self.get(rule))

    @property
    def transfer(self) -> RuleTransfer:
        """The book as a file."""
        return RuleTransfer(self._database)

    def remove(self, rule: RuleId) -> None:
        """One in the user's own words; others are switched off."""
        self._book.remove(rule)

    def restore(self, rules: Sequence[Rule], made: Sequence[RuleId] = ()) -> None:
        """Takes a change back: the rules as they were before it, without those it `made`."""
        with self._database.transaction():
            self._book.restore(rules, made)

    def conflicts(self) -> tuple[Conflict, ...]:
        """Rules that ask for different things of the same people: for the user to settle."""
        return self._book.conflicts()

    def evidence(self, rule: RuleId) -> tuple[StoredMessage, ...]:
        """The sent mails that bear a rule out."""
        messages = MessageRepository(self._database)
        found = (messages.get(message) for message in self.get(rule).evidence)
        return tuple(message for message in found if message is not None)

    def history(self, rule: RuleId) -> tuple[RuleChange, ...]:
        """What it was before each change, oldest first; of a rule that is gone too."""
        return RuleRepository(self._database).history(rule)

    def proposals(self) -> tuple[Proposal, ...]:
        """Rules that the user's edits of drafts speak for, the most frequent edit first."""
        return self._outcomes.proposals()

    def accept(self, proposal: int) -> Rule:
        """Makes it a rule of the user's own. Raises InputError for an unknown one, as does the next."""
        return self.get(self._outcomes.accept(proposal))

    def decline(self, proposal: int) -> None:
        """It is not proposed again."""
        self._outcomes.decline(proposal)

    @property
    def _book(self) -> RuleBook:
        return Rules(self._database).book
