"""Python's search for cycles, kept to the main thread. Left to itself it runs on whichever thread makes an
object too many, and a widget that is part of a cycle would be destroyed there: Qt crashes."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimerEvent

EVERY_MS = 1000


class MainThreadCollector(QObject):
    """Does by a timer what Python would do by counting, with Python's own thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the start has made stays: looking through all of it takes longer than a frame
        self._timer = self.startTimer(EVERY_MS)

    def stop(self) -> None:
        self.killTimer(self._timer)
        gc.unfreeze()
        gc.enable()

    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: ARG002, N802
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return


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
