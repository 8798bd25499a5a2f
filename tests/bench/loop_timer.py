"""How late a Qt event loop is, by a timer of its own."""

import time

from PySide6.QtCore import QObject, Qt, QTimer

EVERY_MS = 5


class Loop(QObject):
    """How late the event loop was at each of the moments, EVERY_MS apart, at which it was due."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.late: list[float] = []
        self._due = time.perf_counter() + EVERY_MS / 1000
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_time)
        self._timer.start(EVERY_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _on_time(self) -> None:
        now = time.perf_counter()
        while self._due <= now:
            self.late.append(now - self._due)
            self._due += EVERY_MS / 1000
