"""The model of the first run comes from a hub over real HTTP: shown, stopped, gone on with, cut off."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.models.catalogue import CatalogueEntry
from desktop.first_run.model_step import Choice
from desktop.first_run.setup import Step
from desktop.job_bar import JobRow
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow
from tests.hub import FILE, REPO, Fault, StandIn, stand_in
from tests.tiny_models import write_model

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 60_000
NAME = f"{REPO}:{FILE}"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[StandIn]:
    with stand_in(write_model(tmp_path / "tiny.gguf").read_bytes()) as hub:
        yield hub


@pytest.fixture
def window(open_window: OpenWindow, synced_home: Path, tmp_path: Path, hub: StandIn) -> MainWindow:
    """At the question which model is to write; the stand-in has the model that is recommended."""
    home = tmp_path / "copy"
    shutil.copytree(synced_home, home)
    (home / "settings.toml").write_text(f'[download]\nhub = "{hub.url}"\n')
    window = open_window(home)
    window.set_up(Step.MODEL)
    return window


def agree(qtbot: QtBot, window: MainWindow) -> None:
    """Takes the recommended model, whose name the hub knows, and says yes to what is asked."""
    setup = window.setup
    qtbot.waitUntil(setup.models.buttons[Choice.RECOMMENDED].isEnabled, timeout=LONG_MS)
    setup._go(Step.MODEL)
    setup.models.buttons[Choice.RECOMMENDED].click()
    found = setup.models.model
    assert isinstance(found, CatalogueEntry)
    setup._ask(NAME)
    qtbot.waitUntil(lambda: setup.findChild(QMessageBox) is not None, timeout=LONG_MS)
    box = setup.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert FILE in box.text()
    assert "'mit'" in box.text()
    [yes] = [one for one in box.findChildren(QPushButton) if one.text() == "Get it"]
    QTest.mouseClick(yes, LEFT)
    qtbot.waitUntil(lambda: setup.findChild(QMessageBox) is None)


def coming(qtbot: QtBot, window: MainWindow) -> JobRow:
    """The strip that shows it, once some of it has come."""
    qtbot.waitUntil(lambda: len(window.job_bar.rows) == 1, timeout=LONG_MS)
    row = next(iter(window.job_bar.rows.values()))
    qtbot.waitUntil(lambda: "Downloading" in row.told.text(), timeout=LONG_MS)
    return row


def quiet(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)


def kept(window: MainWindow) -> int:
    """Bytes of what has come so far."""
    return sum(
        one.stat().st_size for one in window.desk.app.downloads.folder.rglob("*.part*") if one.is_file()
    )


def writes(window: MainWindow) -> str:
    return next(one.name for one in window.desk.app.models.all() if one.in_use and one.role == "large")


def test_it_comes_while_the_user_goes_on_is_stopped_and_gone_on_with_and_writes_once_it_is_there(
    qtbot: QtBot, window: MainWindow, hub: StandIn
) -> None:
    hub.faults.append(Fault(wait=0.1))
    agree(qtbot, window)
    assert window.setup.step is Step.LEARN, "the next question is asked meanwhile"
    row = coming(qtbot, window)
    qtbot.waitUntil(lambda: 0 < row.bar.value() <= row.bar.maximum() or kept(window) > 0, timeout=LONG_MS)
    QTest.mouseClick(row.cancel, LEFT)
    quiet(qtbot, window)
    assert window._notice is None, "to stop is no failure"
    came = kept(window)
    assert writes(window) == "mini-large"
    hub.asked.clear()
    agree(qtbot, window)
    qtbot.waitUntil(lambda: writes(window) == FILE, timeout=LONG_MS)
    assert came > 0
    assert hub.asked[-1] == f"bytes={came}-", "only the rest of it"


def test_a_connection_that_is_cut_goes_on_by_itself(qtbot: QtBot, window: MainWindow, hub: StandIn) -> None:
    hub.faults.append(Fault(cut=20_000))
    agree(qtbot, window)
    qtbot.waitUntil(lambda: writes(window) == FILE, timeout=LONG_MS)
    assert hub.asked[0] in ("", "bytes=0-")
    assert hub.asked[1] != hub.asked[0]


@pytest.mark.parametrize("status", [404, 403])
def test_what_the_hub_refuses_is_one_sentence_and_the_built_in_model_still_writes(
    qtbot: QtBot, window: MainWindow, hub: StandIn, status: int
) -> None:
    hub.api_faults += [Fault(status=status)] * 5
    window.setup._ask(NAME)
    qtbot.waitUntil(lambda: window._notice is not None, timeout=LONG_MS)
    assert window._notice is not None
    told = window._notice.text()
    assert "\n" not in told
    assert told.endswith(".")
    window._notice.close()
    quiet(qtbot, window)
    assert window.setup.step is Step.MODEL
    assert window.setup.next.isEnabled()
    assert writes(window) == "mini-large"


def test_a_file_that_is_not_what_the_hub_promised_is_not_used(
    qtbot: QtBot, window: MainWindow, hub: StandIn
) -> None:
    hub.faults.append(Fault(wrong=True))
    agree(qtbot, window)
    qtbot.waitUntil(lambda: window._notice is not None, timeout=LONG_MS)
    assert window._notice is not None
    assert window._notice.text().endswith(".")
    window._notice.close()
    quiet(qtbot, window)
    assert writes(window) == "mini-large"
