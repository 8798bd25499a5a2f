"""How long work speaks to whoever waits for it: progress with an estimate, and cancelling."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import Cancelled

_LOOK = 0.1  # seconds between looks at whether work may go on

OnText = Callable[[str], None]  # gets the pieces of an answer as they come
OnPrompt = Callable[[int, int], None]  # tokens of a prompt read, tokens in all


@dataclass(frozen=True)
class Step:
    """One report of a job. `left` is the estimated time to its end in seconds, None while unknown; `loss`
    that of a step of training, None in other stages; `checked` that on the validation part after this step,
    None where it was not looked at."""

    stage: str
    done: int
    total: int
    left: float | None
    detail: str = ""
    loss: float | None = None
    checked: float | None = None


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


class Pause:
    """Why long work is to wait, for whoever does it to ask; safe across threads. `look` is asked each time
    and gives a reason of its own, '' for none."""

    def __init__(self, look: Callable[[], str] | None = None) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._reasons: list[str] = []

    @contextmanager
    def hold(self, reason: str) -> Iterator[None]:
        """Work waits as long as the block runs."""
        with self._lock:
            self._reasons.append(reason)
        try:
            yield
        finally:
            with self._lock:
                self._reasons.remove(reason)

    @property
    def reason(self) -> str:
        """'' where nothing stands against going on."""
        with self._lock:
            held = self._reasons[-1] if self._reasons else ""
        return held or (self._look() if self._look else "")

    def wait(self, told: Callable[[str], None], cancel: CancelToken | None = None) -> None:
        """Returns once there is no reason to wait; `told` hears of each. Raises Cancelled."""
        before = ""
        while reason := self.reason:
            if reason != before:
                told(reason)
            before = reason
            time.sleep(_LOOK)
            if cancel is not None:
                cancel.check()


class Progress:
    """Counts steps of named stages and reports each with the time left, from the stage's mean pace."""

    def __init__(self, report: Callable[[Step], None] | None = None) -> None:
        self._report = report
        self._stage = ""
        self._started = 0.0
        self._first = 0

    def update(
        self,
        stage: str,
        done: int,
        total: int,
        detail: str = "",
        loss: float | None = None,
        checked: float | None = None,
    ) -> None:
        if self._report is None:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started, self._first = stage, now, done
        steps = done - self._first
        left = (now - self._started) / steps * (total - done) if steps > 0 else None
        self._report(Step(stage, done, total, left, detail, loss, checked))
