"""The report of an evaluation: what it says, what it is made of, and what never gets into it."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from core.cli.report import chart, report
from core.cli.scores import evaluation_json
from core.domain import ExchangeId
from core.evaluation.evaluating import Cost, Evaluation, Recipe
from core.evaluation.gate import ArmScores, Gate
from core.evaluation.metrics import Interval
from core.evaluation.overlap import Overlap
from core.evaluation.wins import LOSS, TIE, WIN, win_rate

DAY = date(2026, 5, 1)
ARMS = {"zero_shot": -0.5, "few_shot": 0.5, "guided": 0.75}
RECIPE = Recipe("0.1", "a <b>model</b>.gguf", "", "aa", "bb", 400, False, ("guided 2",))


def evaluation(arms: dict[str, float | None] | None = None) -> Evaluation:
    known = arms if arms is not None else dict(ARMS)
    gate = Gate(
        24,
        0.25,
        0.75,
        {arm: ArmScores(0.1, value, 0.9, 1.0, None, 4.0) for arm, value in known.items()},
        Interval(0.4, 0.1, 0.7),
        ("sign_off",),
        1,
        {"guided": Interval(0.4, 0.1, 0.7)},
    )
    return Evaluation(
        RECIPE,
        gate,
        {"zero_shot": 0.42, "few_shot": 0.6, "guided": 0.81},
        dict.fromkeys(known, Overlap(0.36, 0.7, 61.2, 73.7)),
        dict.fromkeys(known, Cost(None, 77.0, 0.2, ("m: guided 2",))),
        {arm: {"sign_off": 0.5} for arm in known},
        (ExchangeId(1),),
        ("sacrebleu 2.6",),
    )


class Tags(HTMLParser):
    """Raises where an element is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    return tags


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]).split())


def test_it_opens_with_what_it_shows() -> None:
    said = words(report(evaluation(), DAY))
    assert said.startswith(
        "Of every 10 habits that show in your own replies, a plain draft keeps 4 and a guided draft keeps 8."
    )
    assert "24 messages" in said
    assert "do not tell for sure" in said


def test_it_stands_alone_and_escapes_what_is_not_ours() -> None:
    page = report(evaluation(), DAY)
    tags = read(page)
    assert not tags.seen & {"script", "link", "img", "iframe", "b"}
    assert tags.addresses == []
    assert "a &lt;b&gt;model&lt;/b&gt;.gguf" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("arms", [{}, {"zero_shot": None, "guided": None}])
def test_it_says_so_where_nothing_could_be_measured(arms: dict[str, float | None]) -> None:
    page = report(replace(evaluation(arms), habits={}), DAY)
    read(page)
    assert "too little to tell" in page
    assert "could not be measured" in page


def test_win_rates_stand_in_it_where_a_model_judged() -> None:
    judged = replace(evaluation(), judge="a <i>judge</i>", wins=(win_rate("guided", "few_shot", [WIN, TIE]),))
    page = report(judged, DAY)
    assert not read(page).seen & {"i"}
    assert "with earlier replies 1 1 0 75 %" in words(page)
    assert "win rate" not in words(report(evaluation(), DAY))
    assert evaluation_json(judged)["wins"][0]["ties"] == 1


def test_the_persons_own_choice_stands_in_it() -> None:
    chosen = win_rate("guided", "zero_shot", [WIN, WIN, LOSS])
    page = report(evaluation(), DAY, blind=[chosen])
    read(page)
    assert "plain draft 2 0 1 67 %" in words(page)
    assert "you took for yours" in words(page)
    assert "you took for yours" not in words(report(evaluation(), DAY))


def test_a_small_models_scores_are_said_to_prove_nothing() -> None:
    tiny = replace(evaluation(), recipe=replace(RECIPE, large="mini-large"))
    assert "taught this very task" in words(report(tiny, DAY))
    assert "taught this very task" not in words(report(evaluation(), DAY))


def test_an_advantage_is_told_in_words_that_fit_its_sign() -> None:
    gate = replace(evaluation().gate, advantage=Interval(-0.05, -0.2, 1.01))
    said = words(report(replace(evaluation(), gate=gate), DAY))
    assert "guided drafts keep 5 fewer than" in said
    assert "from 20 fewer to 100 more" in said


def test_it_says_what_guided_drafts_went_without_and_whose_texts_they_are() -> None:
    with_agent = replace(evaluation(), recipe=replace(RECIPE, agent="cc"))
    assert "No preference agent" in words(report(evaluation(), DAY))
    assert "No preference agent" not in words(report(with_agent, DAY))
    assert "author who was chosen" in words(report(with_agent, DAY, texts=True))
    assert "author who was chosen" not in words(report(with_agent, DAY))


def test_bars_reach_from_the_floor_to_their_value() -> None:
    drawn = chart(evaluation())
    assert drawn is not None
    assert (drawn.zero, drawn.one) == (33.33, 100.0)
    below, _, own = drawn.bars
    assert (below.left, below.width, below.own) == (0.0, 33.33, False)
    assert (own.left, own.width, own.own) == (33.33, 50.0, True)


def test_the_json_holds_the_same_and_how_to_do_it_again() -> None:
    shown = evaluation_json(evaluation())
    assert shown["guided"]["likeness"] == 0.75
    assert shown["guided"]["edit_distance"] == 0.36
    assert shown["guided"]["habits_kept"] == 0.81
    assert shown["guided"]["prompt_tokens"] is None
    assert shown["guided"]["traits"] == {"sign_off": 0.5}
    assert shown["libraries"] == ["sacrebleu 2.6"]
    assert shown["recipe"]["prompts"] == ("guided 2",)
    assert shown["recipe"]["digest"] == RECIPE.digest
