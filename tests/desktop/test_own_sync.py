"""New mail is looked for by itself once the user has said so, and never in the way of anything."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.domain import AccountId
from core.sample.mailbox import make_mailbox
from core.sample.server import SampleServer
from core.store.accounts import Account
from core.store.settings import Watch
from desktop.care.account_dialog import OFTEN, AccountDialog
from desktop.desk import Changed
from desktop.jobs import Job, Lane
from desktop.main_window import MainWindow

LONG_MS = 60_000
FAST_MS = 2  # for a minute
SYNC = "Syncing mail"


@pytest.fixture(autouse=True)
def _plugged(monkeypatch: pytest.MonkeyPatch) -> None:
    on_mains(monkeypatch, True)


def on_mains(monkeypatch: pytest.MonkeyPatch, plugged: bool) -> None:
    told = SimpleNamespace(percent=50, secsleft=3600, power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: told, raising=False)


@pytest.fixture
def server() -> Iterator[SampleServer]:
    mails = make_mailbox(3).messages[:6]
    served = SampleServer.start([(one.folder, one.flags, one.raw) for one in mails], user="jo")
    yield served
    served.stop()


@pytest.fixture
def begun(empty_window: MainWindow, server: SampleServer) -> list[Job]:
    """The syncs that began, in a window with an account where a minute is two milliseconds."""
    address = make_mailbox(3).user.email
    account = Account(AccountId(0), address, "", server.host, server.port, "none", server.user)
    empty_window.desk.app.accounts.add(account, server.password)
    empty_window.desk.changed.emit(Changed.ACCOUNTS)
    empty_window.own_sync.minute_ms = FAST_MS
    found: list[Job] = []

    def note(job: Job) -> None:
        if job.title == SYNC:
            found.append(job)

    empty_window.desk.jobs.started.connect(note)
    return found


def watch(window: MainWindow, wanted: Watch) -> None:
    settings = window.desk.app.settings
    settings.save(replace(settings.now, watch=wanted))
    window.desk.changed.emit(Changed.WATCH)


def quiet(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)


def asked(qtbot: QtBot, window: MainWindow, times: int) -> None:
    """Waits until the battery was looked at so often."""
    seen: list[Job] = []
    window.desk.jobs.started.connect(
        lambda job: seen.append(job) if job.title == "Looking at the battery" else None
    )
    qtbot.waitUntil(lambda: len(seen) >= times, timeout=LONG_MS)
    qtbot.waitUntil(
        lambda: all(job.lane is not Lane.LOOK for job in window.desk.jobs.running), timeout=LONG_MS
    )


def test_nothing_is_fetched_until_the_user_says_so_under_accounts(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job]
) -> None:
    own, card = empty_window.own_sync, empty_window.accounts.own_sync
    told: list[str] = []
    empty_window.desk.told.connect(told.append)
    assert own.minutes == 0
    assert not own._timer.isActive()
    empty_window.show_accounts.trigger()
    assert card.often.currentText() == "Only when I press Sync"
    assert not card.on_battery.isEnabled()
    card.often.setCurrentIndex(card.often.findData(5))
    card.often.activated.emit(card.often.currentIndex())
    qtbot.waitUntil(lambda: len(begun) >= 2, timeout=LONG_MS)
    assert empty_window.desk.app.settings.now.watch == Watch(5)
    assert len([one for one in told if one.startswith("New: ")]) == 1, "what brings nothing is not told"
    card.often.setCurrentIndex(0)
    card.often.activated.emit(0)
    qtbot.waitUntil(lambda: empty_window.desk.app.settings.now.watch == Watch(0), timeout=LONG_MS)
    quiet(qtbot, empty_window)
    assert not own._timer.isActive()


def test_a_window_that_is_opened_again_goes_on(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job]
) -> None:
    watch(empty_window, Watch(30))
    assert empty_window.own_sync._timer.interval() == 30 * FAST_MS
    again = type(empty_window.own_sync)(empty_window.desk, empty_window)
    assert again._timer.isActive()
    assert again._timer.interval() == 30 * 60_000
    again.deleteLater()


def test_on_battery_only_where_the_user_wants_that(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_mains(monkeypatch, False)
    watch(empty_window, Watch(5))
    asked(qtbot, empty_window, 3)
    assert begun == []
    watch(empty_window, Watch(5, on_battery=True))
    qtbot.waitUntil(lambda: bool(begun), timeout=LONG_MS)


def test_nothing_begins_while_other_mail_is_fetched(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job]
) -> None:
    holding = threading.Event()
    job = empty_window.desk.run("Importing mail", Lane.MAIL, lambda _: holding.wait(60))
    watch(empty_window, Watch(1))
    for _ in range(5):
        empty_window.own_sync._on_time()
    assert begun == []
    holding.set()
    with qtbot.waitSignal(job.ended, timeout=LONG_MS):
        pass
    qtbot.waitUntil(lambda: bool(begun), timeout=LONG_MS)


def test_after_failures_it_is_tried_at_longer_and_longer_intervals_and_told_once(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job], server: SampleServer
) -> None:
    told: list[str] = []
    empty_window.desk.told.connect(told.append)
    server.stop()
    watch(empty_window, Watch(10))
    own, seen = empty_window.own_sync, []
    for failed in (1, 2, 3):
        qtbot.waitUntil(lambda failed=failed: own._failed == failed, timeout=LONG_MS)  # type: ignore[misc]
        seen.append(own.minutes)
    assert seen == [20, 40, 80]
    own._failed = 30
    assert own.minutes == 240
    assert told == ["New mail could not be fetched just now; it is tried again later."]
    assert empty_window.findChild(QMessageBox) is None
    own.wake()
    assert own.minutes == 10


def test_a_refused_sign_in_is_not_tried_again_until_the_user_syncs(
    qtbot: QtBot, empty_window: MainWindow, begun: list[Job], server: SampleServer
) -> None:
    own, port, right = empty_window.own_sync, server.port, server.password
    server.stop()
    other = SampleServer.start([], user="jo", port=port, password="another")
    watch(empty_window, Watch(1))
    qtbot.waitUntil(lambda: own._refused, timeout=LONG_MS)
    quiet(qtbot, empty_window)
    assert not own._timer.isActive()
    assert "press Sync" in empty_window.told.text()
    tries = len(begun)
    other.stop()
    back = SampleServer.start([], user="jo", port=port, password=right)
    empty_window.sync_action.trigger()
    qtbot.waitUntil(lambda: len(begun) >= tries + 2, timeout=LONG_MS)  # that one, and the next by itself
    watch(empty_window, Watch(0))
    quiet(qtbot, empty_window)
    back.stop()


@pytest.mark.parametrize("wanted", [False, True])
def test_it_is_asked_where_an_account_is_added(qtbot: QtBot, empty_window: MainWindow, wanted: bool) -> None:
    empty_window.add_action.trigger()
    dialog = empty_window.findChild(AccountDialog)
    assert isinstance(dialog, AccountDialog)
    assert not dialog.watch.isChecked()
    dialog.watch.setChecked(wanted)
    dialog.address.setText("jo@firm.example")
    dialog.password.setText("x")
    dialog.host.setText("127.0.0.1")
    dialog.host.setModified(True)
    dialog.port.setValue(1)
    QTest.mouseClick(dialog.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    quiet(qtbot, empty_window)
    assert empty_window.desk.app.settings.now.watch == Watch(OFTEN if wanted else 0)
