"""Models, accounts, privacy and the report: each thing a user does there, against real servers."""

import shutil
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.errors import ModelError
from core.mail.clients import GivenClient
from core.mail.discovery import Found, Looked, Origin
from core.mail.server_settings import ServerSettings
from core.sample.mailbox import make_mailbox
from core.sample.server import SampleServer
from core.store.settings import Cloud
from core.updates.desk import Source
from core.updates.statement import Statement, sign
from desktop.care.account_dialog import AccountDialog
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.desk import Changed
from desktop.first_run.setup import Step
from desktop.main_window import MainWindow
from tests import dovecot
from tests.authorisation import CLIENT, Provider, browser_command, provider
from tests.desktop.conftest import OpenWindow
from tests.dovecot import Dovecot
from tests.failing_card import failing_card
from tests.hub import FILE, REPO, Fault, StandIn, stand_in
from tests.integration.local_internet import Web, https, resolving
from tests.integration.mail_wire import certificate, mailbox
from tests.tiny_models import write_model

LEFT = Qt.MouseButton.LeftButton
NAME = f"{REPO}:{FILE}"
LONG_MS = 60_000
ME = "me@home.example"


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    mailbox = make_mailbox(3)
    served = SampleServer.start([(one.folder, one.flags, one.raw) for one in mailbox.messages], user="jo")
    yield served
    served.stop()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[StandIn]:
    with stand_in(write_model(tmp_path / "tiny.gguf").read_bytes()) as hub:
        yield hub


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


def press_in(box: QMessageBox | None, text: str) -> None:
    assert isinstance(box, QMessageBox)
    [wanted] = [one for one in box.findChildren(QPushButton) if one.text() == text]
    QTest.mouseClick(wanted, LEFT)


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


# Accounts


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
    pane.test(account)
    qtbot.waitUntil(lambda: "Signed in" in empty_window.told.text(), timeout=LONG_MS)
    press_in(pane.remove(account), "Keep it")
    assert app.accounts.all()
    press_in(pane.remove(account), "Remove")
    qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=LONG_MS)
    assert app.accounts.all() == ()
    assert pane.nothing.isVisible()
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


# Privacy


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


# Models


def test_a_model_is_got_paused_gone_on_with_used_and_deleted(
    qtbot: QtBot, open_window: OpenWindow, synced_home: Path, tmp_path: Path, hub: StandIn
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(synced_home, home)
    (home / "settings.toml").write_text(f'[download]\nhub = "{hub.url}"\n')
    window = open_window(home)
    window.show_models.trigger()
    pane = window.models
    qtbot.waitUntil(lambda: "mini-large" in pane.cards, timeout=LONG_MS)
    assert pane.cards["mini-large"].use.isHidden()

    def writes() -> str:
        return next(one.name for one in pane.entries if one.in_use)

    hub.faults.append(Fault(wait=0.2))
    pane.get(NAME)
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is not None, timeout=LONG_MS)
    box = pane.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "its licence, says its page, is 'mit'" in box.text()
    press_in(box, "Get it")
    qtbot.waitUntil(lambda: len(window.job_bar.rows) == 1)
    row = next(iter(window.job_bar.rows.values()))
    qtbot.waitUntil(lambda: "Downloading" in row.told.text(), timeout=LONG_MS)
    QTest.mouseClick(row.cancel, LEFT)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)
    assert FILE not in pane.cards

    hub.faults.clear()
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is None)
    pane.get(NAME)
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is not None, timeout=LONG_MS)
    press_in(pane.findChild(QMessageBox), "Get it")
    qtbot.waitUntil(lambda: FILE in pane.cards, timeout=LONG_MS)

    QTest.mouseClick(pane.cards[FILE].use, LEFT)
    qtbot.waitUntil(lambda: writes() == FILE, timeout=LONG_MS)
    assert pane.cards[FILE].remove.isHidden()
    QTest.mouseClick(pane.cards["mini-large"].use, LEFT)
    qtbot.waitUntil(lambda: writes() == "mini-large", timeout=LONG_MS)
    QTest.mouseClick(pane.cards[FILE].remove, LEFT)
    press_in(pane.findChild(QMessageBox), "Delete")
    qtbot.waitUntil(lambda: FILE not in pane.cards, timeout=LONG_MS)


def test_a_service_writes_and_privacy_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.show_models.trigger()
    window.models.choose_cloud()
    dialog = window.models.findChild(CloudDialog)
    assert isinstance(dialog, CloudDialog)
    assert not dialog.ok.isEnabled()
    for field, text in ((dialog.url, "https://api.example.com/v1"), (dialog.model, "big"), (dialog.key, "k")):
        field.setText(text)
    QTest.mouseClick(dialog.ok, LEFT)
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "big (api.example.com)")
    window.show_privacy.trigger()
    assert "big (api.example.com) writes your drafts" in window.privacy.where.text()


def test_a_service_is_chosen_by_its_name(qtbot: QtBot, window: MainWindow) -> None:
    def chosen(title: str, *given: tuple[str, str]) -> CloudDialog:
        window.models.choose_cloud()
        dialog = window.models.findChildren(CloudDialog)[-1]
        dialog.service.setCurrentIndex(dialog.service.findText(title))
        for field, text in given:
            getattr(dialog, field).setText(text)
        return dialog

    window.show_models.trigger()
    azure = chosen("Azure OpenAI", ("model", "m"), ("key", "k"))
    assert not azure.ok.isEnabled()  # it lacks the user's own name there
    azure.url.setText(azure.url.text().replace("RESOURCE", "firm"))
    assert azure.ok.isEnabled()
    azure.reject()
    assert not chosen("Mistral", ("model", "m")).ok.isEnabled()
    own = chosen("Ollama", ("model", "small"))  # which asks for no key
    assert own.ok.isEnabled()
    own.accept()
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "small (127.0.0.1)")
    chosen("Anthropic", ("model", "big"), ("key", "k")).accept()
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "big (api.anthropic.com)")
    assert window.desk.app.cloud.now.service == "anthropic"


def test_the_terms_of_a_service_are_kept(qtbot: QtBot, window: MainWindow) -> None:
    app = window.desk.app
    window.show_models.trigger()
    qtbot.waitUntil(lambda: bool(window.models.cards), timeout=LONG_MS)
    assert not window.models.terms_action.isEnabled()
    app.models.use_cloud(Cloud(base_url="https://api.example.com/v1", model="big", words=("falcon",)), "k")
    window.desk.changed.emit(Changed.MODELS)
    qtbot.waitUntil(window.models.terms_action.isEnabled, timeout=LONG_MS)

    def dialog() -> TermsDialog:
        window.models.terms_action.trigger()
        return window.models.findChildren(TermsDialog)[-1]

    made = dialog()
    assert (made.on.isChecked(), made.redact.isChecked()) == (True, True)
    assert [box.isChecked() for box in made.boxes] == [True]
    assert made.requests.text() == "no limit"
    made.words.setPlainText("falcon\n\n Delta \nfalcon\n")
    made.requests.setValue(40)
    made.tokens.setValue(20_000)
    made.accept()
    qtbot.waitUntil(lambda: app.cloud.now.monthly_requests == 40)
    assert (app.cloud.now.words, app.cloud.now.monthly_tokens) == (("falcon", "Delta"), 20_000)
    made = dialog()
    made.on.setChecked(False)
    made.accept()
    qtbot.waitUntil(lambda: not app.cloud.now.enabled)
    with pytest.raises(ModelError, match="is off"):
        app.drafts.write(app.mail.waiting(1)[0].id)


# About, and files dropped on the window


def test_the_report_holds_no_mail_and_no_address(qtbot: QtBot, window: MainWindow) -> None:
    window.show_about.trigger()
    pane = window.about
    qtbot.waitUntil(lambda: "Rules:" in pane.report.toPlainText(), timeout=LONG_MS)
    text = pane.report.toPlainText()
    app = window.desk.app
    assert f"Rules: {len(app.rules.all())}" in text
    assert str(app.home) not in text
    assert "@" not in text
    assert not any(one.mail.sender.name in text for one in app.mail.waiting(20))
    pane.copy_action.trigger()
    assert QApplication.clipboard().text() == text


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


def test_the_licences_of_what_is_bundled_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.show_about.trigger()
    window.about.licences_action.trigger()
    qtbot.waitUntil(lambda: window.about.findChild(QDialog) is not None, timeout=LONG_MS)
    dialog = window.about.findChild(QDialog)
    shown = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "PySide6_Essentials" in shown
    assert "LGPL-3.0" in shown
    dialog.close()


# New versions


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Web, Ed25519PrivateKey]]:
    """The address that is asked for them, and the key of those who make statements."""
    host, maker = "versions.longhand.test", Ed25519PrivateKey.generate()
    (tmp_path / "web").mkdir()
    cert, secret = certificate(tmp_path / "web", host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    source = Source(f"https://{host}/v.json", maker.public_key().public_bytes_raw())
    monkeypatch.setattr("core.updates.desk.OURS", source)
    with https(context) as web:
        web.kind = "application/json"
        monkeypatch.setattr(socket, "getaddrinfo", resolving({(host, 443): web.port}))
        now = datetime.now(UTC)
        made = Statement(3, now, now + timedelta(days=45), "9.1", "https://longhand.test/9.1")
        web.pages[host, "/v.json"] = sign(made, maker)
        yield web, maker


def test_new_versions_are_told_once_they_are_wanted(
    qtbot: QtBot, versions: tuple[Web, Ed25519PrivateKey], window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, _ = versions
    window.show_about.trigger()
    about = window.about.new_versions
    about.ask_if_due()
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)
    assert (about.tell.isChecked(), about.line.isVisible(), about.link.isVisible()) == (False, False, False)
    assert web.asked == []
    QTest.mouseClick(about.tell, LEFT)
    qtbot.waitUntil(about.link.isVisible, timeout=LONG_MS)
    assert about.line.text() == "Longhand 9.1 is there: https://longhand.test/9.1"
    assert window.desk.app.ledger.all()[0].purpose == "new versions"
    opened: list[str] = []
    monkeypatch.setattr(
        "desktop.care.new_versions.QDesktopServices.openUrl", lambda url: opened.append(url.toString())
    )
    QTest.mouseClick(about.link, LEFT)
    assert opened == ["https://longhand.test/9.1"]
    about.ask_if_due()  # not again today
    assert len(web.asked) == 1
    QTest.mouseClick(about.tell, LEFT)
    qtbot.waitUntil(lambda: not about.link.isVisible(), timeout=LONG_MS)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)
    assert not window.desk.app.updates.news.on


def test_a_new_version_found_on_the_quiet_is_one_line(
    qtbot: QtBot, versions: tuple[Web, Ed25519PrivateKey], window: MainWindow
) -> None:
    window.desk.app.updates.turn(True)
    window.about.new_versions.ask_if_due()
    qtbot.waitUntil(lambda: "9.1 is there" in window.told.text(), timeout=LONG_MS)
    assert not window.findChildren(QMessageBox)


def test_a_firm_can_forbid_to_ask_for_new_versions(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("updates = false\n")
    monkeypatch.setattr("core.app.policy_path", lambda: policy)
    window = open_window(tmp_path / "profile")
    window.show_about.trigger()
    about = window.about.new_versions
    assert not about.tell.isEnabled()
    assert "firm's policy" in about.line.text()
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)


def test_a_model_that_the_graphics_card_did_not_run_says_so(
    qtbot: QtBot, empty_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_card(monkeypatch, "load")
    own = write_model(tmp_path / "Own-8B.gguf")
    empty_window.desk.app.models.use(str(own))
    empty_window.show_models.trigger()
    pane = empty_window.models
    qtbot.waitUntil(lambda: "Own-8B.gguf" in pane.cards, timeout=LONG_MS)
    told = [one.text() for one in pane.cards["Own-8B.gguf"].findChildren(QLabel)]
    assert any("graphics card did not run Own-8B" in text and "processor" in text for text in told)
