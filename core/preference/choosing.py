"""Which exchanges to make examples of. Making one is the long part of learning (three generations), and
about a hundred serve as well as all: the more kinds of person and mail among them, the better."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.domain import Exchange
from core.traits.layout import words

_LEAST_WORDS = 6  # 'Thanks, will do' shows little of how somebody writes


def most_informative(exchanges: Sequence[Exchange], most: int | None) -> tuple[Exchange, ...]:
    """At most so many of them, in their order; all for None. In turn the newest of every correspondent and
    kind of mail that is left: first what was edited (it weighs more), those of a few words last."""
    if most is None or len(exchanges) <= most:
        return tuple(exchanges)
    edited = [one for one in exchanges if one.weight > 1]
    plain = [one for one in exchanges if one.weight <= 1]
    full = [one for one in plain if len(words(one.sent)) >= _LEAST_WORDS]
    meagre = [one for one in plain if len(words(one.sent)) < _LEAST_WORDS]
    chosen = {one.id for _, one in zip(range(most), _in_turn(edited, full, meagre), strict=False)}
    return tuple(one for one in exchanges if one.id in chosen)


def _in_turn(*parts: Sequence[Exchange]) -> Iterator[Exchange]:
    for part in parts:
        piles: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
        for one in sorted(part, key=lambda one: one.date):
            piles[one.incoming.sender.email, one.kind].append(one)
        while piles:
            # The pile whose next mail is the newest goes first: what is old waits for a later round.
            for key in sorted(piles, key=lambda key: piles[key][-1].date, reverse=True):
                yield piles[key].pop()
                if not piles[key]:
                    del piles[key]
