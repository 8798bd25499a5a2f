"""A profile with the sample mailbox synced into it, made once and copied for each test, and the
real window over the real core."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.app import App
from core.domain import MessageId
from core.store.paths import Profile
from core.tasks import CancelToken, Progress
from desktop.desk import Desk
from desktop.garbage import MainThreadCollector
from desktop.main_window import CLOSING_SECONDS, MainWindow
from desktop.operations import mail

PASSPHRASE = "a passphrase for tests"

OpenWindow = Callable[[Path], MainWindow]


def open_app(home: Path) -> App:
    return App.open(Profile(home), PASSPHRASE, "the tests")


def press_in(box: QMessageBox | None, text: str) -> None:
    """The button that says so."""
    assert isinstance(box, QMessageBox)
    [wanted] = [one for one in box.findChildren(QPushButton) if one.text() == text]
    QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)


@pytest.fixture(scope="session", autouse=True)
def _collector(qapp: object) -> Iterator[None]:
    """As the program itself has one."""
    collector = MainThreadCollector()
    yield
    collector.stop()


@pytest.fixture(scope="session")
def synced_home(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Path:
    home = tmp_path_factory.mktemp("synced") / "profile"
    desk = Desk(open_app(home))
    mail.serve_sample(desk, desk.app)
    desk.app.mail.sync(Progress(), CancelToken())
    assert desk.close(CLOSING_SECONDS)
    return home


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    windows: list[MainWindow] = []

    def open_it(home: Path) -> MainWindow:
        window = MainWindow(open_app(home))
        windows.append(window)
        window.show()
        return window

    yield open_it
    for window in windows:
        window.close()
        assert window.all_ended
        window.deleteLater()


@pytest.fixture
def window(open_window: OpenWindow, synced_home: Path, tmp_path: Path) -> MainWindow:
    """The window over a synced sample mailbox; its mail server does not run."""
    home = tmp_path / "copy"
    shutil.copytree(synced_home, home)
    return open_window(home)


@pytest.fixture
def empty_window(open_window: OpenWindow, tmp_path: Path) -> MainWindow:
    return open_window(tmp_path / "empty")


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
