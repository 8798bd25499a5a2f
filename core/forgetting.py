"""Forgetting for good: mails, and all that was made of them or may have memorised them. What is left of
the profile is counted anew from what is left of the mail."""

from collections.abc import Collection
from dataclasses import replace

from core.domain import AccountId, Address, MessageId, Rule, RuleOrigin
from core.drafting.book import COUNTED, Rules
from core.drafting.mailbox import Mailbox
from core.drafting.outcomes import EDITS
from core.errors import InputError
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository, StoredMessage
from core.store.rules import RuleRepository
from core.store.settings import Exclude

# Replies of the gate and of evaluations, what learning remembers of a run, and the edits once proposed
# as rules, which quote mail; and what was counted in it.
_LEARNED = ("gate/", "learn/", "training/", EDITS, COUNTED)


class Forgetting:
    """Made for one call. All is forgotten in one transaction, or nothing is."""

    def __init__(self, database: Database, mailbox: Mailbox, exclude: Exclude) -> None:
        self._database, self._mailbox, self._exclude = database, mailbox, exclude
        self._messages = MessageRepository(database)
        self._exchanges = ExchangeRepository(database)
        self._rules = RuleRepository(database)

    def person(self, who: str) -> int:
        """An address or a domain; the number of mails forgotten. Raises InputError for nothing."""
        wanted = who.strip().lower().removeprefix("@")
        if not wanted:  # mail without an address would be meant
            raise InputError("Say whom to forget: an address, or a domain such as firm.example.")
        gone = [one.id for one in self._messages.all() if _concerns(one, wanted)]
        with self._database.transaction():
            for rule in self._rules.all():
                scope = Address("", rule.scope.value.lower())
                if wanted in (scope.email, scope.domain):
                    self._rules.remove(rule.id)
            self._forget(gone)
            self._rules.forget_history()
        self._database.scrub()
        return len(gone)

    def account(self, account: AccountId) -> None:
        """All mail of an account; its row stays, for the caller to remove."""
        gone = [one.id for one in self._messages.all() if one.account == account]
        with self._database.transaction():
            self._forget(gone)
        self._database.scrub()

    def _forget(self, gone: Collection[MessageId]) -> None:
        if not gone:
            return
        self._exchanges.remove_edits(gone)
        self._messages.delete(gone)
        self._forget_learned(gone)
        for rule in self._rules.all():
            self._forget_evidence(rule, frozenset(gone))
        self._mailbox.pair(self._exclude)
        learning = {one.id for one in self._exchanges.all("learning")}
        examples = ExampleRepository(self._database).all()
        Rules(self._database).learn([one for one in examples if one.exchange in learning])
        self._rules.forget_history()  # it quotes rules that are gone
        self._messages.forget_words()

    def _forget_learned(self, gone: Collection[MessageId]) -> None:
        """What was trained or written with the forgotten mail at hand may hold its words."""
        adapters = AdapterRepository(self._database)
        for adapter in adapters.all():
            adapters.remove(adapter.id)
        CheckpointRepository(self._database).clear_all()
        DraftRepository(self._database).clear()
        jobs = JobRepository(self._database)
        keys = [key for prefix in _LEARNED for key in jobs.keys(prefix)]
        for key in (*keys, *(f"drafts/{message}" for message in gone)):
            jobs.clear(key)

    def _forget_evidence(self, rule: Rule, gone: frozenset[MessageId]) -> None:
        """Ids of forgotten mails may come to stand for others."""
        left = tuple(message for message in rule.evidence if message not in gone)
        if left == rule.evidence:
            return
        if not left and rule.origin is not RuleOrigin.WRITTEN:
            self._rules.remove(rule.id)
        else:
            self._rules.update(replace(rule, evidence=left))


def _concerns(message: StoredMessage, who: str) -> bool:
    """Whether a message is from or to an address, or anybody of a domain."""
    people = (message.mail.sender, *message.mail.to, *message.mail.cc)
    return any(who in (one.email, one.domain) for one in people)
