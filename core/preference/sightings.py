"""Values of traits seen in single mails, and what adds up of them: in which mails, how often, since when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from core.domain import ExchangeId, Scope, ScopeKind
from core.preference.changes import cuts
from core.traits import plain

OPEN = frozenset({"greeting", "sign_off"})  # traits of endlessly many values
EVERYONE = Scope()
WIDTH: Mapping[ScopeKind, int] = {kind: place for place, kind in enumerate(ScopeKind)}


@dataclass(frozen=True)
class Sighting:
    """One value of one trait in one mail. `sentence` is how a model put it, '' where code saw it."""

    exchange: ExchangeId
    date: datetime
    scopes: tuple[Scope, ...]  # widest first, EVERYONE always among them
    trait: str
    value: str
    sentence: str = ""


@dataclass(frozen=True)
class Stretch:
    """A time over which a scope's mails were written alike."""

    seen: tuple[Sighting, ...]
    since: datetime | None
    until: datetime | None

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(one.value for one in self.seen)

    def count(self, values: Iterable[str]) -> int:
        return sum(self.counts[value] for value in values)


@dataclass(frozen=True)
class Count:
    """How often a trait has a value in a scope. `where`: the mails that show it, oldest first, of `mails`
    that could tell. `began` is when it came to be the usual one, or the first mail of one that never was;
    `until` is when it ceased to be."""

    trait: str
    value: str
    where: tuple[ExchangeId, ...]
    mails: int
    began: datetime
    until: datetime | None

    @property
    def share(self) -> float:
        return len(self.where) / self.mails


def counts(found: Iterable[Sighting], scope: Scope) -> tuple[Count, ...]:
    """Every value of every trait seen in a scope, whether a habit or not, the commonest of a trait first."""
    by_trait: dict[str, list[Sighting]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.date, one.exchange)):
        if scope in one.scopes:
            by_trait[one.trait].append(one)
    return tuple(count for mails in by_trait.values() for count in _counts_of_trait(one_form(mails)))


def _counts_of_trait(seen: Sequence[Sighting]) -> Iterator[Count]:
    parts = stretches(seen)
    for value, _ in Counter(one.value for one in seen).most_common():
        yield _counted(value, seen, parts)


def _counted(value: str, seen: Sequence[Sighting], parts: Sequence[Stretch]) -> Count:
    where = [one for one in seen if one.value == value]
    usual = [part for part in parts if part.count([value]) * 2 > len(part.seen)]
    return Count(
        trait=seen[0].trait,
        value=value,
        where=tuple(one.exchange for one in where),
        mails=len(seen),
        began=usual[-1].seen[0].date if usual else where[0].date,
        until=usual[-1].until if usual else None,
    )


def stretches(mails: Sequence[Sighting]) -> list[Stretch]:
    """Of one trait, oldest first: cut where a value came or went as a habit."""
    if not mails:
        return []
    starts = [0, *cuts([one.value for one in mails])]
    ends = [*starts[1:], len(mails)]
    return [
        Stretch(
            tuple(mails[start:end]),
            mails[start].date if start else None,
            mails[end].date if end < len(mails) else None,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def one_form(seen: Sequence[Sighting]) -> list[Sighting]:
    """Open values that differ only in case and end marks put as the commonest of them."""
    if seen[0].trait not in OPEN:
        return list(seen)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for one in seen:
        forms[plain(one.value)][one.value] += 1
    return [replace(one, value=forms[plain(one.value)].most_common(1)[0][0]) for one in seen]
