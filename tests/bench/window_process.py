"""Programs with a window, each a process of its own that tells on standard output when its window hears the
user and what that took of the processor: `python -m tests.bench.window_process real|bare STARTED`."""

import json
import os
import sys
import time


def _real(started: float) -> int:
    from core import cli  # noqa: F401 - `longhand` comes by way of it
    from core.store.paths import Profile
    from desktop.start import load

    def shown(window: object) -> None:
        _tell(started)
        window.close()  # type: ignore[attr-defined]

    return load()(Profile.locate(), os.environ.get("LONGHAND_PASSPHRASE"), shown)


def _bare(started: float) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(QLabel("Hello"))
    window.show()

    def shown() -> None:
        _tell(started)
        window.close()

    QTimer.singleShot(0, shown)
    return int(app.exec())


def _tell(started: float) -> None:
    """`started`: by the system's monotonic clock, which all processes share."""
    print(json.dumps([time.monotonic() - started, time.process_time()]), flush=True)


if __name__ == "__main__":
    program = _real if sys.argv[1] == "real" else _bare
    sys.exit(program(float(sys.argv[2])))
