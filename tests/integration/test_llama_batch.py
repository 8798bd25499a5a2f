"""Several answers at once, in this process: what is written, and with how many at a time."""

import random
from pathlib import Path

import pytest

from core.engine.llama_batch import (
    Answer,
    Job,
    answer_all,
    answer_side_by_side,
    choose_seats,
    try_paces,
)
from core.engine.llama_context import AbortFlag
from core.engine.llama_native import Model
from core.engine.sampler import Sampler
from core.errors import Cancelled


def jobs(model: Model) -> list[Job]:
    """Of all lengths, some longer than one batch."""
    rng = random.Random(1)
    return [
        Job(
            [rng.randrange(5, model.n_vocab) for _ in range(40 + 150 * (number % 5))],
            Sampler(model.vocabulary.pointer, model.n_vocab, 0.0, 0, "", 1.0),
            20 + number,
        )
        for number in range(9)
    ]


def written(model: Model, seats: int) -> list[Answer]:
    answers: dict[int, Answer] = {}
    asked = jobs(model)
    answer_all(model, asked, seats, answers.__setitem__)
    for job in asked:
        job.sampler.free()
    return [answers[number] for number in range(len(asked))]


def test_answers_are_the_same_however_many_at_a_time(tiny_model: Path) -> None:
    model = Model(tiny_model, 1, AbortFlag())
    alone = written(model, 1)
    assert [one.new_tokens for one in alone] == [20 + number for number in range(9)]
    for seats in (2, 4, 8):
        together = written(model, seats)
        # Sums are taken in another order, so a near tie may fall otherwise.
        assert sum(a == b for a, b in zip(alone, together, strict=True)) >= 8
    model.free()


@pytest.mark.parametrize("cores", [1, 2, 3, 20])
def test_answers_written_side_by_side_are_those_of_one_at_a_time(tiny_model: Path, cores: int) -> None:
    model = Model(tiny_model, 1, AbortFlag())
    alone = written(model, 1)
    answers: dict[int, Answer] = {}
    asked = jobs(model)
    answer_side_by_side(model, asked, cores, answers.__setitem__)
    for job in asked:
        job.sampler.free()
    assert [answers[number] for number in range(len(asked))] == alone
    model.free()


def test_a_cancel_ends_all_that_is_written_side_by_side(tiny_model: Path) -> None:
    flag = AbortFlag()
    model = Model(tiny_model, 1, flag)
    asked = jobs(model)
    answers: list[int] = []

    def told(number: int, _answer: Answer) -> None:
        answers.append(number)
        flag.set()

    with pytest.raises(Cancelled):
        answer_side_by_side(model, asked, 2, told)
    assert 1 <= len(answers) < len(asked)
    flag.clear()
    answer_side_by_side(model, asked[:1], 2, told)  # the model is of use afterwards
    for job in asked:
        job.sampler.free()
    model.free()


def test_every_number_of_seats_is_tried_and_a_cancel_is_heard(tiny_model: Path) -> None:
    flag = AbortFlag()
    model = Model(tiny_model, 1, flag)
    paces = try_paces(model)
    assert list(paces) == [1, 2, 4, 8]
    assert all(pace > 0 for pace in paces.values())
    flag.set()
    with pytest.raises(Cancelled):
        try_paces(model)
    model.free()


def test_as_many_seats_as_help_and_as_there_are_answers_for() -> None:
    paces = {1: 10.0, 2: 8.0, 4: 12.0, 8: 17.0}
    assert [choose_seats(paces, jobs) for jobs in (1, 2, 3, 4, 7, 8, 20)] == [1, 1, 1, 4, 4, 8, 8]
    assert choose_seats({1: 10.0, 2: 10.5, 4: 10.9, 8: 9.0}, 8) == 1  # that little may be chance
