"""How work goes: its progress, its end, and what went wrong."""

import traceback
from collections.abc import Sequence
from pathlib import PurePath

from core.errors import Known
from core.tasks import Step

CANCELLED = "Stopped; the same command goes on from here."


def error_line(error: BaseException) -> str:
    """One line for an error: a known one's own sentence, for any other where it happened but not
    its text, which may hold mail."""
    if isinstance(error, Known):
        return " ".join(str(error).split())
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {PurePath(last[0].filename).name}:{last[0].lineno}" if last else ""
    return f"Longhand has a bug ({type(error).__name__}{where}); please report this line."


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def step_line(step: Step) -> str:
    """`Learning: 12 of 60, about 20 s left`."""
    count = f"{step.done} of {step.total}" if step.total else str(step.done)
    left = time_left(step.left)
    return f"{step.stage[:1].upper()}{step.stage[1:]}: {count}" + (f", {left}" if left else "")


def parts_failed(names: Sequence[str]) -> str:
    return f"Of the parts of Longhand these do not work here: {', '.join(names)}."
