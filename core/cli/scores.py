"""Scores as tables, in words, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from core import messages
from core.cli.output import show
from core.demo import gate_json
from core.evaluation.evaluating import Evaluation
from core.evaluation.gate import ArmScores, Gate
from core.evaluation.metrics import rounded
from core.evaluation.wins import WinRate

ARM_NAMES = {
    "zero_shot": "plain draft",
    "zero_shot_small": "plain draft of the small model",
    "few_shot": "with earlier replies",
    "guided": "guided (agent and rule book)",
    "agent_only": "agent alone",
    "rulebook_only": "rule book alone",
    "constant_rules": "the same rules always",
    "wrong_adapter": "another person's agent",
    "guided_with_examples": "guided, with earlier replies",
    "agent_thinking": "agent that thinks first",
    "agent_unthought": "agent of rules without thought",
    "agent_uncompared": "agent of rules from replies alone",
    "naive_small": "small model trained on the replies",
    "naive_large": "large model trained on the replies",
}


def gate_table(gate: Gate) -> Table:
    table = Table(
        title=f"Scores on {gate.count} replies (floor {_number(gate.floor)}, ceiling {_number(gate.ceiling)})"
    )
    for column in ("", "style", "likeness", "authorship", "facts stated", "unsupported", "words copied"):
        table.add_column(column, justify="left" if not column else "right")
    for name, scores in gate.arms.items():
        table.add_row(ARM_NAMES.get(name, name), *map(_number, _values(scores)))
    return table


def say_scores(gate: Gate) -> None:
    arms = gate.arms
    lines = messages.learning.scores_in_words(
        gate.count,
        arms["guided"].likeness,
        arms["zero_shot"].likeness,
        arms["few_shot"].likeness,
        arms["guided"].fact_recall,
    )
    show(*lines)


def overlap_table(evaluation: Evaluation) -> Table:
    """How near the real replies word by word, and what a draft costs."""
    table = Table(title="Word by word, and the cost of a draft")
    for column in (
        "",
        "words to change",
        "ROUGE-L",
        "BLEU",
        "chrF",
        "tokens read",
        "tokens written",
        "seconds",
    ):
        table.add_column(column, justify="left" if not column else "right")
    for arm, near in evaluation.overlap.items():
        cost = evaluation.costs[arm]
        table.add_row(
            ARM_NAMES.get(arm, arm),
            f"{near.edit_distance:.0%}",
            _number(near.rouge_l),
            f"{near.bleu:.1f}",
            f"{near.chrf:.1f}",
            _whole(cost.prompt_tokens),
            _whole(cost.new_tokens),
            _number(cost.seconds),
        )
    return table


def trainings_table(evaluation: Evaluation) -> Table:
    """What the adapters took that drafts were written with."""
    table = Table(title="Training")
    for column in ("", "examples", "tokens read for them", "tokens written", "seconds", "training, seconds"):
        table.add_column(column, justify="left" if not column else "right")
    for arm, trained in evaluation.trainings.items():
        making = trained.making
        table.add_row(
            ARM_NAMES.get(arm, arm),
            str(trained.examples),
            _whole(making.prompt_tokens or None),
            _whole(making.new_tokens or None),
            _whole(making.seconds or None),
            f"{trained.seconds:.0f}",
        )
    return table


def wins_table(wins: Sequence[WinRate], title: str) -> Table:
    table = Table(title=title)
    for column in ("", "wins", "ties", "losses", "win rate", "90 % interval"):
        table.add_column(column, justify="left" if not column else "right")
    for one in wins:
        table.add_row(
            f"{ARM_NAMES.get(one.first, one.first)} against {ARM_NAMES.get(one.second, one.second)}",
            *map(str, (one.wins, one.ties, one.losses)),
            f"{one.rate.estimate:.0%}",
            f"{one.rate.low:.0%} to {one.rate.high:.0%}",
        )
    return table


def wins_json(one: WinRate) -> dict[str, Any]:
    counts = {name: value for name, value in asdict(one).items() if name != "rate"}
    return counts | {"rate": rounded(asdict(one.rate))}


def evaluation_json(made: Evaluation) -> dict[str, Any]:
    """What `longhand evaluate` tells: the gate's object, with more of each arm and what it all came from."""
    outline = gate_json(made.gate)
    for arm, near in made.overlap.items():
        cost = made.costs[arm]
        outline[arm] |= rounded(
            {
                "habits_kept": made.habits[arm],
                **asdict(near),
                "prompt_tokens": cost.prompt_tokens,
                "new_tokens": cost.new_tokens,
                "seconds": cost.seconds,
            }
        ) | {"traits": rounded(made.traits[arm]), "calls": list(cost.calls)}
        if trained := made.trainings.get(arm):
            outline[arm]["trained"] = {
                "examples": trained.examples,
                "seconds": round(trained.seconds, 1),
                "making_prompt_tokens": trained.making.prompt_tokens,
                "making_new_tokens": trained.making.new_tokens,
                "making_seconds": round(trained.making.seconds, 1),
            }
    return outline | {
        "borrowed": made.gate.borrowed,
        "shots": made.gate.shots,
        "differences": {name: rounded(asdict(one)) for name, one in made.gate.differences.items()},
        "left_out": made.left_out,
        "judge": made.judge,
        "wins": [wins_json(one) for one in made.wins],
        "libraries": list(made.libraries),
        "recipe": asdict(made.recipe) | {"digest": made.recipe.digest},
    }


def _values(scores: ArmScores) -> tuple[float | None, ...]:
    return (
        scores.style_match,
        scores.likeness,
        scores.authorship,
        scores.fact_recall,
        scores.unsupported_facts,
        scores.brief_copy,
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
