"""What little mail can tell: with few replies to judge by, more of them are borrowed from validation, and
an advantage must hold from one part of them to the next.

True cross-validation would train an agent for every fold: with the minutes to hours a training takes, it
is out of reach of the people who have little mail. Here the agent is one and the folds are of mail it did
not learn from. Validation chose when its training stopped (by the loss on the rules, not by how drafts
score) and how many examples few-shot sees, so borrowed replies flatter both a little; they are counted
apart, and never make the mail enough."""

import math
from collections.abc import Sequence

from core.domain import Exchange
from core.evaluation.metrics import Interval
from core.evaluation.style import LEAST_MAILS, Agreement, style_match

MOST_FOLDS = 5
# The 95 % quantile of Student's t for 1, 2, 3 and 4 degrees of freedom: few folds bear wide intervals,
# which a bootstrap of few mails does not give.
_T = (6.314, 2.920, 2.353, 2.132)


def borrowed(
    gate: Sequence[Exchange], validation: Sequence[Exchange], enough: int, most: int | None
) -> Sequence[Exchange]:
    """The newest of `validation` that bring `gate` up to `enough`, or to `most` where that is less."""
    wanted = (enough if most is None else min(enough, most)) - len(gate)
    return validation[-wanted:] if wanted > 0 else ()


def folds(threads: Sequence[str]) -> list[int]:
    """The fold of each mail, given the thread of each from the oldest on: stretches of time about equally
    long, at most MOST_FOLDS, and LEAST_MAILS a fold; a thread is never parted."""
    order = {thread: place for place, thread in enumerate(dict.fromkeys(threads))}
    count = max(1, min(MOST_FOLDS, len(order) // LEAST_MAILS))
    return [order[thread] * count // len(order) for thread in threads]


def across_folds(
    first: Sequence[Agreement], second: Sequence[Agreement], traits: frozenset[str], of: Sequence[int]
) -> Interval:
    """style_match of `first` less that of `second`, as a mean over folds with its 90 % interval: all there
    can be, -1 to 1, where fewer than two folds can be measured. `of`: the fold of each mail."""
    gaps = []
    for fold in sorted(set(of)):
        here = [at for at, one in enumerate(of) if one == fold]
        a, b = (style_match([sheets[at] for at in here], traits) for sheets in (first, second))
        if a is not None and b is not None:
            gaps.append(a - b)
    if len(gaps) < 2:
        return Interval(sum(gaps), -1.0, 1.0)
    mean = sum(gaps) / len(gaps)
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / len(gaps))
    reach = _T[len(gaps) - 2] * spread
    return Interval(mean, mean - reach, mean + reach)
