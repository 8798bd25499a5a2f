"""Replies written while the computer has nothing else to do, where the user wants it: they give way to
anything that is asked for, and go on when it has been quiet again for a while."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.domain import Draft, MessageId
from desktop.desk import Desk
from desktop.jobs import Job
from desktop.operations import replies

QUIET_MS = 15_000  # without any job


class Ahead(QObject):
    written = Signal(object, object)  # MessageId, Draft
    ready = Signal(int)  # so many more replies: none is left to write

    def __init__(self, desk: Desk, known: Callable[[], frozenset[MessageId]], parent: QObject) -> None:
        """`known` tells for which messages there is something written already."""
        super().__init__(parent)
        self._desk, self._known = desk, known
        self._job: Job | None = None
        self._starting = False
        self._count = 0
        self.quiet_ms = QUIET_MS
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        desk.jobs.started.connect(self._on_started)

    def wake(self) -> None:
        """There may be something to do: it is looked for once it has been quiet."""
        if self._desk.app.drafts.ahead:
            self._timer.start(self.quiet_ms)

    def _go_on(self) -> None:
        if self._desk.jobs.running or not self._desk.app.drafts.ahead:
            return
        self._starting = True
        self._job = replies.draft_ahead(self._desk, known=self._known())
        self._starting = False
        self._job.done.connect(self._on_done)
        self._job.ended.connect(self._on_ended)

    def _on_done(self, result: tuple[MessageId, Draft] | None) -> None:
        if result is not None:
            self._count += 1
            self.written.emit(*result)
            self._timer.start(0)  # the next one
        elif self._count:
            self.ready.emit(self._count)
            self._count = 0

    def _on_ended(self) -> None:
        self._job = None

    def _on_started(self, job: Job) -> None:
        """Something was asked for, or is read ahead for what is open."""
        if self._starting:
            return
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        job.ended.connect(self.wake)
