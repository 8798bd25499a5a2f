"""How long work speaks to whoever waits for it: progress with an estimate, and cancelling."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Cancelled


@dataclass(frozen=True)
class Step:
    """One report of a job. `left` is the estimated time to its end in seconds, None while unknown; `loss`
    that of a step of training, None in other stages."""

    stage: str
    done: int
    total: int
    left: float | None
    detail: str = ""
    loss: float | None = None


class CancelToken:
    """Handed to a job by whoever may want to stop it; safe across threads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once `cancel` was called."""
        if self._event.is_set():
            raise Cancelled


class Progress:
    """Counts steps of named stages and reports each with the time left, from the stage's mean pace."""

    def __init__(self, report: Callable[[Step], None] | None = None) -> None:
        self._report = report
        self._stage = ""
        self._started = 0.0
        self._first = 0

    def update(self, stage: str, done: int, total: int, detail: str = "", loss: float | None = None) -> None:
        if self._report is None:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started, self._first = stage, now, done
        steps = done - self._first
        left = (now - self._started) / steps * (total - done) if steps > 0 else None
        self._report(Step(stage, done, total, left, detail, loss))
