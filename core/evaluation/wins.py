"""Win rates: how often drafts of one arm are preferred to those of another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation.metrics import Interval

WIN, TIE, LOSS = 1.0, 0.5, 0.0
_Z = 1.6449  # of a 90 % interval


@dataclass(frozen=True)
class WinRate:
    """Of `first` over `second`; `rate` counts a tie as half a win, 0 to 1."""

    first: str
    second: str
    wins: int
    ties: int
    losses: int
    rate: Interval


def win_rate(first: str, second: str, outcomes: Sequence[float]) -> WinRate:
    """`outcomes`: WIN, TIE or LOSS of each mail. The interval is Wilson's (1927), which holds for few mails
    too, and where all of them agree; ties make it a little wider than need be. Without mails it is all
    there can be."""
    count = len(outcomes)
    tally = (outcomes.count(WIN), outcomes.count(TIE), outcomes.count(LOSS))
    if not count:
        return WinRate(first, second, *tally, Interval(0.5, 0.0, 1.0))
    share, square = sum(outcomes) / count, _Z * _Z / count
    middle = (share + square / 2) / (1 + square)
    reach = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return WinRate(first, second, *tally, Interval(share, low, high))
