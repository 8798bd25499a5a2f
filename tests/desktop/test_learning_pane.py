"""Learning's screen: a run from start to pause and on, what was learned before, and the blind test."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from core.evaluation.learning import Limits
from core.store.adapters import AdapterRepository
from core.tasks import CancelToken, Progress
from desktop.desk import Changed
from desktop.learning.blind import BlindDialog
from desktop.learning.chart import LossChart, load_library, running_mean
from desktop.learning.likeness import in_tens
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow, open_app

pytestmark = pytest.mark.slow

LEFT = Qt.MouseButton.LeftButton
RUNNING_MS = 240_000  # generous: a small machine that does other things too
FEW = Limits(examples=8, gate=4)


@pytest.fixture(scope="module")
def learned_home(synced_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample mailbox with an adapter of a few examples, and an evaluation."""
    home = tmp_path_factory.mktemp("learned") / "profile"
    shutil.copytree(synced_home, home)
    (home / "settings.toml").write_text("[learning]\nexamples = 8\ngate = 8\n")
    app = open_app(home)
    try:
        app.learning.run(Progress(), CancelToken(), limits=FEW)
        app.comparing.mail(Progress(), CancelToken())
    finally:
        app.close()
    return home


@pytest.fixture
def learned(open_window: OpenWindow, learned_home: Path, tmp_path: Path) -> MainWindow:
    home = tmp_path / "learned"
    shutil.copytree(learned_home, home)
    window = open_window(home)
    window.show_learning.trigger()
    return window


def test_a_run_is_paused_and_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    home = window.desk.app.home
    (home / "settings.toml").write_text("[learning]\nexamples = 8\ngate = 8\n")
    window.close()
    again = MainWindow(open_app(home))
    qtbot.addWidget(again)
    again.show()
    again.show_learning.trigger()
    pane = again.learning
    try:
        assert "210 replies of yours can be learned from" in pane.state.text()
        assert not pane.blind_action.isEnabled()
        pane.go_action.trigger()
        box = again.findChild(QMessageBox)
        if isinstance(box, QMessageBox):
            box.accept()
        qtbot.waitUntil(lambda: len(pane.chart.losses) >= 12, timeout=RUNNING_MS)
        assert pane.running.isVisible()
        assert not pane.go_action.isVisible()
        assert "Training" in pane.told.text()
        pane.stop_action.trigger()
        qtbot.waitUntil(lambda: not again.desk.jobs.running, timeout=20_000)
        assert pane.go_action.text() == "Go on learning"
        assert "goes on from where it stopped" in pane.state.text()
        standing = again.desk.app.learning.standing()
        assert standing.begun
        assert pane.chart.losses == list(standing.losses)
        pane.go_action.trigger()
        qtbot.waitUntil(lambda: len(pane.chart.losses) > len(standing.losses), timeout=RUNNING_MS)
        assert pane.chart.losses[: len(standing.losses)] == list(standing.losses)
    finally:
        again.close()
    assert again.all_ended


def test_what_was_learned_is_shown_with_its_curve_and_scores(qtbot: QtBot, learned: MainWindow) -> None:
    pane = learned.learning
    standing = learned.desk.app.learning.standing()
    assert len(pane.chart.losses) == len(standing.losses) >= 60
    qtbot.waitUntil(lambda: pane.chart._plot is not None)
    assert pane.chart._plot.isVisible()
    assert pane.chart.checks == list(standing.checks) != []
    assert standing.checks[-1][0] == len(standing.losses)
    assert pane.model.rowCount() == 1
    assert pane.model.index(0, 1).data() == "8"
    assert pane.model.index(0, 2).data().endswith(" of 10")
    assert set(pane.likeness.bars) == {"zero_shot", "few_shot", "guided"}
    assert pane.compared.text().startswith("Drafts that read like you: ")
    assert standing.said
    shown = pane.state.text() + pane.said.text()
    assert standing.said[0] in shown
    assert pane.running.isHidden()


def test_an_earlier_adapter_is_taken_into_use_again(qtbot: QtBot, learned: MainWindow) -> None:
    pane, app = learned.learning, learned.desk.app
    [first] = app.learning.adapters()
    repository = AdapterRepository(app._database)
    second = repository.add(first, b"gguf", b"peft")
    repository.make_live(second)
    pane.reload()
    assert pane.model.index(0, 4).data() == "In use"
    pane.table.selectRow(1)
    assert pane.use_action.isEnabled()
    with qtbot.waitSignal(learned.desk.changed, check_params_cb=lambda what: bool(what & Changed.LEARNING)):
        pane.use_action.trigger()
    live = app.learning.adapter()
    assert live is not None
    assert live.id == first.id


def test_the_blind_test_is_sat_left_and_gone_on_with(qtbot: QtBot, learned: MainWindow) -> None:
    pane = learned.learning

    def sit() -> BlindDialog:
        pane.blind_action.trigger()
        qtbot.waitUntil(lambda: pane.findChild(BlindDialog) is not None, timeout=20_000)
        found = pane.findChild(BlindDialog)
        assert isinstance(found, BlindDialog)
        return found

    dialog = sit()
    test = learned.desk.app.comparing.blind_test()
    assert test.left == test.count > 1
    first = dialog.question
    QTest.keyClick(dialog, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: dialog.question is not first)
    assert dialog.count.text() == f"2 of {test.count}"
    dialog.close()
    qtbot.waitUntil(lambda: pane.findChild(BlindDialog) is None)
    dialog = sit()
    assert dialog.count.text() == f"2 of {test.count}"
    while dialog.question is not None:
        before = dialog.question
        QTest.keyClick(dialog, Qt.Key.Key_3)
        qtbot.waitUntil(lambda before=before: dialog.question is not before)
    assert dialog.pages.currentIndex() == 1
    assert f"both alike {test.count - 1} times" in dialog.outcome.text()
    dialog.close()
    qtbot.waitUntil(lambda: "you chose your rules" in pane.blind_told.text())


def test_the_chart_says_what_to_expect_until_there_is_something_to_draw(qtbot: QtBot) -> None:
    chart = LossChart(lambda then: (load_library(), then()))
    qtbot.addWidget(chart)
    chart.show()
    [told] = chart.findChildren(QLabel)
    assert told.isVisible()
    chart.add(2.0)
    assert chart._plot is None
    chart.add(1.0)
    assert not told.isVisible()
    assert chart.accessibleDescription() == "After 2 steps the loss is 1.50"
    chart.add_check(2, 1.75)
    assert chart.accessibleDescription().endswith(", and 1.75 on mail it does not learn from")
    assert [list(one) for one in chart._checked.getData()] == [[2], [1.75]]
    chart.back_to(1)
    assert chart.checks == []
    chart.show_course([])
    assert told.isVisible()


def test_means_and_tens() -> None:
    assert running_mean([3.0, 1.0, 2.0], 2) == [3.0, 2.0, 1.5]
    assert [in_tens(one) for one in (-0.3, 0.42, 1.2)] == [0.0, 4.2, 10.0]
