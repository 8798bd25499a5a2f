"""Python's search for cycles, kept to the main thread. Left to itself it runs on whichever thread makes an
object too many, and a widget that is part of a cycle would be destroyed there: Qt crashes."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimerEvent

BUSY_MS, IDLE_MS = 20, 250  # little by little: a second's worth of what a sync makes is looked at for 60 ms
QUIET = 50  # looks without anything to do, after which it looks seldom
WHOLE_EVERY = 60.0  # seconds between two looks through everything, which no frame has time for


class MainThreadCollector(QObject):
    """Does by a timer what Python would do by counting, with Python's own thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the start has made stays: looking through all of it takes longer than a frame
        self._quiet = QUIET  # looks in a row that found nothing to do
        self._timer = self.startTimer(IDLE_MS)
        self._whole_at = time.monotonic() + WHOLE_EVERY

    def stop(self) -> None:
        self.killTimer(self._timer)
        gc.unfreeze()
        gc.enable()

    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: ARG002, N802
        youngest, middle, oldest = (
            count > threshold for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)
        )
        if oldest and time.monotonic() >= self._whole_at:
            self._whole_at = time.monotonic() + WHOLE_EVERY
            gc.collect(2)
        elif middle:
            gc.collect(1)
        elif youngest:
            gc.collect(0)
        was_busy = self._quiet < QUIET
        self._quiet = 0 if youngest else min(self._quiet + 1, QUIET)
        if was_busy != (self._quiet < QUIET):
            self.killTimer(self._timer)
            self._timer = self.startTimer(IDLE_MS if was_busy else BUSY_MS)


@contextmanager
def no_collecting() -> Iterator[None]:
    """For a stretch of work without an event loop of its own."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
