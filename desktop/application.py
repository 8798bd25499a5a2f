"""The Qt application around the window: its name, look, language, and the profile it opens."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QSettings, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMessageBox

from core.app import App
from core.errors import Known, NoKeychain, WrongPassphrase
from core.store.paths import Profile
from desktop import theme
from desktop.garbage import MainThreadCollector
from desktop.icon import icon
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.single import SingleInstance
from desktop.words import say

# Seconds a thread keeps the interpreter while another waits for it. Python's own 5 ms are a third of a frame,
# and the window's thread waits for them again after every call that lets go of the interpreter.
TURN = 0.00002


def make_application(arguments: list[str]) -> QApplication:
    """The one QApplication, dressed, and following the system's light or dark from now on."""
    sys.setswitchinterval(TURN)
    app = QApplication(arguments)
    app.setApplicationName("Longhand")
    app.setDesktopFileName("longhand")
    translator = QTranslator(app)
    if translator.load(
        QLocale(), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        app.installTranslator(translator)
    theme.dress(app)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: theme.dress(app))
    app.setWindowIcon(icon("longhand", "accent"))
    return app


def open_profile(profile: Profile, passphrase: str | None) -> App | None:
    """Opens the user's profile; asks for the passphrase where one is needed, or for a new one where the
    system has no keychain. None when the user gives up, or after the sentence that says why it cannot be
    opened."""
    while True:
        try:
            return App.open(profile, passphrase, "the Longhand window")
        except WrongPassphrase as error:
            told = str(error) if passphrase else say("This profile is locked with a passphrase.")
            passphrase = ask_passphrase(told)
        except NoKeychain:
            passphrase = new_passphrase()
        except Known as error:
            QMessageBox.warning(None, "Longhand", str(error))
            return None
        if passphrase is None:
            return None


def ask_passphrase(told: str) -> str | None:
    """None when the user gives up."""
    given, agreed = QInputDialog.getText(None, "Longhand", told, QLineEdit.EchoMode.Password)
    return given if agreed else None


def new_passphrase() -> str | None:
    """Asked for twice: a slip of the finger would lock the profile for good."""
    told = say("This system has no keychain. Choose a passphrase to protect your mail with.")
    while first := ask_passphrase(told):
        if ask_passphrase(say("Type the passphrase once more.")) == first:
            return first
        told = say("The two were not the same. Choose a passphrase to protect your mail with.")
    return None


def main(
    profile: Profile,
    passphrase: str | None,
    shown: Callable[[MainWindow], object] | None = None,
    files: Sequence[Path] = (),
) -> int:
    """Opens the window, reads `files` of mail into it, and runs until it is closed; the exit status. `shown`
    is called with the window as soon as it hears the user."""
    qt = make_application(sys.argv[:1])
    single = SingleInstance(profile.home, qt)
    if single.call_first(files):
        return 0
    app = open_profile(profile, passphrase)
    if app is None:
        return 1
    window = MainWindow(app, QSettings(str(profile.home / "window.ini"), QSettings.Format.IniFormat))
    single.asked.connect(window.come_forward)
    single.handed.connect(window.read_files)
    window.show()
    collector = MainThreadCollector(qt)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would leave Ctrl+C waiting; the store bears it
    if shown is not None:
        QTimer.singleShot(0, lambda: shown(window))
    mail.resume_sample(window.desk)
    window.read_files([str(one) for one in files])
    status = qt.exec()
    collector.stop()
    if not window.all_ended:
        # A job that does not hear its cancel may not hold the program: what is finished is stored.
        os._exit(status)
    return status
