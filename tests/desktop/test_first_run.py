"""The questions of the first run: answered, left out, gone back to, and gone on with after a quit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.evaluation.estimate import learning_time
from core.models.choice import ModelEntry, recommended
from core.models.hub import HubFile
from desktop.care.cloud_dialog import CloudDialog
from desktop.first_run.model_step import Choice
from desktop.first_run.setup import Step
from desktop.main_window import MainWindow
from tests.desktop.conftest import open_app

LEFT = Qt.MouseButton.LeftButton


def entry(name: str, pace: float = 5.0, runs: bool = True) -> ModelEntry:
    return ModelEntry(name, "large", "to fetch", "", False, runs, pace)


def test_the_largest_model_that_does_not_crawl_is_recommended() -> None:
    def name(*entries: ModelEntry) -> str:
        found = recommended(entries)
        return found.name if found else ""

    assert name(entry("qwen3-1.7b"), entry("qwen3-4b"), entry("mini-large")) == "qwen3-4b"
    assert name(entry("qwen3-1.7b"), entry("qwen3-4b", pace=0.9)) == "qwen3-1.7b"
    assert name(entry("qwen3-1.7b", pace=0.9), entry("qwen3-4b", pace=0.4)) == "qwen3-1.7b"
    assert name(entry("qwen3-1.7b", runs=False), entry("mini-large")) == ""


def test_the_time_learning_takes_is_a_range_or_untold() -> None:
    assert learning_time(120, 40, 0.0) is None
    time = learning_time(120, 40, 10.0)
    assert time is not None
    assert (time.least, time.most) == (87, 260)
    known = learning_time(120, 40, 10.0, measured=True)
    assert known is not None
    assert (known.least, known.most) == (58, 130)


def test_files_are_read_only_after_what_must_never_be(
    qtbot: QtBot, empty_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, setup, asked = empty_window, empty_window.setup, []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (asked.append(1), ("", ""))[1])
    window.empty.import_asked.emit()
    assert window.screens.currentWidget() is setup
    QTest.mouseClick(setup.back, LEFT)
    assert window.screens.currentWidget() is window.empty
    window.empty.import_asked.emit()
    setup.never.words.setPlainText("privileged")
    assert not asked
    QTest.mouseClick(setup.next, LEFT)
    qtbot.waitUntil(lambda: setup.step is Step.MODEL)
    assert asked == [1]
    assert window.desk.app.settings.now.exclude.words == ("privileged",)
    QTest.mouseClick(setup.skip, LEFT)
    assert setup.step is Step.LEARN
    assert "too few yet" in setup.learning.text()
    assert not setup.next.isEnabled()
    QTest.mouseClick(setup.back, LEFT)
    QTest.mouseClick(setup.back, LEFT)
    assert (setup.step, setup.never.words.toPlainText()) == (Step.NEVER, "privileged")
    for _ in range(3):
        QTest.mouseClick(setup.skip, LEFT)
    assert not setup.open
    assert window.screens.currentWidget() is window.empty
    assert asked == [1]


def test_a_model_is_chosen_with_its_size_licence_and_time(qtbot: QtBot, window: MainWindow) -> None:
    setup = window.setup
    window.set_up(Step.MODEL)
    qtbot.waitUntil(setup.models.buttons[Choice.RECOMMENDED].isEnabled, timeout=20_000)
    told = setup.models.told[Choice.RECOMMENDED].text()
    assert setup.models.model is not None
    assert setup.models.model.licence in told
    assert " GB" in told
    assert "minutes on a line of" in told
    assert "English only" in setup.models.told[Choice.BUILT_IN].text()
    offered = HubFile("hub.example", "Q/M", "m.gguf", "1" * 40, "2" * 64, 10**9, "MIT")
    box = setup._offer("qwen3-1.7b", offered)
    assert "1000 MB" in box.text()
    box.close()
    assert setup.step is Step.MODEL
    setup.models.buttons[Choice.SERVICE].click()
    QTest.mouseClick(setup.next, LEFT)
    dialog = setup.findChild(CloudDialog)
    assert isinstance(dialog, CloudDialog)
    dialog.close()
    assert setup.step is Step.MODEL
    setup.models.buttons[Choice.BUILT_IN].click()
    QTest.mouseClick(setup.next, LEFT)
    assert setup.step is Step.LEARN
    qtbot.waitUntil(lambda: "210 replies of yours" in setup.learning.text())
    qtbot.waitUntil(lambda: "writes here now" in setup.learning.text(), timeout=60_000)
    [pace] = setup._paces.values()
    assert pace > 0
    time = learning_time(120, 35, pace, measured=True)
    assert time is not None
    assert f"{time.least} to {time.most} minutes" in setup.learning.text()
    QTest.mouseClick(setup.next, LEFT)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None or window.learning._job is not None)
    assert window.screens.currentWidget() is window.replies
    if window.learning._job is not None:
        window.learning.stop()
        qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=30_000)


def test_the_questions_go_on_after_a_quit(qtbot: QtBot, tmp_path: Path) -> None:
    def opened() -> MainWindow:
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        return MainWindow(open_app(tmp_path / "profile"), settings)

    def within(act: Callable[[MainWindow], None]) -> None:
        window = opened()
        window.show()
        try:
            act(window)
        finally:
            window.close()
            window.deleteLater()

    def begin(window: MainWindow) -> None:
        assert window.screens.currentWidget() is window.empty
        window.set_up(Step.NEVER)
        window.setup.go_on()

    def go_on(window: MainWindow) -> None:
        assert window.screens.currentWidget() is window.setup
        assert window.setup.step is Step.MODEL
        window.setup.go_on()
        window.setup.go_on()

    def ended(window: MainWindow) -> None:
        assert window.screens.currentWidget() is window.empty

    for act in (begin, go_on, ended):
        within(act)
