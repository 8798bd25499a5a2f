"""From values seen in single mails to habits: which value, in which scope, from when until when. A habit is
put down to the widest scope that bears it out, and to a narrower one only where that one differs."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from core.domain import ExchangeId, Scope, ScopeKind
from core.preference.changes import surprise
from core.preference.discretion import names_in_form
from core.preference.sightings import EVERYONE, OPEN, WIDTH, Sighting, Stretch, one_form, stretches

# Goes up whenever the same mail comes to give other measured rules, here or in the modules this leans on:
# what was counted is kept.
COUNTING = 1
LEAST = 4  # mails a habit must show in
_SHARE = 0.7  # of the mails that can tell
_HALF_LIFE = 730.0  # days after which a mail counts half
_CHANCE = 0.01  # that a trait with no habit of its own anywhere is told of some scope all the same
_ROUNDS = 5
# Several values of one of these side by side contradict one another, if each has this share and all together
# nearly all mails. Of the rest a mixture says only that there is no habit.
_TORN: Mapping[str, frozenset[str]] = {
    "name": frozenset({"first", "full", "initial"}),
    "thanks": frozenset({"first", "last"}),
    "lists": frozenset({"dashes", "numbers"}),
    "tone": frozenset({"formal", "casual"}),
}
_EACH, _TOGETHER = 0.25, 0.75


@dataclass(frozen=True)
class Habit:
    """A value of a trait in a scope. `where`: the mails that show it, oldest first, of `mails` that could
    tell, while it lasted; those a narrower habit accounts for are not among them. `since` is set where
    another habit or none came before, `until` where it has ended."""

    trait: str
    scope: Scope
    value: str
    where: tuple[ExchangeId, ...]
    mails: int
    since: datetime | None = None
    until: datetime | None = None


def habits(found: Iterable[Sighting]) -> tuple[Habit, ...]:
    """The habits worth telling, widest scopes first. Two of one trait and scope that both hold
    contradict each other."""
    by_trait: dict[str, list[Sighting]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.date, one.exchange)):
        by_trait[one.trait].append(one)
    made = [habit for seen in by_trait.values() for habit in _Account(one_form(seen)).habits()]
    return tuple(sorted(made, key=lambda habit: WIDTH[habit.scope.kind]))


class _Account:
    """Puts each mail's value down to a scope, for one trait: at first to everyone, then to a narrower
    scope wherever that one is far from what is usual in the rest."""

    def __init__(self, seen: Sequence[Sighting]) -> None:
        self._seen = seen
        self._newest = seen[-1].date
        narrow: dict[Scope, list[Sighting]] = defaultdict(list)
        for one in seen:
            for scope in one.scopes[1:]:
                narrow[scope].append(one)
        self._in_scope = {scope: mails for scope, mails in narrow.items() if len(mails) >= LEAST}
        self._far = log(max(1, len(self._in_scope)) / _CHANCE)
        self._told: set[Scope] = set()
        self._put_down()

    def habits(self) -> list[Habit]:
        for _ in range(_ROUNDS):
            before = set(self._told)
            self._told |= self._differing()
            self._put_down()
            self._drop_needless()
            if self._told == before:
                break
        found = [
            (self._bearer(scope, stretch), stretch, value)
            for scope in (EVERYONE, *sorted(self._told, key=lambda one: WIDTH[one.kind]))
            for stretch in self._stretches.get(scope, ())
            for value in self._values_told(scope, stretch)
        ]
        return _without_past_of_present([_habit(*one) for one in found])

    def _bearer(self, scope: Scope, stretch: Stretch) -> Scope:
        """Beside habits of single audiences, what is left for everyone but comes from one audience alone is
        that one's."""
        if scope != EVERYONE or not self._told:
            return scope
        shared = set.intersection(*(set(one.scopes) for one in stretch.seen))
        return next((one for one in shared if one.kind is ScopeKind.AUDIENCE), scope)

    def _values_told(self, scope: Scope, stretch: Stretch) -> tuple[str, ...]:
        values = self._firm(stretch)
        return values if scope == EVERYONE or self._is_own(scope, stretch, values) else ()

    def _is_own(self, scope: Scope, stretch: Stretch, values: Sequence[str]) -> bool:
        """Whether a narrower scope is far from the wider ones, and says what they do not say anyway."""
        if self._distance(scope, stretch, values) <= self._far:
            return False
        return any(self._firms.get(self._place(one, scope), ()) != values for one in stretch.seen)

    def _put_down(self) -> None:
        """Divides the mails among the scopes told, each to the narrowest it is in."""
        groups: dict[Scope, list[Sighting]] = defaultdict(list)
        self._home = {one.exchange: self._narrowest(one) for one in self._seen}
        for one in self._seen:
            groups[self._home[one.exchange]].append(one)
        self._stretches = {scope: stretches(mails) for scope, mails in groups.items()}
        self._counts = {scope: [part.counts for part in parts] for scope, parts in self._stretches.items()}
        self._starts = {
            scope: [part.since for part in parts if part.since is not None]
            for scope, parts in self._stretches.items()
        }
        self._firms = {
            (scope, at): self._firm(stretch)
            for scope, stretches in self._stretches.items()
            for at, stretch in enumerate(stretches)
        }

    def _differing(self) -> set[Scope]:
        """Scopes far from the rest, the farthest first, none of which share a mail. While some have a value
        of their own, those whose value is the usual one wait: the rest may turn out to be theirs."""
        ranked = []
        for scope, mails in self._in_scope.items():
            if scope in self._told:
                continue
            own = [one for one in mails if WIDTH[self._home[one.exchange].kind] < WIDTH[scope.kind]]
            if self._rest(own) < LEAST:
                continue  # nothing to differ from
            usual = self._usual(own)
            for part in stretches(own):
                values = self._firm(part)
                if self._is_own(scope, part, values):
                    far = self._distance(scope, part, values)
                    ranked.append((values != (usual,), far, WIDTH[scope.kind], scope, own))
        ranked.sort(key=lambda one: one[:3], reverse=True)
        taken: set[ExchangeId] = set()
        chosen = set()
        for unusual, _, _, scope, own in ranked:
            if unusual == ranked[0][0] and taken.isdisjoint(one.exchange for one in own):
                chosen.add(scope)
                taken |= {one.exchange for one in own}
        return chosen

    def _usual(self, own: Sequence[Sighting]) -> str:
        """The commonest value of the scopes that mails are put down to."""
        wider = {self._home[one.exchange] for one in own}
        counts = sum((counts for scope in wider for counts in self._counts[scope]), Counter[str]())
        return counts.most_common(1)[0][0]

    def _drop_needless(self) -> None:
        """Takes back scopes that, now that others are accounted for, say what wider ones say already."""
        for scope in sorted(self._told, key=lambda one: WIDTH[one.kind], reverse=True):
            parts = self._stretches.get(scope, [])
            if not any(self._values_told(scope, part) for part in parts):
                self._told.discard(scope)
                self._put_down()

    def _rest(self, own: Sequence[Sighting]) -> int:
        """How many mails stand beside `own` in the scopes they are put down to."""
        wider = {self._home[one.exchange] for one in own}
        return sum(counts.total() for scope in wider for counts in self._counts[scope]) - len(own)

    def _distance(self, scope: Scope, stretch: Stretch, values: Sequence[str]) -> float:
        """How far the stretch's share of `values` lies above the rest of the wider scope's, in nats."""
        count = stretch.count(values)
        if not values:
            return 0.0
        places = [self._place(one, scope) for one in stretch.seen]
        own: dict[tuple[Scope, int], Counter[str]] = defaultdict(Counter)
        for one, place in zip(stretch.seen, places, strict=True):
            if self._home[one.exchange] == place[0]:
                own[place][one.value] += 1
        usual = sum(self._share(place, values, own[place]) for place in places) / len(places)
        return surprise(count, len(places), usual) if count > usual * len(places) else 0.0

    def _share(self, place: tuple[Scope, int], values: Sequence[str], own: Counter[str]) -> float:
        counts = self._counts[place[0]][place[1]] if place[0] in self._counts else Counter()
        rest = sum(counts[value] - own[value] for value in values)
        return (rest + 1) / (counts.total() - own.total() + 2)

    def _place(self, one: Sighting, scope: Scope) -> tuple[Scope, int]:
        """The next wider scope told that a mail falls in, and the stretch of it."""
        wider = self._narrowest(one, below=WIDTH[scope.kind])
        return wider, bisect_right(self._starts.get(wider, ()), one.date)

    def _narrowest(self, one: Sighting, below: int = len(WIDTH)) -> Scope:
        narrowest, width = EVERYONE, WIDTH[EVERYONE.kind]
        if self._told:  # a loop, as this is asked a million times
            for scope in one.scopes:
                if width < WIDTH[scope.kind] < below and scope in self._told:
                    narrowest, width = scope, WIDTH[scope.kind]
        return narrowest

    def _firm(self, stretch: Stretch) -> tuple[str, ...]:
        """The value common enough for a rule, newer mail counting for more; several where they
        contradict one another; none where there is no habit."""
        weights: dict[str, float] = defaultdict(float)
        for one in stretch.seen:
            weights[one.value] += 0.5 ** ((self._newest - one.date).days / _HALF_LIFE)
        total = sum(weights.values())
        often = [
            (value, weights[value] / total)
            for value in sorted(weights, key=lambda value: -weights[value])[:3]
            if stretch.count([value]) >= LEAST
        ]
        if often and often[0][1] >= _SHARE:
            return (often[0][0],)
        trait = stretch.seen[0].trait
        common = [
            (value, share)
            for value, share in often
            if share >= _EACH and (trait in OPEN or value in _TORN.get(trait, ()))
        ]
        together = sum(share for _, share in common)
        return tuple(value for value, _ in common) if len(common) > 1 and together >= _TOGETHER else ()


def _habit(scope: Scope, stretch: Stretch, value: str) -> Habit:
    seen = [one for one in stretch.seen if one.value == value]
    where, trait = tuple(one.exchange for one in seen), seen[0].trait
    return Habit(trait, own_scope(scope, seen), value, where, len(stretch.seen), stretch.since, stretch.until)


def own_scope(scope: Scope, seen: Sequence[Sighting]) -> Scope:
    """The scope that one value may be told of: a greeting or closing that names somebody is, where it was
    written to one person alone, that person's."""
    readers = {one.scopes[-1] for one in seen}
    to_one = len(readers) == 1 and seen[0].scopes[-1].kind is ScopeKind.PERSON
    names = to_one and seen[0].trait in OPEN and names_in_form(seen[0].value)
    return seen[0].scopes[-1] if names else scope


def _without_past_of_present(found: Sequence[Habit]) -> list[Habit]:
    """One habit for each scope and value, the latest: what came back has not ended."""
    latest = {(habit.scope, habit.value): habit for habit in found}
    return list(latest.values())
