"""Lessons in batches: each once an epoch, and of like length where that is asked for."""

import random

from hypothesis import given
from hypothesis import strategies as st

from core.preference.batches import batch_of

lengths_of_lessons = st.lists(st.integers(1, 500), min_size=1, max_size=200)


@given(lengths=lengths_of_lessons, size=st.integers(1, 9), seed=st.integers(0, 99), grouped=st.booleans())
def test_an_epoch_takes_each_lesson_once(lengths: list[int], size: int, seed: int, grouped: bool) -> None:
    steps = -(-len(lengths) // size)
    for epoch in range(2):
        batches = [batch_of(epoch * steps + at, lengths, size, seed, grouped) for at in range(steps)]
        assert sorted(one for batch in batches for one in batch) == list(range(len(lengths)))
        assert all(len(batch) == size for batch in batches[:-1])
    assert batch_of(0, lengths, size, seed, grouped) == batch_of(0, lengths, size, seed, grouped)


def test_grouping_saves_padding_and_keeps_the_order_random() -> None:
    chance = random.Random(1)
    lengths = [chance.randint(40, 500) for _ in range(120)]

    def epoch(grouped: bool, number: int = 0) -> list[list[int]]:
        return [batch_of(number * 30 + at, lengths, 4, 1, grouped) for at in range(30)]

    def padded(batches: list[list[int]]) -> int:
        return sum(len(batch) * max(lengths[one] for one in batch) for batch in batches)

    whole = sum(lengths)
    assert padded(epoch(grouped=True)) < 1.1 * whole < 1.3 * whole < padded(epoch(grouped=False))
    longest = [max(lengths[one] for one in batch) for batch in epoch(grouped=True)]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))
    assert epoch(grouped=True) != epoch(grouped=True, number=1)
