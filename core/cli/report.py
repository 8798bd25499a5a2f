"""An evaluation as one HTML file for people who know nothing of models: self-contained, without script, and
without a word of any mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from core.cli.scores import ARM_NAMES
from core.errors import InputError
from core.evaluation.evaluating import Evaluation
from core.evaluation.wins import WinRate
from core.models.catalogue import is_embedded

_TEMPLATE = "report.html.jinja"


@dataclass(frozen=True)
class Bar:
    """Of a chart; `left` and `width` in per cent of its breadth."""

    name: str
    value: float
    left: float
    width: float
    own: bool  # the one the report is about


@dataclass(frozen=True)
class Chart:
    """Likeness by arm: `zero` and `one` are where another person and the person again stand."""

    bars: tuple[Bar, ...]
    zero: float
    one: float


def write_report(
    path: Path, evaluation: Evaluation, *, blind: Sequence[WinRate] = (), texts: bool = False
) -> None:
    """`blind`: how the person chose; `texts`: it was made on other texts than mail. Raises InputError where
    the file cannot be written."""
    page = report(evaluation, datetime.now(UTC).date(), blind=blind, texts=texts)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError:
        raise InputError("The report cannot be written there; choose another file.") from None


def report(evaluation: Evaluation, day: date, *, blind: Sequence[WinRate] = (), texts: bool = False) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, signed="{:+.2f}".format, hundredths=_hundredths, plain=_plain, versus=_versus
    )
    return environment.get_template(_TEMPLATE).render(
        made=evaluation,
        gate=evaluation.gate,
        names={arm: _named(arm) for arm in evaluation.gate.arms},
        chart=chart(evaluation),
        embedded=is_embedded(evaluation.recipe.large),
        day=day,
        texts=texts,
        blind=blind,
    )


def chart(evaluation: Evaluation) -> Chart | None:
    """None where likeness could not be measured."""
    found = [(arm, scores.likeness) for arm, scores in evaluation.gate.arms.items()]
    known = [(arm, value) for arm, value in found if value is not None]
    if not known:
        return None
    low = min(0.0, *(value for _, value in known))
    high = max(1.0, *(value for _, value in known))

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    def bar(arm: str, value: float) -> Bar:
        ends = place(min(0.0, value)), place(max(0.0, value))
        return Bar(_named(arm), value, ends[0], round(ends[1] - ends[0], 2), arm == "guided")

    return Chart(tuple(bar(*one) for one in known), place(0.0), place(1.0))


def _named(arm: str) -> str:
    return ARM_NAMES.get(arm, _plain(arm))


def _versus(difference: str) -> str:
    """'guided' stands for guided less zero-shot, 'agent_only-constant_rules' for one less the other."""
    first, _, second = difference.partition("-")
    return f"{_named(first)} less {_named(second or 'zero_shot')}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _hundredths(share: float) -> str:
    """'12 more' or '3 fewer', of a hundred at most."""
    count = round(100 * max(-1.0, min(1.0, share)))
    return f"{-count} fewer" if count < 0 else f"{count} more"


def _number(value: float | None, places: int = 2) -> str:
    return "–" if value is None else f"{value:.{places}f}"
