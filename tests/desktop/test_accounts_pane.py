"""Accounts: added, tested, removed and signed in to, against real servers, and mail brought in by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.mail.clients import GivenClient
from core.mail.discovery import Found, Looked, Origin
from core.mail.server_settings import ServerSettings
from core.mail.trust import read_authority
from core.sample.mailbox import make_mailbox
from core.sample.server import SampleServer
from desktop.care.account_dialog import AccountDialog
from desktop.first_run.setup import Step
from desktop.main_window import MainWindow
from tests import dovecot
from tests.authorisation import CLIENT, Provider, browser_command, provider
from tests.desktop.conftest import press_in
from tests.dovecot import Certificate, Dovecot
from tests.integration.mail_wire import certificate, mailbox

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 60_000
ME = "me@home.example"


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    mailbox = make_mailbox(3)
    served = SampleServer.start([(one.folder, one.flags, one.raw) for one in mailbox.messages], user="jo")
    yield served
    served.stop()


def dialog_of(window: MainWindow) -> AccountDialog:
    window.add_action.trigger()
    made = window.findChild(AccountDialog)
    assert isinstance(made, AccountDialog)
    return made


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Provider, Dovecot]]:
    """A provider whose page the firm's policy names, a mail server that takes its tokens, and a browser."""
    dovecot.need()
    (tmp_path / "tls").mkdir()
    made = certificate(tmp_path / "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    monkeypatch.setattr("webbrowser._tryorder", [browser_command(made[0], tmp_path)])
    monkeypatch.setattr("webbrowser._browsers", {})
    with provider(ME, made) as web, dovecot.dovecot(mailbox(3), token_info=web.info) as mail:
        policy = tmp_path / "policy.toml"
        pages = {"authorize": web.authorize, "token": web.token, "scope": "mail", "client_id": CLIENT}
        lines = [f'{name} = "{value}"' for name, value in pages.items()]
        policy.write_text("\n".join([f'[sign_in."{mail.host}"]', *lines]))
        monkeypatch.setattr("core.app.policy_path", lambda: policy)
        yield web, mail


def fill_in(dialog: AccountDialog, server: SampleServer, address: str, password: str) -> None:
    QTest.mouseClick(dialog.by_hand, LEFT)
    dialog.host.setModified(True)
    for field, text in (
        (dialog.address, address),
        (dialog.password, password),
        (dialog.host, server.host),
        (dialog.user, server.user),
    ):
        field.setText(text)
    dialog.tls.setCurrentIndex(dialog.tls.findData("none"))
    dialog.port.setValue(server.port)


def test_signing_in_by_the_web_page(
    qtbot: QtBot, page: tuple[Provider, Dovecot], empty_window: MainWindow
) -> None:
    web, mail = page
    dialog = dialog_of(empty_window)
    dialog.by_hand.click()
    dialog.host.setModified(True)
    dialog.address.setText(ME)
    dialog.host.setText("mail.firm.example")
    assert not dialog.by_page.isVisible()
    dialog.host.setText(mail.host)
    assert dialog.by_page.isChecked(), "the firm's own way"
    assert (dialog.client.text(), dialog.password.isVisible()) == (CLIENT, False)
    dialog.tls.setCurrentIndex(dialog.tls.findData("none"))
    dialog.port.setValue(mail.port)
    assert dialog.next.isEnabled()
    dialog.client.clear()
    assert not dialog.next.isEnabled()
    dialog.by_page.setChecked(False)
    assert dialog.password.isVisible()
    dialog.by_page.setChecked(True)
    dialog.client.setText(CLIENT)
    QTest.mouseClick(dialog.next, LEFT)
    QTest.mouseClick(dialog.ok, LEFT)
    qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=LONG_MS)
    [account] = empty_window.desk.app.accounts.all()
    assert (account.sign_in, len(web.asked)) == ("oauth", 1)
    assert empty_window.desk.app.mail.waiting_count() == 0
    assert len(empty_window.desk.app.mail.search("Answer")) == 3


def test_microsofts_page_is_offered(empty_window: MainWindow) -> None:
    dialog = dialog_of(empty_window)
    settings = ServerSettings("outlook.office365.com", 993, "implicit", "jo@outlook.com", web_only=True)
    dialog.address.setText("jo@outlook.com")
    dialog._show_found(Found(Origin.BUNDLED, "Microsoft", settings))
    assert dialog.by_page.isChecked()
    assert "client id" in dialog.found.text()
    dialog.client.setText("mine")
    assert dialog.sign_in.client == GivenClient("mine")
    dialog.client.setText("client.JSON")
    assert dialog.sign_in.client == GivenClient(file=Path("client.JSON"))


def test_an_account_is_added_after_what_must_never_be_read(
    qtbot: QtBot, empty_window: MainWindow, server: SampleServer
) -> None:
    dialog = dialog_of(empty_window)
    assert not dialog.next.isEnabled()
    fill_in(dialog, server, make_mailbox(3).user.email, server.password)
    QTest.mouseClick(dialog.next, LEFT)
    assert dialog.steps.currentIndex() == 1
    dialog.never.domains.setPlainText("@Hospital.example\n\n")
    dialog.never.words.setPlainText("privileged")
    QTest.mouseClick(dialog.back, LEFT)
    QTest.mouseClick(dialog.next, LEFT)
    QTest.mouseClick(dialog.ok, LEFT)
    app = empty_window.desk.app
    qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=LONG_MS)
    assert (app.settings.now.exclude.domains, app.settings.now.exclude.words) == (
        ("hospital.example",),
        ("privileged",),
    )
    assert [one.host for one in app.accounts.all()] == [server.host]
    assert app.mail.waiting_count() > 0
    assert empty_window.setup.step is Step.MODEL
    for _ in range(2):  # which model writes, and whether to learn now
        QTest.mouseClick(empty_window.setup.skip, LEFT)
    assert empty_window.screens.currentWidget() is empty_window.replies

    empty_window.show_accounts.trigger()
    pane = empty_window.accounts
    [account] = app.accounts.all()
    [test] = pane.test_menu.actions()
    assert (test.text(), pane.remove_menu.actions()[0].text()) == (account.address, account.address)
    test.trigger()
    qtbot.waitUntil(lambda: "Signed in" in empty_window.told.text(), timeout=LONG_MS)
    press_in(pane.remove(account), "Keep it")
    assert app.accounts.all()
    press_in(pane.remove(account), "Remove")
    qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=LONG_MS)
    assert app.accounts.all() == ()
    assert pane.nothing.isVisible()
    assert not pane.remove_menu.menuAction().isVisible()
    empty_window.show_replies.trigger()
    assert empty_window.screens.currentWidget() is empty_window.empty


def test_a_refused_password_is_one_sentence_and_keeps_nothing(
    qtbot: QtBot, empty_window: MainWindow, server: SampleServer
) -> None:
    dialog = dialog_of(empty_window)
    fill_in(dialog, server, "jo@firm.example", "wrong")
    dialog.next.click()
    dialog.ok.click()
    qtbot.waitUntil(lambda: empty_window._notice is not None, timeout=LONG_MS)
    assert empty_window._notice is not None
    assert "\n" not in empty_window._notice.text()
    assert empty_window.desk.app.accounts.all() == ()
    empty_window._notice.close()


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the user picks in the system's own dialog."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[tuple[Path, Dovecot]]:
    """The certificate of a firm's authority, and its mail server. Runs before there is a window, which guards
    all connections of this process."""
    dovecot.need()
    (tmp_path / "tls").mkdir()
    chain, key = certificate(tmp_path / "tls")
    with dovecot.dovecot(mailbox(3), certificate=Certificate(chain, key)) as mail:
        yield chain, mail


def test_a_firms_own_certificate_is_trusted_only_after_its_fingerprint_was_shown(
    qtbot: QtBot,
    firm: tuple[Path, Dovecot],
    empty_window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain, mail = firm
    [shown] = read_authority(chain)[1]

    def sign_in(trusted: bool) -> None:
        dialog = dialog_of(empty_window)
        dialog.by_hand.click()
        dialog.host.setModified(True)
        for field, text in (
            (dialog.address, ME),
            (dialog.password, mail.password),
            (dialog.host, mail.host),
            (dialog.user, mail.user),
        ):
            field.setText(text)
        dialog.tls.setCurrentIndex(dialog.tls.findData("starttls"))
        dialog.port.setValue(mail.port)
        if trusted:
            row = dialog.authority
            choose(monkeypatch, chain)
            for answer in ("Not now", "Trust it"):
                assert (row.pem, row.drop.isVisible()) == ("", False)
                QTest.mouseClick(row.choose, LEFT)
                qtbot.waitUntil(lambda: row.findChild(QMessageBox) is not None, timeout=LONG_MS)
                box = row.findChild(QMessageBox)
                assert isinstance(box, QMessageBox)
                assert shown.fingerprint in box.informativeText()
                press_in(box, answer)
                qtbot.waitUntil(lambda: row.findChild(QMessageBox) is None)
            assert "127.0.0.1" in row.told.text()
            assert "BEGIN CERTIFICATE" in dialog.sign_in.account.authority
        QTest.mouseClick(dialog.next, LEFT)
        QTest.mouseClick(dialog.ok, LEFT)
        qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=LONG_MS)
        qtbot.waitUntil(lambda: empty_window.findChild(AccountDialog) is None)

    sign_in(trusted=False)
    assert empty_window._notice is not None
    assert "'Set the server by hand'" in empty_window._notice.text()
    empty_window._notice.close()
    assert empty_window.desk.app.accounts.all() == ()
    sign_in(trusted=True)
    [account] = empty_window.desk.app.accounts.all()
    assert account.authority == read_authority(chain)[0]
    assert len(empty_window.desk.app.mail.search("Answer")) == 3


def test_a_file_without_a_certificate_is_one_sentence_and_trust_can_be_taken_back(
    qtbot: QtBot, empty_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dialog_of(empty_window).authority
    (tmp_path / "note.pem").write_text("no certificate")
    choose(monkeypatch, tmp_path / "note.pem")
    row.choose.click()
    qtbot.waitUntil(lambda: empty_window._notice is not None, timeout=LONG_MS)
    assert empty_window._notice is not None
    assert "holds no certificate" in empty_window._notice.text()
    empty_window._notice.close()
    choose(monkeypatch, certificate(tmp_path)[0])
    row.choose.click()
    qtbot.waitUntil(lambda: row.findChild(QMessageBox) is not None, timeout=LONG_MS)
    press_in(row.findChild(QMessageBox), "Trust it")
    assert row.pem
    row.drop.click()
    assert (row.pem, row.told.text()) == ("", "The certificates that this system trusts.")


def test_the_server_of_a_known_provider_is_filled_in(qtbot: QtBot, empty_window: MainWindow) -> None:
    """Longhand's own list: no network is asked."""
    dialog = dialog_of(empty_window)
    dialog.address.setText("somebody@gmail.com")
    dialog.address.editingFinished.emit()
    qtbot.waitUntil(lambda: bool(dialog.host.text()), timeout=LONG_MS)
    assert dialog.host.text() == "imap.gmail.com"
    assert "app password" in dialog.found.text()
    dialog.password.setText("x")
    assert dialog.next.isEnabled()
    dialog.reject()


def test_an_unproven_server_is_shown_to_be_looked_at_and_none_found_asks_for_it(
    qtbot: QtBot, empty_window: MainWindow
) -> None:
    dialog = dialog_of(empty_window)
    settings = ServerSettings("mx.else.example", 143, "starttls", "jo")
    dialog._show_found(Found(Origin.SRV, "firm.example", settings, unproven=True))
    assert dialog.form.isRowVisible(dialog.host)
    assert (dialog.port.value(), dialog.tls.currentData()) == (143, "starttls")
    assert "outside your address's domain" in dialog.found.text()
    dialog._show_server(False)
    dialog._on_looked(None, Looked(None, ()))  # type: ignore[arg-type]
    assert dialog.form.isRowVisible(dialog.host)
    assert "No mail server was found" in dialog.found.text()
    dialog.reject()


def test_a_mail_dragged_onto_the_window_is_brought_in(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    user = window.desk.app.accounts.all()[0].address
    path = tmp_path / "a mail.eml"
    path.write_text(
        f"From: Ida Holm <ida@firm.example>\nTo: {user}\nSubject: Lunch on Friday?\n"
        "Message-ID: <drop@firm.example>\nDate: Sun, 28 Jun 2026 10:00:00 +0000\n\nAre you free on Friday?\n"
    )
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(drop)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)
    assert "Imported: 0 sent, 1 received." in window.told.text()
    assert window.replies.model.message(0).mail.subject == "Lunch on Friday?"
