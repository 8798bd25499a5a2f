"""The window over a large profile, looked at while it is used: `python -m tests.bench.memory_process HOME
memory|screens TIMES`. Prints one JSON object: memory in MB, handles, threads, children."""

import gc
import json
import os
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest

from core.app import App
from core.store.paths import Profile
from desktop.application import make_application
from desktop.garbage import MainThreadCollector
from desktop.main_window import MainWindow
from tests.bench.program import PASSPHRASE

WORDS = ("meeting", "the", "thanks for", "person7", "government", "zanzibar", "in", "firm3")
WAIT = 0.3  # seconds: longer than the pause in typing before it is searched


def main() -> None:
    home, what, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    app = App.open(Profile(home), PASSPHRASE, "a benchmark")  # no more imports than the program's own
    qt = make_application(["longhand"])
    window = MainWindow(app)
    window.show()
    collector = MainThreadCollector(qt)
    settle(window)
    result = {"start": state()}
    if what == "memory":
        result |= used(window)
    else:
        turn(window, 20)
        result["warm"] = state()
        turn(window, times)
        result["end"] = state()
    window.close()
    collector.stop()
    print(json.dumps(result), flush=True)
    os._exit(0 if window.all_ended else 1)


def used(window: MainWindow) -> dict[str, object]:
    """Scrolls to the end of the list and back, and searches."""
    view, model = window.replies.messages, window.replies.model
    began = time.perf_counter()
    slowest = 0.0
    while model.canFetchMore(view.rootIndex()):
        before = time.perf_counter()
        view.scrollToBottom()
        process()
        slowest = max(slowest, time.perf_counter() - before)
    scrolled, rows = state(), model.rowCount()
    seconds = time.perf_counter() - began
    for row in range(rows - 1, 0, -500):
        view.setCurrentIndex(model.index(row))
        process()
    read = state()
    for words in WORDS:
        QTest.keyClicks(window.replies.search, words)
        settle(window)
        window.replies.search.clear()
        settle(window)
    return {
        "rows": rows, "scroll_seconds": seconds, "slowest": slowest, "scrolled": scrolled, "read": read,
        "searched": state(), "peak": peak(),
    }  # fmt: skip


def turn(window: MainWindow, times: int) -> None:
    """Opens and closes every screen so many times."""
    left = Qt.MouseButton.LeftButton
    for _ in range(times):
        for action in window.rail.actions():
            if button := window.rail.widgetForAction(action):
                QTest.mouseClick(button, left)
                process()
        settle(window, 0)
    gc.collect()
    settle(window)


def settle(window: MainWindow, seconds: float = WAIT) -> None:
    """Until jobs have ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end or window.desk.jobs.running:
        process()
        time.sleep(0.005)


def process() -> None:
    QEventLoop().processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def state() -> dict[str, float]:
    this = psutil.Process()
    memory = this.memory_full_info()
    return {
        "rss": memory.rss / 2**20,
        "pss": getattr(memory, "pss", 0) / 2**20,
        "handles": this.num_fds(),
        "threads": this.num_threads(),
        "children": len(this.children(recursive=True)),
    }


def peak() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
