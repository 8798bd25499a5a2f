"""Cycles that hold widgets are found on the main thread, whichever thread makes the objects."""

import gc
import weakref

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from desktop.garbage import no_collecting
from desktop.jobs import Jobs, Lane


class Cyclic(QObject):
    """Part of a cycle; notes on which thread it ends."""

    def __init__(self, ended: list[QThread]) -> None:
        super().__init__()
        self.myself = self
        self.end = weakref.finalize(self, lambda: ended.append(QThread.currentThread()))


def test_a_cycle_ends_on_the_main_thread_though_another_makes_garbage(qtbot: QtBot) -> None:
    ended: list[QThread] = []
    assert not gc.isenabled()  # by the collector of all desktop tests
    jobs = Jobs()
    Cyclic(ended)

    def work(_: object) -> None:
        for _number in range(50_000):
            one: list[object] = []
            one.append(one)

    job = jobs.start("x", Lane.STORE, work)
    with qtbot.waitSignal(job.ended, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
    assert ended == [QThread.currentThread()]
    jobs.close(2)


def test_no_collecting_leaves_things_as_they_were() -> None:
    gc.enable()
    try:
        with no_collecting():
            assert not gc.isenabled()
        assert gc.isenabled()
    finally:
        gc.disable()
