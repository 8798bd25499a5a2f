"""Privacy: what left the machine, what is never read, forgetting, and the preview."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from tests.desktop.conftest import press_in

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 60_000


def test_the_ledger_shows_what_left_and_exclusions_are_kept(qtbot: QtBot, window: MainWindow) -> None:
    window.show_privacy.trigger()
    pane = window.privacy
    assert pane.model.rowCount() == len(window.desk.app.ledger.all()) > 0
    assert pane.model.index(0, 1).data() == "127.0.0.1"
    assert "Everything is done on this machine" in pane.where.text()
    assert not pane.keep_action.isEnabled()
    pane.never.people.setPlainText("Ann@Firm.example")
    assert pane.keep_action.isEnabled()
    with qtbot.waitSignal(window.desk.changed):
        pane.keep_action.trigger()
    assert window.desk.app.settings.now.exclude.people == ("ann@firm.example",)
    assert not pane.keep_action.isEnabled()


def test_somebody_is_forgotten_only_after_a_yes(qtbot: QtBot, window: MainWindow) -> None:
    window.show_privacy.trigger()
    pane, app = window.privacy, window.desk.app
    who = app.mail.waiting(1)[0].mail.sender.email
    assert not pane.forget_action.isEnabled()
    pane.who.setText(who)
    pane.forget_action.trigger()
    press_in(pane.findChild(QMessageBox), "Keep")
    assert app.mail.search(who.partition("@")[0])
    before = app.mail.waiting_count()
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is None)
    pane.forget_action.trigger()
    press_in(pane.findChild(QMessageBox), "Forget")
    qtbot.waitUntil(lambda: pane.who.text() == "", timeout=LONG_MS)
    assert app.mail.waiting_count() < before
    assert who not in {one.mail.sender.email for one in app.mail.waiting(50)}


def test_the_preview_is_the_text_a_service_would_get(qtbot: QtBot, window: MainWindow) -> None:
    window.show_privacy.trigger()
    pane = window.privacy
    pane.preview_action.trigger()
    wanted = window.desk.app.drafts.preview(window.desk.app.mail.waiting(1)[0].id)
    qtbot.waitUntil(
        lambda: wanted in [one.toPlainText() for one in pane.findChildren(QPlainTextEdit)], timeout=LONG_MS
    )
