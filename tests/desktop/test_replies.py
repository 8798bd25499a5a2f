"""The Replies screen beyond a single reply: whom it goes to, new mails, what is done in idle time, and what
is shown before a service is sent anything."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain import Draft, MessageId
from core.store.settings import Cloud
from core.tasks import CancelToken, Progress
from desktop.jobs import Job
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.replies.composer import Composer
from desktop.replies.first_request import FirstRequest
from tests.model_services import Service, openai_stream, serving

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


@pytest.fixture
def several(window: MainWindow, tmp_path: Path) -> MessageId:
    """A message that went to others too."""
    own = window.desk.app.accounts()[0].address
    file = tmp_path / "several.eml"
    file.write_text(
        f"From: Ann Marsh <ann@several.example>\nTo: {own}, Ben Ode <ben@several.example>\n"
        "Cc: Cy Orr <cy@several.example>\nSubject: The crates\nMessage-ID: <s1@several.example>\n"
        "Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nCan the crates come on Monday?\n"
    )
    window.desk.app.import_path(file, Progress(), CancelToken(), own)
    return window.desk.app.message_by_header("<s1@several.example>").id


def finish(qtbot: QtBot, job: Job | None) -> None:
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=WRITING_MS):
        pass


def serve(qtbot: QtBot, window: MainWindow) -> None:
    finish(qtbot, mail.resume_sample(window.desk))


def in_drafts(window: MainWindow) -> list[EmailMessage]:
    """What lies in the Drafts folder of the server, parsed."""
    app = window.desk.app
    with app._servers.session(app.accounts()[0]) as session:
        folder = session.find("Drafts")
        assert folder
        session.examine(folder)
        raw = [one.raw for one in session.fetch(session.uids_after(0))]
    return [message_from_bytes(one, policy=default) for one in raw]  # type: ignore[misc]


def save(qtbot: QtBot, composer: Composer) -> None:
    composer.save_action.trigger()
    qtbot.waitUntil(lambda: composer.status.text() == "Saved to Drafts", timeout=20_000)


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


def test_a_message_that_is_open_is_prepared_for(qtbot: QtBot, window: MainWindow) -> None:
    seen: list[str] = []
    window.desk.jobs.started.connect(lambda job: seen.append(job.title))
    qtbot.waitUntil(lambda: "Reading ahead" in seen, timeout=WRITING_MS)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    composer = window.replies.composer
    told: list[str] = []
    composer.write_action.trigger()
    assert composer.sheet is not None
    assert composer.sheet.job is not None
    composer.sheet.job.progressed.connect(lambda step: told.append(f"{step.done} of {step.total}"))
    finish(qtbot, composer.sheet.job)
    done, total = told[0].split(" of ")
    assert done == total  # nothing was left to read


def test_replies_are_written_ahead_and_counted_once_they_are_seen(qtbot: QtBot, window: MainWindow) -> None:
    pane, app = window.replies, window.desk.app
    for row in range(2, pane.model.rowCount()):
        app.note_seen(pane.model.message(row).id, Draft("Yes."))  # so that two are left
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    first, second = pane.model.message(0).id, pane.model.message(1).id
    with qtbot.waitSignal(pane.ahead.ready, timeout=WRITING_MS) as ready:
        pane.ahead_action.trigger()
    assert ready.args == [2]
    assert app.drafts_ahead
    assert app.last_draft(second) is None  # nobody has seen it
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText()
    assert pane.chips.chips
    qtbot.waitUntil(lambda: app.last_draft(second) is not None, timeout=WRITING_MS)
    assert app.last_draft(first) is not None  # it was open
    pane.ahead_action.trigger()
    qtbot.waitUntil(lambda: not app.drafts_ahead)


def test_what_is_written_ahead_gives_way(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    begun: list[Job] = []
    window.desk.jobs.started.connect(begun.append)
    window.desk.app.set_drafts_ahead(True)
    pane.ahead.wake()
    qtbot.waitUntil(lambda: any(job.title == "Writing ahead" for job in begun), timeout=WRITING_MS)
    ahead = next(job for job in begun if job.title == "Writing ahead")
    pane.composer.write_action.trigger()
    assert ahead.token.cancelled
    assert pane.composer.sheet is not None
    finish(qtbot, pane.composer.sheet.job)
    assert pane.composer.sheet.draft is not None


def test_a_draft_of_an_earlier_day_is_there_again(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    second = pane.model.message(1).id
    made = window.desk.app.draft(second, notes="yes")
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText() == made.text
    assert pane.composer.notes.toPlainText() == "yes"
    assert pane.composer.draft.findings == made.findings


@pytest.fixture
def service(window: MainWindow) -> Iterator[Service]:
    with serving("/v1/chat/completions", openai_stream) as served:
        terms = Cloud(base_url=f"{served.url}/v1", model="large-1")
        window.desk.app.use_cloud(terms, "a key")
        yield served


def test_the_exact_text_is_shown_before_the_first_request(
    qtbot: QtBot, window: MainWindow, service: Service
) -> None:
    composer = window.replies.composer
    composer.notes.setPlainText("yes, Thursday at 3 pm")

    def asked() -> FirstRequest:
        composer.write_action.trigger()
        qtbot.waitUntil(lambda: window.findChild(FirstRequest) is not None, timeout=WRITING_MS)
        found = window.findChild(FirstRequest)
        assert isinstance(found, FirstRequest)
        return found

    dialog = asked()
    shown = dialog.page.toPlainText()
    assert "Thursday at 3 pm" in shown
    QTest.mouseClick(dialog.decline, LEFT)
    qtbot.waitUntil(lambda: window.findChild(FirstRequest) is None)
    qtbot.waitUntil(lambda: window.desk.app.unseen)
    assert service.requests == []
    dialog = asked()  # once more: it was declined
    QTest.mouseClick(dialog.send, LEFT)
    qtbot.waitUntil(
        lambda: composer.sheet is not None and composer.sheet.draft is not None, timeout=WRITING_MS
    )
    assert [service.text(number) for number in range(len(service.requests))] == [shown]
    composer.again_action.trigger()
    assert composer.sheet is not None
    finish(qtbot, composer.sheet.job)
    assert len(service.requests) == 2
    assert window.findChild(FirstRequest) is None


def test_a_service_is_sent_nothing_in_idle_time(qtbot: QtBot, window: MainWindow, service: Service) -> None:
    window.desk.app.preview(window.replies.model.message(0).id)  # it counts as seen
    window.replies.ahead.quiet_ms = 50
    window.desk.app.set_drafts_ahead(True)
    window.replies.ahead.wake()
    window.replies.messages.setCurrentIndex(window.replies.model.index(1))
    qtbot.wait(1500)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    assert service.requests == []
