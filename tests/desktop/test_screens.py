"""Opening and closing every screen leaves nothing behind; the benchmark `screens` does it 500 times."""

import gc

import psutil
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow

TIMES = 20


def turn(qtbot: QtBot, window: MainWindow, times: int) -> tuple[int, int, int, int]:
    """Opens every screen so many times: objects of the window, handles, threads, children afterwards."""
    for _ in range(times):
        for action in window.rail.actions():
            if button := window.rail.widgetForAction(action):
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=60_000)
    qtbot.wait(50)
    gc.collect()
    this = psutil.Process()
    children = len(this.children(recursive=True))
    return len(window.findChildren(QObject)), this.num_fds(), this.num_threads(), children


def test_opening_every_screen_again_and_again_leaves_nothing_behind(qtbot: QtBot, window: MainWindow) -> None:
    before = turn(qtbot, window, 3)
    after = turn(qtbot, window, TIMES)
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
