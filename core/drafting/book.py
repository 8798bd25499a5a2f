"""The rule book as drafting and learning use it: brought up to date from the store's exchanges, and asked
for the rules of one context with all it needs to know of the user's mail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from core.domain import (
    Address,
    AppliedRule,
    Context,
    Example,
    Exchange,
    ExchangeId,
    MessageId,
    RuleLine,
    RuleOrigin,
    Scope,
)
from core.drafting.facts import source
from core.preference.discretion import is_about_style, names_in, names_in_form
from core.preference.habits import habits
from core.preference.learned import learned_rules
from core.preference.measured import TOLD, common_forms, evidence, measured_rules, sightings
from core.preference.rulebook import RuleBook
from core.preference.sightings import OPEN, Count, counts
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.rules import RuleRepository
from core.traits import Names
from core.traits.facts import keys
from core.traits.kinds import kind_of


class Rules:
    """`refresh` after mail came or went, `learn` after examples were made. What it knows of the mail is
    read once, so make a new one for each draft or run."""

    def __init__(self, database: Database) -> None:
        self._exchanges = ExchangeRepository(database)
        self.book = RuleBook(RuleRepository(database))

    def refresh(self) -> None:
        """Counts the measured style anew: over the learning part, or all mail before there is one."""
        seen = [one for one in sightings(self._learning) if one.trait in TOLD]
        found = habits(seen)
        told = [*found, *common_forms(seen, found)]
        self.book.refresh(measured_rules(told, self._evidence), RuleOrigin.MEASURED)

    def counts(self, scope: Scope) -> list[tuple[Count, tuple[MessageId, ...]]]:
        """What was counted in the mails of a scope, all traits, each value with its newest mails."""
        return [
            (one, evidence(one.where, self._evidence, most=3))
            for one in counts(sightings(self._learning), scope)
        ]

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
        chosen = self.book.for_context(context, kind, new_contact=mail.sender.domain not in self._domains)
        observed = self._observed(mail.sender)
        known = keys(source(context)) | frozenset(key for _, value in observed for key in keys(value))
        told = [line for line in lines if is_about_style(line.sentence) and names_in(line.sentence) <= known]
        # A profile without mail bears out all.
        return self.book.merge(told, chosen, Names.of(mail), observed or None).applied

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
        emails = {one.id: one.incoming.sender.email for one in self._learning}
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in sightings(self._learning):
            found[one.trait, one.value].add(emails[one.exchange])
        return found

    def _evidence(self, exchange: ExchangeId) -> MessageId | None:
        return self._exchanges.messages_of(exchange)[0]
