"""Which of the messages that wait are shown, and where in their list one stays."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain import Draft, MessageId
from core.tasks import CancelToken, Progress
from desktop.desk import Changed
from desktop.main_window import MainWindow
from desktop.replies import message_list

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


def test_a_message_far_down_stays_open_when_the_list_is_read_again(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = window.replies
    last = pane.model.rowCount() - 1
    assert last >= 2
    pane.messages.setCurrentIndex(pane.model.index(last))
    opened = pane.composer.sheet
    monkeypatch.setattr(message_list, "MOST_READ_AGAIN", last)
    pane.reload()
    assert pane.model.rowCount() == last
    assert pane.composer.sheet is opened
    assert not pane.messages.currentIndex().isValid()


def test_filters_show_less_and_say_so(qtbot: QtBot, window: MainWindow, several: MessageId) -> None:
    pane, app = window.replies, window.desk.app
    pane.reload()
    whole = pane.model.rowCount()
    file_mail = app.mail.get(several).mail
    assert file_mail.subject in {pane.model.message(row).mail.subject for row in range(whole)}
    pane.filters.drafted_action.trigger()
    assert pane.model.rowCount() == 0
    assert pane.waiting_title.text() == f"Waiting · 0 of {whole}"
    assert pane.nothing.isVisible()
    app.drafts.note_seen(several, Draft("Yes."))
    pane.reload()
    assert [pane.model.message(0).id, pane.model.rowCount()] == [several, 1]
    assert "a draft is there" in pane.model.index(0).data()
    pane.filters.all_action.trigger()
    assert pane.model.rowCount() == whole
    pane.filters.unread_action.trigger()
    unread = sum(not one.seen for one in app.mail.waiting(100))
    assert pane.model.rowCount() == unread
    pane.filters.all_action.trigger()
    pane.filters.to_me_action.trigger()
    own = app.mail.own_addresses()
    to_me = sum(any(to.email in own for to in one.mail.to) for one in app.mail.waiting(100))
    assert pane.model.rowCount() == to_me > 0


def test_mail_of_one_account_is_shown_alone(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    pane, app = window.replies, window.desk.app
    assert not pane.filters.accounts_menu.menuAction().isVisible()
    whole = pane.model.rowCount()
    file = tmp_path / "other.eml"
    file.write_text(
        "From: Ann <ann@x.example>\nTo: me@second.example\nSubject: Other\nMessage-ID: <1@x.example>\n"
        "Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nIs it you?\n"
    )
    app.mail.import_path(file, Progress(), CancelToken(), "me@second.example")
    window.desk.changed.emit(Changed.MESSAGES)
    assert pane.model.rowCount() == whole + 1
    menu = pane.filters.accounts_menu
    assert menu.menuAction().isVisible()
    assert [one.text() for one in menu.actions()][0::2] == ["All accounts", "me@second.example"]
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert [pane.model.message(0).mail.subject, pane.model.rowCount()] == ["Other", 1]
    window.desk.changed.emit(Changed.MESSAGES)  # it stays chosen
    assert pane.model.rowCount() == 1
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    assert pane.model.rowCount() == whole + 1
