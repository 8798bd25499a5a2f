"""The Replies screen beyond a single reply: whom it goes to, new mails, what is done in idle time, and what
is shown before a service is sent anything."""

import os
import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.domain import AccountId, Draft, Finding, MessageId
from core.sample.server import SampleServer
from core.store.accounts import Account
from core.store.settings import Cloud
from core.tasks import CancelToken, Progress
from desktop.desk import Changed
from desktop.jobs import Job
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.replies import message_list
from desktop.replies.composer import Composer
from desktop.replies.first_request import FirstRequest
from desktop.replies.handing_over import HandingOver
from desktop.replies.page_view import PageView
from tests.desktop.conftest import OpenWindow, open_app
from tests.model_services import Service, openai_stream, serving

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


@pytest.fixture
def several(window: MainWindow, tmp_path: Path) -> MessageId:
    """A message that went to others too."""
    own = window.desk.app.accounts.all()[0].address
    file = tmp_path / "several.eml"
    file.write_text(
        f"From: Ann Marsh <ann@several.example>\nTo: {own}, Ben Ode <ben@several.example>\n"
        "Cc: Cy Orr <cy@several.example>\nSubject: The crates\nMessage-ID: <s1@several.example>\n"
        "Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nCan the crates come on Monday?\n"
    )
    window.desk.app.mail.import_path(file, Progress(), CancelToken(), own)
    return window.desk.app.mail.by_header("<s1@several.example>").id


def finish(qtbot: QtBot, job: Job | None) -> None:
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=WRITING_MS):
        pass


def serve(qtbot: QtBot, window: MainWindow) -> None:
    finish(qtbot, mail.resume_sample(window.desk))


def in_drafts(window: MainWindow) -> list[EmailMessage]:
    """What lies in the Drafts folder of the server, parsed."""
    app = window.desk.app
    with app.accounts.session(app.accounts.all()[0]) as session:
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
        app.drafts.note_seen(pane.model.message(row).id, Draft("Yes."))  # so that two are left
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    first, second = pane.model.message(0).id, pane.model.message(1).id
    with qtbot.waitSignal(pane.ahead.ready, timeout=WRITING_MS) as ready:
        pane.ahead_action.trigger()
    assert ready.args == [2]
    assert app.drafts.ahead
    assert app.drafts.last(second) is None  # nobody has seen it
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText()
    assert pane.chips.chips
    qtbot.waitUntil(lambda: app.drafts.last(second) is not None, timeout=WRITING_MS)
    assert app.drafts.last(first) is not None  # it was open
    pane.ahead_action.trigger()
    qtbot.waitUntil(lambda: not app.drafts.ahead)


def test_what_is_written_ahead_gives_way(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    begun: list[Job] = []
    window.desk.jobs.started.connect(begun.append)
    window.desk.app.drafts.set_ahead(True)
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


@pytest.fixture
def service(window: MainWindow) -> Iterator[Service]:
    with serving("/v1/chat/completions", openai_stream) as served:
        terms = Cloud(base_url=f"{served.url}/v1", model="large-1")
        window.desk.app.models.use_cloud(terms, "a key")
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
    qtbot.waitUntil(lambda: window.desk.app.cloud.unseen)
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
    window.desk.app.drafts.preview(window.replies.model.message(0).id)  # it counts as seen
    window.replies.ahead.quiet_ms = 50
    window.desk.app.drafts.set_ahead(True)
    window.replies.ahead.wake()
    window.replies.messages.setCurrentIndex(window.replies.model.index(1))
    qtbot.wait(1500)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    assert service.requests == []


# The layout


SPYING = (
    '<p style="background: url({0}/style)">Offer <b>ends</b> today</p><img src="{0}/picture" alt="a map">'
    '<link rel=stylesheet href="{0}/sheet"><table background="{0}/table"><tr><td>1<td>2</table>'
    '<a href="https://shop.example/go">shop</a>'
)


def test_a_layout_is_fetched_made_safe_and_loads_nothing(qtbot: QtBot, empty_window: MainWindow) -> None:
    """Over a real server; the pictures would come from one that counts who asks."""
    with serving("/", openai_stream) as spied:
        html = SPYING.format(spied.url)
        raw = (
            "From: Ann Marsh <ann@x.example>\r\nTo: me@y.example\r\nSubject: Offer\r\n"
            "Message-ID: <o@x.example>\r\n"
            "Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
        ).encode()
        plain = raw.replace(b"text/html", b"text/plain").replace(b"<o@", b"<p@")
        server = SampleServer.start([("INBOX", frozenset(), raw), ("INBOX", frozenset(), plain)], user="me")
        app = empty_window.desk.app
        account = Account(AccountId(0), "me@y.example", "", server.host, server.port, "none", server.user)
        app.accounts.add(account, server.password)
        app.mail.sync(Progress(), CancelToken())
        empty_window.desk.changed.emit(Changed.MESSAGES | Changed.ACCOUNTS)
        pane = empty_window.replies
        pane.show_message(app.mail.by_header("<o@x.example>").id)
        refused: list[str] = []
        pane.page.refused.connect(lambda url: refused.append(url.toString()))
        pane.layout_action.trigger()
        qtbot.waitUntil(lambda: pane.above.currentWidget() is pane.page, timeout=WRITING_MS)
        assert "Offer ends today" in pane.page.toPlainText()
        assert "a map" in pane.page.toPlainText()
        assert pane.layout_button.isChecked()
        pane.layout_action.trigger()
        assert pane.above.currentWidget() is pane.reading
        pane.show_message(app.mail.by_header("<p@x.example>").id)
        pane.layout_action.trigger()
        qtbot.waitUntil(lambda: "plain text" in empty_window.told.text(), timeout=WRITING_MS)
        assert pane.above.currentWidget() is pane.reading
        assert not pane.layout_action.isChecked()
        server.stop()
        assert (spied.requests, refused) == ([], [])


def test_what_no_server_has_is_one_sentence(qtbot: QtBot, window: MainWindow, several: MessageId) -> None:
    window.replies.show_message(several)
    window.replies.layout_action.trigger()
    qtbot.waitUntil(lambda: window._notice is not None, timeout=WRITING_MS)
    assert window._notice is not None
    assert window._notice.text() == "This mail came from a file, of which only the text is kept."
    window._notice.close()
    assert not window.replies.layout_action.isChecked()


def test_a_page_refuses_what_still_asks_to_be_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    """Should the reader child ever let something through."""
    picture = tmp_path / "picture.png"
    red = QImage(300, 200, QImage.Format.Format_RGB32)
    red.fill(Qt.GlobalColor.red)
    assert red.save(str(picture))
    page = PageView()
    qtbot.addWidget(page)
    page.resize(400, 300)
    page.show()
    refused: list[str] = []
    page.refused.connect(lambda url: refused.append(url.scheme()))
    page.show_page(f'<img src="http://127.0.0.1:1/p"><img src="{picture.as_uri()}"><img src="{picture}">')
    qtbot.waitUntil(lambda: set(refused) == {"file", "http", ""})
    shown = page.grab().toImage()
    colours = {shown.pixelColor(x, y).name() for x in range(0, 400, 10) for y in range(0, 300, 10)}
    assert "#ff0000" not in colours


class Opened(QObject):
    """What the desktop is asked to open, by the handler that Qt offers for it."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.urls.append(url)


@pytest.fixture
def opened() -> Iterator[Opened]:
    handler = Opened()
    schemes = ("file", "https")
    for scheme in schemes:
        QDesktopServices.setUrlHandler(scheme, handler, "open")
    yield handler
    for scheme in schemes:
        QDesktopServices.unsetUrlHandler(scheme)


def test_a_link_is_followed_after_its_address_was_shown(qtbot: QtBot, opened: Opened) -> None:
    page = PageView()
    qtbot.addWidget(page)
    for url in ("javascript:x", "file:///etc/passwd"):
        page.ask(QUrl(url))
        assert page.findChild(QMessageBox) is None
    page.ask(QUrl("https://shop.example/go"))
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.informativeText() == "https://shop.example/go"
    box.accept()
    assert [one.toString() for one in opened.urls] == ["https://shop.example/go"]


# The mail program


def test_a_reply_is_handed_over_as_a_private_file_that_goes(
    qtbot: QtBot, window: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer = window.replies.composer
    composer.draft.setPlainText("Monday is fine.")
    composer._refresh()
    assert composer.hand_over_button.isVisible()
    QTest.mouseClick(composer.hand_over_button, LEFT)
    qtbot.waitUntil(lambda: bool(opened.urls), timeout=WRITING_MS)
    path = Path(opened.urls[0].toLocalFile())
    mail = message_from_bytes(path.read_bytes(), policy=default)
    sender = window.replies.model.message(0).mail.sender
    assert mail["X-Unsent"] == "1"
    assert sender.email in str(mail["To"])
    assert "Monday is fine." in mail.get_content()  # type: ignore[attr-defined]
    assert composer.status.text() == "Handed to your mail program"
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not set(path.stem) - set("0123456789abcdef")  # a name that says nothing
    window.close()
    assert not path.exists()


def test_where_no_program_opens_mail_files_nothing_is_left(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    left = tmp_path / "longhand-outgoing" / "of-a-killed-one.eml"
    left.parent.mkdir()
    left.write_text("x")
    handing = HandingOver(tmp_path)
    assert not left.exists()
    assert not handing.open(b"Subject: x\r\n\r\nx\r\n")  # the offscreen platform opens nothing
    assert list(handing.folder.iterdir()) == []


# What is shown


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


def test_the_tray_tells_how_many_are_ready_and_no_word_of_them(qtbot: QtBot, window: MainWindow) -> None:
    told: list[str] = []
    window.tray.told.connect(told.append)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.replies.ahead.ready.emit(3)
    assert told == []  # the user is looking
    window.hide()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    window.replies.ahead.ready.emit(3)
    window.replies.ahead.ready.emit(1)
    assert told == ["3 replies are ready", "1 reply is ready"]
    window.show_about.trigger()
    window.tray.messageClicked.emit()
    assert window.screens.currentWidget() is window.replies
    assert window.isVisible()
