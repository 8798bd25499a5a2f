"""Pairs judged in both orders, and the win rates made of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.domain import Context
from core.errors import Cancelled
from core.evaluation.arms import Reply
from core.evaluation.judge_pairs import PairJudge, Verdict, letter
from core.evaluation.style import Case
from core.evaluation.wins import LOSS, TIE, WIN, WinRate, win_rate
from core.models.chat import Completion, Question
from core.models.prompts import Mail, Prompt
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress
from tests.lessons import exchange
from tests.store_things import open_database

ARMS = ("guided", "zero_shot")
CASES = [Case(exchange(number), Context(exchange(number).incoming)) for number in range(4)]
OWN, OTHER = [Reply("Hi!")] * 4, [Reply("Good day.")] * 4


class Referee:
    """Answers by what stands as draft A and as draft B."""

    name, family = "referee", "referees"

    def __init__(self, answer: Callable[[str, str], str]) -> None:
        self.asked: list[Prompt] = []
        self._answer = answer

    def complete(self, question: Question, **_options: object) -> Completion:
        self.asked.append(question.prompt)
        first, second = [part.text for part in question.prompt.parts if isinstance(part, Mail)][-2:]
        return Completion(self._answer(first, second), 0, 0, 0.0)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRepository]:
    opened = open_database(tmp_path)
    yield JobRepository(opened)
    opened.close()


def judged(jobs: JobRepository, model: Referee, cancel: CancelToken | None = None) -> WinRate:
    judge = PairJudge(model, "gate/evaluate 1:", jobs)
    return judge.compare(ARMS, CASES, (OWN, OTHER), Progress(), cancel or CancelToken())


def test_the_draft_preferred_in_both_orders_wins(jobs: JobRepository) -> None:
    found = judged(jobs, Referee(lambda first, _second: "A" if first == "Hi!" else "B"))
    assert (found.wins, found.ties, found.losses, found.rate.estimate) == (4, 0, 0, 1.0)


def test_a_judge_that_leans_to_one_place_or_says_nothing_decides_nothing(jobs: JobRepository) -> None:
    for number, said in enumerate(("A", "B", "neither", "A or B")):
        model = Referee(lambda _first, _second, said=said: said)  # type: ignore[misc]
        model.name = f"referee {number}"
        found = judged(jobs, model)
        assert (found.wins, found.ties, found.losses) == (0, 4, 0)


def test_each_pair_is_asked_about_in_both_orders_with_what_was_really_sent(jobs: JobRepository) -> None:
    model = Referee(lambda _first, _second: "A")
    judged(jobs, model)
    first, second = model.asked[:2]
    assert [part.text for part in first.parts][-4::2] == ["Hi!", "Good day."]
    assert [part.text for part in second.parts][-4::2] == ["Good day.", "Hi!"]
    assert all(Mail(CASES[0].exchange.sent) in prompt.parts for prompt in (first, second))
    assert len(model.asked) == 2 * len(CASES)


def test_a_judgement_that_is_broken_off_goes_on(jobs: JobRepository) -> None:
    cancel = CancelToken()

    def stop(first: str, second: str) -> str:
        cancel.cancel()
        return "A"

    broken, rest = Referee(stop), Referee(lambda _first, _second: "A")
    with pytest.raises(Cancelled):
        judged(jobs, broken, cancel)
    judged(jobs, rest)
    assert len(broken.asked) + len(rest.asked) == 2 * len(CASES)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ("A", "A"),
        (" b.\n", ""),
        ("**B**", "B"),
        ("Draft A.", "A"),
        ("<think>A greets, B does not.</think>\nB", "B"),
        ("A is warmer than B", ""),
        ("", ""),
        ("Apples", ""),
    ],
)
def test_the_letter_of_an_answer(answer: str, named: str) -> None:
    assert letter(answer) == named


def test_outcomes() -> None:
    assert [Verdict(*pair).outcome for pair in ("AB", "BA", "AA", "BB", "==")] == [WIN, LOSS, TIE, TIE, TIE]
    assert Verdict("A", "").outcome == TIE


def test_the_interval_is_wilsons_and_never_leaves_the_scale() -> None:
    found = win_rate(*ARMS, [WIN] * 8 + [LOSS] * 2)
    # 8 of 10 at 90 %: as scipy gives it by binomtest(8, 10).proportion_ci(0.9, "wilson")
    assert found.rate.low == pytest.approx(0.541, abs=0.001)
    assert found.rate.high == pytest.approx(0.931, abs=0.001)
    certain = win_rate(*ARMS, [WIN] * 5).rate
    assert certain.high == pytest.approx(1.0)
    assert certain.low < 0.8
    assert win_rate(*ARMS, [TIE, TIE]).rate.estimate == 0.5
    nothing = win_rate(*ARMS, []).rate
    assert (nothing.low, nothing.high) == (0.0, 1.0)
