"""The rule book as drafting and learning use it: brought up to date from the store's exchanges, and asked
for the rules of one context with all it needs to know of the user's mail."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.domain import (
    Address,
    AppliedRule,
    Context,
    Example,
    Exchange,
    ExchangeId,
    MessageId,
    Rule,
    RuleLine,
    RuleOrigin,
    Scope,
    ScopeKind,
)
from core.drafting.facts import source
from core.preference.discretion import is_about_style, names_in, names_in_form
from core.preference.habits import COUNTING, habits
from core.preference.learned import learned_rules
from core.preference.measured import (
    LANGUAGE,
    TOLD,
    common_forms,
    evidence,
    measured_rules,
    sightings,
    values_in,
)
from core.preference.rulebook import RuleBook
from core.preference.sightings import OPEN, Count, Sighting, counts
from core.preference.trend import Period, trend
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.rules import RuleRepository
from core.store.traits_seen import TraitsSeenRepository, Values
from core.traits import DETECTORS, TRAITS, Names, language_of
from core.traits.facts import keys
from core.traits.kinds import kind_of

_AT_ONCE = 1000  # mails looked at between two writes to the store


COUNTED = "measured/counted"  # the key under which the store keeps the measured style


@dataclass(frozen=True)
class _Counted:
    """The measured rules as they were found; `counted_in` stands for the mail they were found in."""

    counted_in: str
    rules: tuple[Rule, ...]


class Rules:
    """`refresh` after mail came or went, `learn` after examples were made. What it knows of the mail is
    read once, so make a new one for each draft or run."""

    def __init__(self, database: Database) -> None:
        self._exchanges = ExchangeRepository(database)
        self._seen = TraitsSeenRepository(database)
        self._jobs = JobRepository(database)
        self.book = RuleBook(RuleRepository(database))

    def refresh(self) -> None:
        """Brings the measured style up to the learning part, or to all mail before there is one. Counts anew
        only where that is not the mail it was counted in last."""
        counted_in, known = self._digest(), self._jobs.get(COUNTED, _Counted)
        if known is None or known.counted_in != counted_in:
            known = _Counted(counted_in, tuple(self._count()))
            self._jobs.set(COUNTED, known)
        self.book.refresh(known.rules, RuleOrigin.MEASURED)

    def counts(self, scope: Scope) -> list[tuple[Count, tuple[MessageId, ...]]]:
        """What was counted in the mails of a scope, all traits, each value with its newest mails."""
        return [
            (one, evidence(one.where, self._evidence, most=3)) for one in counts(self._sightings(), scope)
        ]

    def trend(self, rule: Rule) -> tuple[Period, ...]:
        """How it fared in the sent mail of its scope, over time."""
        return trend(self._sightings(), rule)

    def learn(self, examples: Sequence[Example]) -> None:
        """Gathers the rules of `examples` into the book, beside the style measured on the same part."""
        known = {one.id: one for one in self._learning}
        self.book.refresh(learned_rules(examples, known, self._evidence), RuleOrigin.LEARNED)
        # Last: a habit whose learned rule has just gone comes back as a measured one.
        self.refresh()

    def merge(self, context: Context, lines: Sequence[RuleLine]) -> tuple[AppliedRule, ...]:
        """The rules for one reply: the agent's `lines` and the book's. An agent's line that nothing in
        the user's mail bears out is left out, and one that holds facts of other mail."""
        mail = context.incoming
        kind = kind_of(f"{mail.subject}\n{mail.text}", context.notes)
        new_contact = mail.sender.domain not in self._domains
        chosen = self.book.for_context(context, kind, self._language(context), new_contact)
        observed = self._observed(mail.sender)
        known = keys(source(context)) | frozenset(key for _, value in observed for key in keys(value))
        told = [line for line in lines if is_about_style(line.sentence) and names_in(line.sentence) <= known]
        # A profile without mail bears out all.
        return self.book.merge(told, chosen, Names.of(mail), observed or None).applied

    def _language(self, context: Context) -> str:
        """The one the reply will be in, where rules hold for one language: that which the user writes to this
        person in, or the mail's own. '' where it cannot be told."""
        if not any(rule.scope.kind is ScopeKind.LANGUAGE for rule in self.book.all()):
            return ""
        usual = [one.rule for one in self.book.for_context(context) if one.rule.trait == LANGUAGE]
        mail = context.incoming
        return usual[0].value if usual else language_of(f"{mail.subject}\n{mail.text}\n{context.notes}") or ""

    @cached_property
    def _learning(self) -> tuple[Exchange, ...]:
        return self._exchanges.all("learning") or self._exchanges.all()

    @cached_property
    def _domains(self) -> frozenset[str]:
        return frozenset(one.incoming.sender.domain for one in self._learning)

    def _observed(self, reader: Address) -> frozenset[tuple[str, str]]:
        """What the user has written to this reader, or to anybody where it names nobody."""
        return frozenset(
            (trait, value)
            for (trait, value), readers in self._readers.items()
            if len(readers) > 1 or reader.email in readers or trait not in OPEN or not names_in_form(value)
        )

    @cached_property
    def _readers(self) -> Mapping[tuple[str, str], set[str]]:
        """To whom each value of a trait was written."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self._learning:
            for trait, value in zip(TRAITS, self._values[one.id], strict=True):
                if value is not None:
                    found[trait.name, value].add(one.incoming.sender.email)
        return found

    def _count(self) -> list[Rule]:
        seen = [one for one in self._sightings() if one.trait in TOLD]
        found = habits(seen)
        return measured_rules([*found, *common_forms(seen, found)], self._evidence)

    def _digest(self) -> str:
        """Of all that the measured style is counted from, and by what."""
        digest = hashlib.sha256(f"{DETECTORS} {COUNTING}".encode())
        for one in self._learning:
            values = self._values[one.id]
            digest.update(repr((one.id, one.date, one.kind, one.incoming.sender.email, values)).encode())
        return digest.hexdigest()

    def _sightings(self) -> list[Sighting]:
        return sightings(self._learning, self._values)

    @cached_property
    def _values(self) -> Mapping[ExchangeId, Values]:
        """What the detectors see in the learning part; they look only at what they have not seen before."""
        known = self._seen.all(DETECTORS)
        new = [one for one in self._learning if one.id not in known]
        for at in range(0, len(new), _AT_ONCE):
            found = {one.id: values_in(one) for one in new[at : at + _AT_ONCE]}
            self._seen.put(DETECTORS, found)
            known |= found
        return known

    def _evidence(self, exchange: ExchangeId) -> MessageId | None:
        return self._exchanges.messages_of(exchange)[0]
