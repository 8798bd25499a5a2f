"""Measured style: traits counted in the user's sent mail by code alone, for everyone, for each kind of
mail and for each person and domain. No model is involved, so it is there before any learning."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

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
from core.preference.habits import LEAST, Habit, habits, own_scope
from core.preference.sightings import EVERYONE, OPEN, Sighting, counts
from core.store.traits_seen import Values
from core.traits import TRAITS, Names, detect_all, plain, sentence

LANGUAGE = "language"
# The traits a model is told of; the rest of TRAITS serves the scores.
TOLD = (
    "greeting", "sign_off", "name", "length", "contractions", "exclamation", "tone", "thanks",
    "hedges", "lists", "emoji", "paragraphs", "pleasantry", "offer", "question", LANGUAGE,
)  # fmt: skip
# Whom a language may be a rule for: for everyone it would be told to those who write in another.
_ADDRESSED = frozenset({ScopeKind.EVERYONE, ScopeKind.AUDIENCE, ScopeKind.PERSON})
_COMMON = 0.1  # share from which a greeting or closing is one of several common ones
EvidenceOf = Callable[[ExchangeId], MessageId | None]


def scopes_of(
    incoming: Incoming, kind: str = "other", new_contact: bool = False, language: str = ""
) -> tuple[Scope, ...]:
    """The scopes a reply falls in, widest first. `language`: its own, '' where that makes no scope."""
    scopes = [EVERYONE]
    if language:
        scopes.append(Scope(ScopeKind.LANGUAGE, language))
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


def sightings(
    exchanges: Iterable[Exchange], seen: Mapping[ExchangeId, Values] | None = None
) -> list[Sighting]:
    """`seen`: what `values_in` gave, for exchanges that need not be looked at again."""
    mails = list(exchanges)
    known, found = seen or {}, []
    values = [known[one.id] if one.id in known else values_in(one) for one in mails]
    for one, shown, language in zip(mails, values, _languages(values), strict=True):
        scopes = scopes_of(one.incoming, one.kind, language=language)
        addressed = tuple(scope for scope in scopes if scope.kind in _ADDRESSED)
        found += [
            Sighting(one.id, one.date, addressed if trait.name == LANGUAGE else scopes, trait.name, value)
            for trait, value in zip(TRAITS, shown, strict=True)
            if value is not None
        ]
    return found


def _languages(found: Sequence[Values]) -> list[str]:
    """The language that each mail counts for: a few words in none that can be told are in the usual one. ''
    where all mail is in one, which says nothing."""
    place = next(place for place, trait in enumerate(TRAITS) if trait.name == LANGUAGE)
    told = [values[place] or "" for values in found]
    often = [language for language, count in Counter(told).most_common() if language and count >= LEAST]
    return [language or often[0] for language in told] if len(often) > 1 else [""] * len(told)


def values_in(exchange: Exchange) -> Values:
    """The value of each trait in what the user sent."""
    return list(detect_all(exchange.sent, Names.of(exchange.incoming)).values())


def common_forms(seen: Iterable[Sighting], known: Iterable[Habit] = ()) -> list[Habit]:
    """Greetings and closings vary more than other traits: every common one that is no habit of anybody's
    already, for the user to see and choose among. Few are common enough to write by."""
    told = {(one.trait, plain(one.value)) for one in known if one.until is None}
    open_seen = {(one.trait, one.exchange): one for one in seen if one.trait in OPEN}
    found = counts(open_seen.values(), EVERYONE)
    return [
        Habit(one.trait, own_scope(EVERYONE, where), one.value, one.where, one.mails)
        for one in found
        for where in ([open_seen[one.trait, mail] for mail in one.where],)
        if one.share >= _COMMON and len(one.where) >= LEAST and (one.trait, plain(one.value)) not in told
    ]


def measured_rules(found: Sequence[Habit], evidence_of: EvidenceOf | None = None) -> list[Rule]:
    """The habits of the traits a model is told of as rules, not stored yet (`id` 0)."""
    return [
        rule_of(one, one.trait, one.value, sentence(one.trait, one.value), RuleOrigin.MEASURED, evidence_of)
        for one in found
        if one.trait in TOLD and (one.trait != LANGUAGE or one.scope != EVERYONE)
    ]


def rule_of(
    habit: Habit, trait: str, value: str, words: str, origin: RuleOrigin, evidence_of: EvidenceOf | None
) -> Rule:
    return Rule(
        id=RuleId(0),
        trait=trait,
        value=value,
        sentence=words,
        scope=habit.scope,
        origin=origin,
        state=RuleState.ACTIVE,
        support_for=len(habit.where),
        support_against=habit.mails - len(habit.where),
        evidence=evidence(habit.where, evidence_of),
        since=habit.since,
        until=habit.until,
    )


def evidence(
    where: Iterable[ExchangeId], evidence_of: EvidenceOf | None, most: int = 20
) -> tuple[MessageId, ...]:
    """The newest mails a rule rests on."""
    if evidence_of is None:
        return ()
    found = [evidence_of(one) for one in sorted(where, reverse=True)[:most]]
    return tuple(one for one in found if one is not None)
