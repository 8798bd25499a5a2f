"""Forgetting for good: mails, and all that was made of them or may have memorised them. What is left of
the profile is counted anew from what is left of the mail."""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain import AccountId, Address, MessageId, Rule, RuleOrigin
from core.drafting.book import COUNTED, Rules
from core.drafting.mailbox import Mailbox
from core.drafting.outcomes import EDITS
from core.drafting.rule_transfer import IMPORTED
from core.errors import InputError, ProfileError
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
# as rules, which quote mail; what was counted in it; and the rules that an import changed.
_LEARNED = ("gate/", "learn/", "training/", EDITS, COUNTED, IMPORTED)

_LEAST_CHARACTERS = 3  # of the words of a matter: fewer are in every mail


class Forgetting:
    """Of mails, what was made of them, and every adapter, checkpoint and draft, as each may have memorised
    them. All is forgotten in one transaction, or nothing is. `exclude`: what is never read, as it is now;
    `evaluations`: the folder of evaluations on other texts, whose drafts go as well."""

    def __init__(
        self,
        database: Database,
        mailbox: Mailbox,
        exclude: Callable[[], Exclude],
        evaluations: Path | None = None,
    ) -> None:
        self._database, self._mailbox, self._exclude = database, mailbox, exclude
        self._evaluations = evaluations
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
        self._wipe()
        return len(gone)

    def matter(self, words: str) -> int:
        """Every thread that names it: one of its mails holds `words`, in that order, in its subject or text.
        The number of mails forgotten. Raises InputError for too few words."""
        gone = self.mails_of(words)
        with self._database.transaction():
            for rule in self._rules.all():
                if _plain(words) in _plain(rule.sentence):
                    self._rules.remove(rule.id)
            self._forget(gone)
            self._rules.forget_history()
        self._wipe()
        return len(gone)

    def mails_of(self, words: str) -> tuple[MessageId, ...]:
        """The mails that `matter` would forget. Raises InputError for too few words."""
        wanted, mails = _plain(words), self._messages.all()
        if len(wanted) < _LEAST_CHARACTERS:
            raise InputError("Say which matter to forget: words of its subject, such as 'lease of the mill'.")
        threads = _threads(mails)
        named = {threads[one.id] for one in mails if wanted in _plain(_all_text(one))}
        return tuple(one.id for one in mails if threads[one.id] in named)

    def account(self, account: AccountId) -> None:
        """All mail of an account; its row stays, for the caller to remove."""
        gone = [one.id for one in self._messages.all() if one.account == account]
        with self._database.transaction():
            self._forget(gone)
        self._wipe()

    def _wipe(self) -> None:
        """What lies outside of the tables. Raises ProfileError."""
        self._database.scrub()
        if self._evaluations is None or not self._evaluations.exists():
            return
        try:
            shutil.rmtree(self._evaluations)
        except OSError:
            raise ProfileError(
                "The drafts of earlier evaluations could not be deleted; delete the folder 'evaluations' of "
                "the profile."
            ) from None

    def _forget(self, gone: Collection[MessageId]) -> None:
        if not gone:
            return
        self._exchanges.remove_edits(gone)
        self._messages.delete(gone)
        self._forget_learned(gone)
        for rule in self._rules.all():
            self._forget_evidence(rule, frozenset(gone))
        self._mailbox.pair(self._exclude())
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


def _all_text(message: StoredMessage) -> str:
    mail = message.mail
    return f"{mail.subject}\n{mail.text}\n{mail.quoted}\n{mail.signature}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _threads(mails: Sequence[StoredMessage]) -> dict[MessageId, str]:
    """Of each mail the thread it belongs to, by a name that all mails of the thread share."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.get(name, name) != name:
            name = parents[name]
        return name

    for one in mails:
        mail = one.mail
        for other in (mail.in_reply_to, *mail.references):
            if other and mail.message_id:
                parents[root(mail.message_id)] = root(other)
    return {one.id: root(one.mail.message_id) or f"row {one.id}" for one in mails}
