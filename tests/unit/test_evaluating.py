"""An evaluation over a real encrypted store: kept, taken up again, and replaced by one of another recipe."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import AppliedRule, Context, ExchangeId, Kept, MessageId, RuleId, RuleLine
from core.errors import Cancelled
from core.evaluation.arms import Reply
from core.evaluation.evaluating import Evaluation, Evaluations, Recipe, Trained, recipe
from core.evaluation.judging import Contest
from core.models.chat import Completion, Question
from core.models.metered import Meter, Metered
from core.store.codec import from_json
from core.store.database import Database
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress
from tests.lessons import exchange
from tests.store_things import open_database, rule

OWN, OTHERS = [exchange(number) for number in range(20)], [exchange(number) for number in range(40, 60)]
LEARNING, VALIDATION, GATE = OWN[:12], OWN[12:14], OWN[14:]


class Plain:
    """Writes the same to everybody; guided, what the rule says."""

    name, family = "plain", "plain"

    def __init__(self, cancel: CancelToken | None = None, after: int = 0) -> None:
        self.asked, self._cancel, self._after = 0, cancel, after

    def complete(self, question: Question, **_options: object) -> Completion:
        self.asked += 1
        if self._cancel and self.asked == self._after:
            self._cancel.cancel()
        text = {"brief": "- will look into it", "guided": "Hi Ann,\n\nI'll look into it."}
        return Completion(text.get(question.prompt.name, "Good day.\n\nI will look into it."), 30, 5, 0.25)


class Book:
    def merge(self, context: Context, lines: object) -> tuple[AppliedRule, ...]:
        return (AppliedRule(RuleLine("contractions", "Use contractions."), "everyone", Kept.CANNOT_TELL),)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRepository]:
    opened: Database = open_database(tmp_path)
    yield JobRepository(opened)
    opened.close()


def contest(model: Plain) -> Contest:
    meter = Meter()
    return Contest(Metered(model, meter), None, Book(), LEARNING, OTHERS, meter=meter)


def evaluated(jobs: JobRepository, model: Plain, cancel: CancelToken | None = None) -> Evaluation:
    who = contest(model)
    return Evaluations(jobs).run(
        who, recipe(who, b"", (), OWN), GATE, VALIDATION, Progress(), cancel or CancelToken()
    )


def test_each_arm_has_its_overlap_its_traits_and_its_cost(jobs: JobRepository) -> None:
    made = evaluated(jobs, Plain())
    assert set(made.overlap) == set(made.costs) == set(made.traits) == {"zero_shot", "few_shot", "guided"}
    assert made.overlap["guided"].edit_distance < made.overlap["zero_shot"].edit_distance
    assert made.habits["guided"] > made.habits["zero_shot"]
    assert made.traits["guided"]["contractions"] == 1.0
    cost = made.costs["guided"]
    assert (cost.prompt_tokens, cost.new_tokens, cost.seconds) == (30, 5, 0.25)
    assert cost.calls == ("plain: guided 2",)


def test_it_is_kept_with_its_drafts_and_not_written_again(jobs: JobRepository) -> None:
    model = Plain()
    made = evaluated(jobs, model)
    asked = model.asked
    kept = Evaluations(jobs)
    assert kept.last() == made
    drafts = kept.drafts(made, "zero_shot")
    assert list(drafts) == [ExchangeId(number) for number in range(12, 20)]  # two borrowed of validation
    assert drafts[ExchangeId(15)].text == "Good day.\n\nI will look into it."
    assert kept.drafts(made, "wrong_adapter") == {}
    assert evaluated(jobs, model) == made
    assert model.asked == asked


def test_a_broken_off_run_goes_on_and_knows_its_costs(jobs: JobRepository, tmp_path: Path) -> None:
    cancel = CancelToken()
    broken = Plain(cancel, after=25)
    with pytest.raises(Cancelled):
        evaluated(jobs, broken, cancel)
    assert Evaluations(jobs).last() is None
    rest = Plain()
    made = evaluated(jobs, rest)
    whole = Plain()
    (tmp_path / "other").mkdir()
    with closing(open_database(tmp_path / "other")) as other:
        assert evaluated(JobRepository(other), whole) == made
    assert broken.asked + rest.asked == whole.asked


def test_another_recipe_takes_the_place_of_the_last(jobs: JobRepository) -> None:
    first = evaluated(jobs, Plain())
    jobs.set("gate/adapter 1:zero_shot", {"1": Reply("of learning")})
    who = contest(Plain())
    other = replace(recipe(who, b"", (), OWN), rules="changed")
    made = Evaluations(jobs).run(who, other, GATE, VALIDATION, Progress(), CancelToken())
    assert Evaluations(jobs).last() == made
    assert Evaluations(jobs).drafts(first, "guided") == {}
    assert jobs.keys("gate/adapter") == ("gate/adapter 1:zero_shot",)


def test_a_judge_compares_guided_drafts_with_each_other_arms(jobs: JobRepository) -> None:
    class Referee(Plain):
        def complete(self, question: Question, **_options: object) -> Completion:
            self.asked += 1
            prompt = question.prompt
            own_is_first = prompt.text.index("Hi Ann,\n\nI'll look into it.") < prompt.text.index("Good day")
            return Completion("A" if own_is_first else "B", 0, 0, 0)

    who, referee = contest(Plain()), Referee()
    made_of = recipe(who, b"", (), OWN)
    plain = evaluated(jobs, Plain())
    made = Evaluations(jobs).run(who, made_of, GATE, VALIDATION, Progress(), CancelToken(), referee)
    assert [(one.first, one.second, one.wins) for one in made.wins] == [
        ("guided", "zero_shot", 8),
        ("guided", "few_shot", 8),
    ]
    assert made.judge == "plain"
    assert replace(made, judge="", wins=()) == plain
    assert referee.asked == 2 * 2 * 8


class Advisor:
    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> list[RuleLine]:
        return [RuleLine("tone", "Be brief.")]


def test_arms_of_adapters_leave_the_others_alone_and_are_told_apart(
    jobs: JobRepository,
) -> None:
    plain = evaluated(jobs, Plain())

    def run(mark: str) -> tuple[Evaluation, int]:
        model, meter = Plain(), Meter()
        large = Metered(model, meter)
        who = replace(
            Contest(large, None, Book(), LEARNING, OTHERS, meter=meter),
            agents={"agent_thinking": Advisor()},
            naive={"naive_small": large},
            marks={"naive_small": mark, "agent_thinking": "t"},
        )
        trainings = {"naive_small": Trained(12, 3.5)}
        made = Evaluations(jobs).run(
            who, recipe(who, b"", (), OWN), GATE, VALIDATION, Progress(), CancelToken(), None, trainings
        )
        return made, model.asked

    first, asked = run("a")
    assert asked == 2 * 8  # the other arms' drafts serve again
    assert first.recipe.digest == plain.recipe.digest
    assert first.recipe.arms == {"naive_small": "a", "agent_thinking": "t"}
    assert first.trainings["naive_small"].seconds == 3.5
    assert first.costs["naive_small"].calls == ("plain: zero_shot 2",)
    assert first.costs["agent_thinking"].calls == ("plain: guided 2",)
    assert "guided-naive_small" in first.gate.differences
    assert len(Evaluations(jobs).drafts(first, "naive_small")) == 8
    second, asked = run("b")
    assert asked == 8  # another adapter, other replies
    assert Evaluations(jobs).drafts(second, "naive_small") == Evaluations(jobs).drafts(first, "naive_small")


def test_a_recipe_tells_apart_whatever_drafts_come_from() -> None:
    who = contest(Plain())
    made: list[Recipe] = [
        recipe(who, b"", (), OWN),
        recipe(who, b"adapter", (), OWN),
        recipe(who, b"", (), OWN[1:]),
        recipe(replace(who, max_tokens=50), b"", (), OWN),
        recipe(replace(who, controls=True), b"", (), OWN),
    ]
    assert len({one.digest for one in made}) == len(made)


def test_rules_that_were_counted_anew_are_the_same_rules() -> None:
    who, first = contest(Plain()), rule()
    again = replace(first, id=RuleId(9), evidence=(MessageId(3),))
    assert recipe(who, b"", (first,), OWN) == recipe(who, b"", (again,), OWN)
    assert recipe(who, b"", (first,), OWN) != recipe(who, b"", (replace(first, sentence="Be brief."),), OWN)


def test_a_reply_stored_before_costs_were_counted_still_loads() -> None:
    old = from_json('{"text": "Hello.", "rules": [{"trait": "tone", "sentence": "Be brief."}]}', Reply)
    assert (old.text, old.spent.seconds, old.spent.calls) == ("Hello.", 0.0, ())
