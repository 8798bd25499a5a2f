"""Which lessons make up a step: told by the step alone, so that a run that was broken off goes on alike."""

import random
from collections.abc import Sequence

_WINDOW = 16  # batches among which lessons are sorted by length


def batch_of(step: int, lengths: Sequence[int], size: int, seed: int, grouped: bool = False) -> list[int]:
    """The places of the lessons of a step, given the length of each in tokens. Each epoch takes all of them
    once, in an order of its own, drawn from the seed; `grouped`: those of like length together."""
    per_epoch = max(1, -(-len(lengths) // size))
    epoch, at = divmod(step, per_epoch)
    order = list(range(len(lengths)))
    chance = random.Random(f"{seed}/{epoch}")
    chance.shuffle(order)
    if grouped:
        order = _grouped(order, lengths, size, chance)
    return order[at * size : (at + 1) * size]


def _grouped(order: Sequence[int], lengths: Sequence[int], size: int, chance: random.Random) -> list[int]:
    """Sorted by length in windows, and the batches shuffled; a last one that is smaller stays last."""
    window = size * _WINDOW
    found: list[int] = []
    for first in range(0, len(order), window):
        found += sorted(order[first : first + window], key=lambda one: lengths[one])
    batches = [found[first : first + size] for first in range(0, len(found), size)]
    last = [batches.pop()] if len(batches[-1]) < size else []
    chance.shuffle(batches)
    return [one for batch in (*batches, *last) for one in batch]
