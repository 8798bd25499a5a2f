"""What every operation of the window holds: core's one object, the threads, and the two signals
by which core's results reach the screens. This is the one place where core's outcomes become Qt
signals: what changed, and what went wrong in one sentence."""

import logging
from collections.abc import Callable
from enum import Flag, auto

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.app import App
from core.errors import Known
from core.messages.work import error_line
from desktop.jobs import Job, Jobs, Lane, Work
from desktop.words import in_window

log = logging.getLogger("longhand.desktop")


class Changed(Flag):
    """What a job may have changed; screens look at this to decide whether to draw again."""

    NOTHING = 0
    ACCOUNTS = auto()
    MESSAGES = auto()
    RULES = auto()
    LEARNING = auto()
    MODELS = auto()
    PRIVACY = auto()
    WATCH = auto()  # how often mail is fetched unasked
    PROPOSALS = auto()  # an edit of a draft was kept


class Desk(QObject):
    """Runs operations and tells the screens."""

    changed = Signal(object)  # Changed
    told = Signal(str)  # a sentence of success
    failed = Signal(str)  # a sentence that says what to do

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.app = app
        self.jobs = Jobs(self)
        self.rule_changes = QUndoStack(self)
        self._closers: list[Callable[[], None]] = []

    def run(self, title: str, lane: Lane, work: Work, changes: Changed = Changed.NOTHING) -> Job:
        """Starts `work`. Screens hear of `changes` however it ends: a cancelled sync has still
        brought mail."""
        job = self.jobs.start(title, lane, work)
        job.failed.connect(self._on_failed)
        if changes:
            job.ended.connect(lambda: self.changed.emit(changes))
        return job

    def run_unasked(self, title: str, work: Work, lane: Lane = Lane.AHEAD) -> Job:
        """Starts, in idle time, what the user may want next. That it fails is not told: what it was for
        will tell them, once they ask for it."""
        job = self.jobs.start(title, lane, work)
        job.failed.connect(self._log)
        return job

    def at_close(self, act: Callable[[], None]) -> None:
        """`act` is called when the window closes, after all jobs have ended or were given up."""
        self._closers.append(act)

    def stop_servers(self) -> None:
        """What was to be called when the window closes, now."""
        while self._closers:
            self._closers.pop()()

    def close(self, seconds: float) -> bool:
        """Cancels all jobs, then ends the children, whatever still runs. False if a job goes on
        regardless: then only the end of the process ends it."""
        for one in (self, self.rule_changes, self.jobs, *self.jobs.running):
            one.blockSignals(True)  # what jobs still report finds a closed profile
        self.jobs.close(seconds / 2)
        self.app.close()
        self.stop_servers()
        return self.jobs.close(seconds / 2)

    def _log(self, error: Exception) -> None:
        if not isinstance(error, Known):
            log.error("%s", error_line(error))

    def _on_failed(self, error: Exception) -> None:
        self._log(error)
        self.failed.emit(in_window(error_line(error)))
