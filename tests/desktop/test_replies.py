"""The Replies screen beyond a single reply: whom it goes to, new mails, and drafts of an earlier day."""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain import Draft, Finding, MessageId
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow, open_app
from tests.desktop.replying import finish, in_drafts, save, serve

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


def test_a_reply_goes_to_everyone_if_the_user_says_so(
    qtbot: QtBot, window: MainWindow, several: MessageId
) -> None:
    serve(qtbot, window)
    pane, composer = window.replies, window.replies.composer
    pane.show_message(several)
    qtbot.waitUntil(lambda: composer.recipients.text() == "To Ann Marsh")
    assert composer.everyone_action.isVisible()
    assert not composer.everyone_action.isChecked()
    composer.everyone_action.trigger()
    assert composer.recipients.text() == "To Ann Marsh, Ben Ode · Cc Cy Orr"
    composer.draft.setPlainText("Monday is fine.")
    save(qtbot, composer)
    [draft] = in_drafts(window)
    assert draft["To"] == "Ann Marsh <ann@several.example>, Ben Ode <ben@several.example>"
    assert draft["Cc"] == "Cy Orr <cy@several.example>"
    composer.everyone_action.trigger()
    save(qtbot, composer)
    [draft] = in_drafts(window)
    assert (draft["To"], draft["Cc"]) == ("Ann Marsh <ann@several.example>", None)


def test_where_there_is_nobody_else_there_is_nothing_to_choose(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.replies.composer
    qtbot.waitUntil(lambda: composer.recipients.text().startswith("To "))
    assert not composer.everyone_action.isVisible()


def test_what_an_edit_taught_is_told_and_can_be_taken_back(qtbot: QtBot, window: MainWindow) -> None:
    serve(qtbot, window)
    app, composer = window.desk.app, window.replies.composer
    message = window.replies.model.message(0).id
    app.drafts.note_seen(message, Draft("Yes, Thursday suits me well.\n\nBest regards,\nIda", seconds=1.0))
    composer._sheets.clear()
    composer.sheet = None
    window.replies.show_message(message)
    save(qtbot, composer)  # as it was written: there is nothing to learn
    assert not composer.edit_noted.isVisible()
    composer.draft.setPlainText("Thursday is fine, I shall bring the plans along.\n\nCheers\nIda")
    save(qtbot, composer)
    assert composer.edit_noted.isVisible()
    assert app.outgoing.is_noted(message)
    QTest.mouseClick(composer.take_back_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: composer.status.text().startswith("Taken back"))
    assert not composer.edit_noted.isVisible()
    assert not app.outgoing.is_noted(message)
    [draft] = in_drafts(window)
    assert "bring the plans along" in draft.get_content()


def test_a_new_mail_is_written_from_notes_and_saved_once(qtbot: QtBot, window: MainWindow) -> None:
    serve(qtbot, window)
    pane, composer = window.replies, window.replies.composer
    person = pane.model.message(0).mail.sender
    pane.new_action.trigger()
    assert pane.above.currentWidget() is pane.head
    assert not composer.write_action.isEnabled()
    QTest.keyClicks(pane.head.to, f"{person.name} <{person.email}>")
    QTest.keyClicks(pane.head.subject, "The lease")
    QTest.keyClicks(composer.notes, "can we meet Friday at 10")
    assert composer.write_action.isEnabled()
    composer.write_action.trigger()
    assert composer.sheet is not None
    finish(qtbot, composer.sheet.job)
    text = composer.draft.toPlainText()
    assert "Friday" in text
    assert pane.chips.chips
    save(qtbot, composer)
    composer.draft.setPlainText(f"{text}\n\nPS. Bring the plan.")
    save(qtbot, composer)
    [draft] = in_drafts(window)
    assert draft["To"] == f"{person.name} <{person.email}>"
    assert draft["Subject"] == "The lease"
    assert draft["In-Reply-To"] is None
    assert draft.get_content().replace("\r", "").strip() == f"{text}\n\nPS. Bring the plan."
    pane.messages.setCurrentIndex(pane.model.index(0))  # something else, and back
    assert pane.above.currentWidget() is pane.reading
    pane.new_action.trigger()  # that one is saved: the next is empty
    assert (pane.head.to.text(), composer.draft.toPlainText(), composer.notes.toPlainText()) == ("", "", "")


def test_a_new_mail_that_is_not_saved_is_still_there(qtbot: QtBot, window: MainWindow) -> None:
    pane, composer = window.replies, window.replies.composer
    pane.new_action.trigger()
    QTest.keyClicks(pane.head.to, "new@somewhere.example")
    QTest.keyClicks(composer.notes, "hello")
    QTest.keyClicks(pane.head.to, "x y")  # no address any more
    assert not composer.write_action.isEnabled()
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert composer.notes.toPlainText() == ""
    pane.new_action.trigger()
    assert composer.notes.toPlainText() == "hello"


def test_a_draft_of_an_earlier_day_is_there_again(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    second = pane.model.message(1).id
    made = Draft("Yes, Ingrid will come.", findings=(Finding(5, 11, "Ingrid", "not in the mail"),))
    window.desk.app.drafts.note_seen(second, made)
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText() == made.text
    assert pane.composer.draft.findings == made.findings


def test_a_draft_that_is_there_at_the_start_gets_its_room(
    qtbot: QtBot, open_window: OpenWindow, synced_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "drafted"
    shutil.copytree(synced_home, home)
    app = open_app(home)
    app.drafts.note_seen(app.mail.waiting(1)[0].id, Draft("Yes.\n\nBest"))
    app.close()
    pane = open_window(home).replies
    qtbot.waitUntil(lambda: pane.middle.sizes()[1] > pane.middle.sizes()[0], timeout=WRITING_MS)
    pane.new_action.trigger()  # no draft yet
    qtbot.waitUntil(lambda: pane.middle.sizes()[1] < pane.middle.sizes()[0], timeout=WRITING_MS)
