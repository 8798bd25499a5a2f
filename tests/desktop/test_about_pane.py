"""About Longhand: the report, the licences and new versions."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from core.updates.desk import Source
from core.updates.statement import Statement, sign
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow
from tests.integration.local_internet import Web, https, resolving
from tests.integration.mail_wire import certificate

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 60_000


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


def test_the_licences_of_what_is_bundled_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.show_about.trigger()
    window.about.licences_action.trigger()
    qtbot.waitUntil(lambda: window.about.findChild(QDialog) is not None, timeout=LONG_MS)
    dialog = window.about.findChild(QDialog)
    shown = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "PySide6_Essentials" in shown
    assert "LGPL-3.0" in shown
    dialog.close()


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
