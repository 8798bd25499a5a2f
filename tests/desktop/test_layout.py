"""A message as its sender laid it out, and the mail program: nothing is loaded, nothing is left behind."""

import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.domain import AccountId, MessageId
from core.sample.server import SampleServer
from core.store.accounts import Account
from core.tasks import CancelToken, Progress
from desktop.desk import Changed
from desktop.main_window import MainWindow
from desktop.replies.handing_over import HandingOver
from desktop.replies.page_view import PageView
from tests.desktop.conftest import Opened
from tests.model_services import openai_stream, serving

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


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
