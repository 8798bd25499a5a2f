"""Scores as a table, in words, and as a report in HTML."""

import io
from pathlib import Path

from rich.console import Console
from rich.table import Table

from core import messages
from core.cli.output import show
from core.errors import InputError
from core.evaluation.gate import ArmScores, Gate

_NAMES = {
    "zero_shot": "plain draft",
    "few_shot": "with earlier replies",
    "guided": "guided (agent and rule book)",
    "agent_only": "agent alone",
    "rulebook_only": "rule book alone",
    "constant_rules": "the same rules always",
    "wrong_adapter": "another person's agent",
}


def gate_table(gate: Gate) -> Table:
    table = Table(
        title=f"Scores on {gate.count} replies (floor {_number(gate.floor)}, ceiling {_number(gate.ceiling)})"
    )
    for column in ("", "style", "likeness", "authorship", "facts stated", "unsupported", "words copied"):
        table.add_column(column, justify="left" if not column else "right")
    for name, scores in gate.arms.items():
        table.add_row(_NAMES.get(name, name), *map(_number, _values(scores)))
    return table


def say_scores(gate: Gate) -> None:
    arms = gate.arms
    lines = messages.scores_in_words(
        gate.count,
        arms["guided"].likeness,
        arms["zero_shot"].likeness,
        arms["few_shot"].likeness,
        arms["guided"].fact_recall,
    )
    show(*lines)


def write_report(path: Path, gate: Gate) -> None:
    """The table and the words as one HTML file, without any mail. Raises InputError."""
    console = Console(record=True, width=110, file=io.StringIO())
    console.print(gate_table(gate))
    for name, found in gate.differences.items():
        told = f"{found.estimate:+.2f} (90 % interval {found.low:+.2f} to {found.high:+.2f})"
        console.print(f"{name}: {told}", highlight=False)
    try:
        path.write_text(console.export_html(), encoding="utf-8")
    except OSError:
        raise InputError("The report cannot be written there; choose another file.") from None


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
