"""The blind test: order hidden and steady, answers kept one by one, and counted for the right arm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.evaluation.arms import Reply
from core.evaluation.blind import Answer, BlindTest, Question
from core.store.jobs import JobRepository
from tests.lessons import exchange
from tests.store_things import open_database

EXCHANGES = [exchange(number) for number in range(30)]
OWN = {one.id: Reply(f"Hi, {one.id}.") for one in EXCHANGES}
PLAIN = {one.id: Reply(f"Good day, {one.id}.") for one in EXCHANGES}


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRepository]:
    opened = open_database(tmp_path)
    yield JobRepository(opened)
    opened.close()


def blind(jobs: JobRepository, name: str = "one") -> BlindTest:
    return BlindTest(name, ("guided", "zero_shot"), EXCHANGES, (OWN, PLAIN), jobs)


def own(question: Question) -> Answer:
    """What somebody says who always knows the guided draft."""
    return "first" if question.drafts[0].startswith("Hi") else "second"


def test_choosing_the_guided_draft_wherever_it_stands_lets_it_win(jobs: JobRepository) -> None:
    test, places = blind(jobs), set()
    while question := test.question():
        places.add(own(question))
        test.answer(question, own(question))
    found = test.results()
    assert (found.first, found.wins, found.ties, found.losses) == ("guided", 30, 0, 0)
    assert places == {"first", "second"}
    assert test.left == 0


def test_always_choosing_the_other_lets_it_lose_and_ties_count_half(jobs: JobRepository) -> None:
    test = blind(jobs)
    for number in range(30):
        question = test.question()
        assert question is not None
        other: Answer = "second" if own(question) == "first" else "first"
        test.answer(question, "tie" if number < 10 else "skip" if number < 20 else other)
    found = test.results()
    assert (found.wins, found.ties, found.losses) == (0, 10, 10)
    assert found.rate.estimate == 0.25


def test_a_sitting_that_ends_goes_on_in_the_same_order(jobs: JobRepository) -> None:
    first = blind(jobs)
    shown = first.question()
    assert shown is not None
    first.answer(shown, "tie")
    following = first.question()
    again = blind(jobs)
    assert again.question() == following != shown
    assert (again.count, again.left) == (30, 29)
    assert again.results() == first.results()


def test_a_test_that_was_only_looked_at_keeps_nothing(jobs: JobRepository) -> None:
    blind(jobs).question()
    assert blind(jobs).results().rate.low == 0.0
    assert jobs.keys() == ()


def test_other_drafts_are_another_test_in_another_order(jobs: JobRepository) -> None:
    first, second = blind(jobs), blind(jobs, "two")
    question = first.question()
    assert question is not None
    first.answer(question, "tie")
    assert second.left == 30

    def order(test: BlindTest) -> list[Question]:
        found = []
        while asked := test.question():
            found.append(asked)
            test.answer(asked, "skip")
        return found

    assert order(second) != [question, *order(first)]


def test_drafts_that_are_the_same_tie_unasked_and_missing_ones_are_left_out(jobs: JobRepository) -> None:
    ids = [one.id for one in EXCHANGES]
    plain = {ids[0]: OWN[ids[0]], ids[1]: PLAIN[ids[1]]}
    test = BlindTest("one", ("guided", "zero_shot"), EXCHANGES, (OWN, plain), jobs)
    assert test.count == 1
    assert test.results().ties == 1
