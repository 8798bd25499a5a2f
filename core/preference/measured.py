"""Measured style: traits counted in the user's sent mail by code alone, for everyone, for each kind of
mail and for each person and domain. No model is involved, so it is there before any learning."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain import (
    Exchange,
    ExchangeId,
    Incoming,
    MessageId,
    Rule,
    RuleId,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.traits import Names, detect_all, sentence

# The traits a model is told of; the rest of TRAITS serves the scores.
TOLD = (
    "greeting", "sign_off", "name", "length", "contractions", "exclamation", "tone", "thanks",
    "hedges", "lists", "emoji", "paragraphs", "pleasantry", "offer", "question",
)  # fmt: skip
_LEAST = 4  # mails a habit must show in
_SHARE = 0.7  # of the mails that can tell
_VARIED = frozenset({"greeting", "sign_off"})
_COMMON = 0.1  # share from which a greeting or closing is one of several common ones

EVERYONE = Scope()
EvidenceOf = Callable[[ExchangeId], MessageId | None]


@dataclass(frozen=True)
class Habit:
    """Where each value of a trait was seen in a scope."""

    trait: str
    scope: Scope
    seen: Mapping[str, tuple[ExchangeId, ...]]

    @property
    def value(self) -> str:
        """The commonest."""
        return max(self.seen, key=lambda value: len(self.seen[value]))

    @property
    def mails(self) -> int:
        return sum(map(len, self.seen.values()))

    def support(self, value: str) -> int:
        return len(self.seen.get(value, ()))

    @property
    def firm(self) -> bool:
        """Whether the commonest value is common enough for a rule."""
        support = self.support(self.value)
        return support >= _LEAST and support >= _SHARE * self.mails


@dataclass(frozen=True)
class Sighting:
    """One value of one trait in one mail. `sentence` is how a model put it, '' where code saw it."""

    exchange: ExchangeId
    scopes: tuple[Scope, ...]
    trait: str
    value: str
    sentence: str = ""


def scopes_of(incoming: Incoming, kind: str = "other", new_contact: bool = False) -> tuple[Scope, ...]:
    """The scopes a reply falls in, widest first."""
    scopes = [EVERYONE]
    if kind != "other":
        scopes.append(Scope(ScopeKind.KIND, kind))
    if new_contact:
        scopes.append(Scope(ScopeKind.AUDIENCE, NEW_CONTACT))
    if incoming.sender.domain:
        scopes.append(Scope(ScopeKind.AUDIENCE, incoming.sender.domain))
        scopes.append(Scope(ScopeKind.PERSON, incoming.sender.email))
    return tuple(scopes)


NEW_CONTACT = "new contact"


def measure(exchanges: Sequence[Exchange]) -> tuple[Habit, ...]:
    """The habits of these replies, of the learning part only, please: the rest is for judging."""
    return habits(sightings(exchanges))


def sightings(exchanges: Iterable[Exchange]) -> list[Sighting]:
    found = []
    for one in exchanges:
        scopes = scopes_of(one.incoming, one.kind)
        values = detect_all(one.sent, Names.of(one.incoming))
        found += [
            Sighting(one.id, scopes, trait, value) for trait, value in values.items() if value is not None
        ]
    return found


def habits(found: Iterable[Sighting]) -> tuple[Habit, ...]:
    """Counted by trait and scope, widest scopes first."""
    tables: dict[tuple[str, Scope], dict[str, list[ExchangeId]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        for scope in one.scopes:
            tables[one.trait, scope][one.value].append(one.exchange)
    made = [
        Habit(trait, scope, {value: tuple(places) for value, places in seen.items()})
        for (trait, scope), seen in tables.items()
    ]
    return tuple(sorted(made, key=lambda habit: WIDTH[habit.scope.kind]))


def worth_telling(found: Sequence[Habit]) -> list[Habit]:
    """Habits firm enough for a rule, and of narrower scopes only those that differ from what the
    wider ones already say."""
    wide = {habit.trait: habit for habit in found if habit.scope == EVERYONE}
    domains = {
        (habit.trait, habit.scope.value): habit for habit in found if habit.scope.kind is ScopeKind.AUDIENCE
    }
    told = []
    for habit in found:
        if not habit.firm:
            continue
        over = [wide[habit.trait]] if habit.scope != EVERYONE and habit.trait in wide else []
        if habit.scope.kind is ScopeKind.PERSON:
            domain = domains.get((habit.trait, habit.scope.value.rpartition("@")[2]))
            over = [domain] if domain and domain.firm else over
        if not any(one.firm and one.value == habit.value for one in over):
            told.append(habit)
    return told


def measured_rules(found: Sequence[Habit], evidence_of: EvidenceOf | None = None) -> list[Rule]:
    """The habits as rules, not stored yet (`id` 0). Greetings and closings vary more than other traits:
    every common one is a rule for everyone, for the user to see and choose among."""
    told = [one for one in found if one.trait in TOLD]
    pairs = [(one, one.value) for one in worth_telling(told)]
    for habit in told:
        if habit.trait in _VARIED and habit.scope == EVERYONE:
            pairs += [
                (habit, value)
                for value in habit.seen
                if _is_common(habit, value) and not (habit.firm and value == habit.value)
            ]
    return [_rule(habit, value, evidence_of) for habit, value in pairs]


def _is_common(habit: Habit, value: str) -> bool:
    support = habit.support(value)
    return support >= _LEAST and support >= _COMMON * habit.mails


def _rule(habit: Habit, value: str, evidence_of: EvidenceOf | None) -> Rule:
    return Rule(
        id=RuleId(0),
        trait=habit.trait,
        value=value,
        sentence=sentence(habit.trait, value),
        scope=habit.scope,
        origin=RuleOrigin.MEASURED,
        state=RuleState.ACTIVE,
        support_for=habit.support(value),
        support_against=habit.mails - habit.support(value),
        evidence=evidence(habit.seen[value], evidence_of),
    )


def evidence(
    where: Iterable[ExchangeId], evidence_of: EvidenceOf | None, most: int = 20
) -> tuple[MessageId, ...]:
    """The newest mails a rule rests on."""
    if evidence_of is None:
        return ()
    found = [evidence_of(one) for one in sorted(where, reverse=True)[:most]]
    return tuple(one for one in found if one is not None)


WIDTH: Mapping[ScopeKind, int] = {kind: place for place, kind in enumerate(ScopeKind)}
