"""When a habit changed: a series of values in time, cut where one way of writing gives way to another.

About thirty lines of our own rather than a library: ruptures, the best kept one, cuts series of numbers by
their mean or spread and would have to be given one series for each value; it needs numpy and scipy, which
the core does without.
"""

from collections import Counter
from collections.abc import Sequence
from math import log

LEAST = 6  # mails on either side of a change
_PLAIN = 10.0  # nats: so much likelier with the change than without; chance gives that once in some thousands
_HABIT, _NONE = 0.7, 0.5  # share of a value from which it is a habit, up to which it is none


def cuts(values: Sequence[str]) -> list[int]:
    """Where a new stretch begins, in order: at each a value came or went as a habit. Strays do not cut."""
    # What stands in fewer mails than these was never a habit on either side of anything.
    often = [(value, count) for value, count in Counter(values).items() if count >= _HABIT * LEAST]
    best = max((_best_cut(values, value, count) for value, count in often), default=(0.0, 0))
    if best[0] < _PLAIN:
        return []
    at = best[1]
    return [*cuts(values[:at]), at, *(at + later for later in cuts(values[at:]))]


def surprise(count: int, of: int, expected: float) -> float:
    """How far `count` of `of` lies from an expected share, in nats: the log of the likelihood ratio. e to
    the minus of it bounds the probability of such a count by chance."""
    share = count / of if of else 0.0
    return of * (_part(share, expected) + _part(1 - share, 1 - expected))


def _part(share: float, expected: float) -> float:
    return share * log(share / expected) if share > 0 else 0.0


def _best_cut(values: Sequence[str], value: str, count: int) -> tuple[float, int]:
    """The likeliest place for `value`, which stands there `count` times, to have become a habit or ceased to
    be one, and how much likelier."""
    total, overall = len(values), count / len(values)
    best, before = (0.0, 0), sum(one == value for one in values[: LEAST - 1])
    for at in range(LEAST, total - LEAST + 1):
        before += values[at - 1] == value
        first, rest = before / at, (count - before) / (total - at)
        if (first >= _HABIT and rest <= _NONE) or (rest >= _HABIT and first <= _NONE):
            gain = surprise(before, at, overall) + surprise(count - before, total - at, overall)
            best = max(best, (gain, at))
    return best
