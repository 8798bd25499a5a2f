"""That Qt's binding keeps count of Python's own objects. PySide 6.12.0 gives up one reference to None or True
with many a call: on Python 3.11 the program ends once none is left, after an hour's work or so."""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPushButton

CALLS = 1000


class Speaker(QObject):
    said = Signal(bool)


@pytest.mark.usefixtures("qapp")
def test_no_call_gives_up_references() -> None:
    assert QApplication.instance() is not None
    button, action, speaker = QPushButton("Draft"), QAction("Pin"), Speaker()
    speaker.said.connect(lambda _: None)
    action.triggered.connect(lambda _: None)
    calls: tuple[Callable[[], object], ...] = (
        lambda: button.setEnabled(True),
        lambda: button.setVisible(False),
        lambda: speaker.said.emit(True),
        action.trigger,
    )
    before = [sys.getrefcount(one) for one in (None, True, False)]
    for _ in range(CALLS):
        for call in calls:
            call()
    after = [sys.getrefcount(one) for one in (None, True, False)]
    assert min(a - b for a, b in zip(after, before, strict=True)) > -CALLS / 2
