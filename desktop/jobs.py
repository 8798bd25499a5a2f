"""The one owner of threads. A job is a plain function that gets core and never a widget; it runs
on a lane's QThread, and everything it reports reaches the window as signals on the main thread.

A lane is one QThread whose event loop runs one job after another, so two jobs of one lane never
meet (two syncs, two writes), while different lanes run side by side (a draft during learning).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QThread, Signal, Slot

from core.errors import Cancelled
from core.tasks import CancelToken, Progress, Step

REPORT_EVERY = 0.05  # seconds; more would only keep the event loop busy


class Lane(StrEnum):
    """What runs one after another: mail and its import, learning, writing, downloads, small changes of the
    store, short questions to the network or the machine, and what may be wanted next, in idle time."""

    MAIL = "mail"
    LEARN = "learn"
    WRITE = "write"
    FETCH = "fetch"
    STORE = "store"
    LOOK = "look"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Hands:
    """What a job may hold: progress to report, a token to look at, text to stream."""

    progress: Progress
    cancel: CancelToken
    text: Callable[[str], None]


Work = Callable[[Hands], object]


class Job(QObject):
    """One run of some work. Lives on the main thread, and so do all its public signals.

    `ended` follows exactly one of `done`, `failed`, `cancelled`.
    """

    progressed = Signal(object)  # core.tasks.Step
    texted = Signal(str)
    done = Signal(object)
    failed = Signal(object)  # the exception
    cancelled = Signal()
    ended = Signal()

    # Emitted on the lane's thread. A slot of this object takes them over to the main thread:
    # a signal bound to a plain function would run it on the thread that emits.
    _step = Signal(object)
    _text = Signal(str)
    _result = Signal(object)
    _error = Signal(object)

    def __init__(self, title: str, lane: Lane, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.lane = lane
        self.token = CancelToken()
        self._work = work
        self._reported = 0.0
        self._stage = ""
        self._step.connect(self.progressed)
        self._text.connect(self._on_text)
        self._result.connect(self._on_result)
        self._error.connect(self._on_error)

    def cancel(self) -> None:
        self.token.cancel()

    def carry_out(self) -> None:
        """Runs the work. Called on the lane's thread, by its worker alone."""
        try:
            self.token.check()
            result = self._work(Hands(Progress(self._report), self.token, self._text.emit))
        except Exception as error:  # noqa: BLE001 - whatever it was, the window must hear of it
            self._error.emit(error)
        else:
            self._result.emit(result)

    def _report(self, step: Step) -> None:
        now = time.monotonic()
        telling = step.stage != self._stage or step.done >= step.total or step.checked is not None
        if telling or now - self._reported >= REPORT_EVERY:
            self._reported, self._stage = now, step.stage
            self._step.emit(step)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        if not self.token.cancelled:
            self.texted.emit(text)

    @Slot(object)
    def _on_result(self, result: object) -> None:
        self.done.emit(result)
        self.ended.emit()

    @Slot(object)
    def _on_error(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(error)
        self.ended.emit()


class _Worker(QObject):
    """Lives on a lane's thread and carries out what it is asked, in order."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._run)

    @Slot(object)
    def _run(self, job: Job) -> None:
        job.carry_out()


class Jobs(QObject):
    """Starts jobs on their lanes and ends them all at closing time."""

    started = Signal(object)  # Job
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[Lane, tuple[QThread, _Worker]] = {}
        self._jobs: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        return tuple(self._jobs)

    def start(self, title: str, lane: Lane, work: Work) -> Job:
        job = Job(title, lane, work, self)
        self._jobs.append(job)
        job.ended.connect(self._on_ended)
        self._worker(lane).asked.emit(job)
        self.started.emit(job)
        return job

    def cancel_all(self) -> None:
        for job in self._jobs:
            job.cancel()

    def close(self, seconds: float) -> bool:
        """Cancels all jobs and waits for their threads, `seconds` in all; False if one still runs."""
        self.cancel_all()
        end = time.monotonic() + seconds
        for thread, _ in self._lanes.values():
            thread.quit()
        for thread, _ in self._lanes.values():
            thread.wait(max(0, int((end - time.monotonic()) * 1000)))
        return all(thread.isFinished() for thread, _ in self._lanes.values())

    def _worker(self, lane: Lane) -> _Worker:
        if lane not in self._lanes:
            thread, worker = QThread(self), _Worker()
            thread.setObjectName(lane.value)
            worker.moveToThread(thread)
            thread.start(QThread.Priority.LowPriority)
            self._lanes[lane] = thread, worker
        return self._lanes[lane][1]

    @Slot()
    def _on_ended(self) -> None:
        job = self.sender()
        self._jobs = [other for other in self._jobs if other is not job]
        job.deleteLater()
        if not self._jobs:
            self.idle.emit()
