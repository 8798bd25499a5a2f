"""Pictures of the window and its dialogs, drawn without a display, light or dark."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QSize,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog

from core.app import App
from core.domain import Draft, MessageId
from desktop import theme
from desktop.application import make_application
from desktop.garbage import no_collecting
from desktop.main_window import MainWindow

SIZE = QSize(1280, 820)
SETTLING_SECONDS = 10.0
OFFSCREEN_POINTS = 9.75  # what desktops use; the offscreen platform's own 9 is small


def off_screen() -> QApplication:
    """The running application, or one that needs no display."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return make_application(["longhand"])


def picture_of_draft(
    app: App,
    message: MessageId,
    notes: str,
    draft: Draft,
    *,
    zero_shot: str | None = None,
    dark: bool = False,
) -> QImage:
    """The replies screen with this draft of this message, and beside it the zero-shot one if given."""

    def arrange(window: MainWindow) -> None:
        window.replies.show_draft(message, notes, draft, zero_shot)

    return picture(app, arrange, dark=dark)


def picture(app: App, arrange: Callable[[MainWindow], None], *, dark: bool = False) -> QImage:
    """The window as `arrange` leaves it, once what it asks of core has come."""

    def draw(window: MainWindow) -> QImage:
        arrange(window)
        _settle(window)
        return window.grab().toImage()

    return _with_window(app, draw, dark)


def picture_of_dialog(app: App, make: Callable[[MainWindow], QDialog], *, dark: bool = False) -> QImage:
    """A dialog of the window, by itself."""

    def draw(window: MainWindow) -> QImage:
        dialog = make(window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        dialog.show()
        _settle(window)
        return dialog.grab().toImage()

    return _with_window(app, draw, dark)


def _with_window(app: App, draw: Callable[[MainWindow], QImage], dark: bool) -> QImage:
    qt = off_screen()
    before = qInstallMessageHandler(_hear)
    font = qt.font()
    qt.setFont(theme.sized(font, OFFSCREEN_POINTS))
    theme.dress(qt, dark)
    window = MainWindow(app)
    try:
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.resize(SIZE)
        with no_collecting():
            window.show()
            return draw(window)
    finally:
        window.hide()
        window.desk.jobs.close(SETTLING_SECONDS)  # Qt aborts where a thread still runs as its object goes
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qInstallMessageHandler(before)
        qt.setFont(font)
        theme.dress(qt)


def _settle(window: MainWindow) -> None:
    """Until jobs have ended, SETTLING_SECONDS at most, and all layouts have: one that changes asks its
    parent's to, each by an event of its own."""
    end = time.monotonic() + SETTLING_SECONDS
    # Not QCoreApplication.processEvents: that of PySide 6.12 takes a reference from None at each call.
    loop = QEventLoop()
    while window.desk.jobs.running and time.monotonic() < end:
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        time.sleep(0.01)
    for _ in range(5):
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def _hear(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    """The offscreen platform warns at every window that it does not place windows; it need not."""
    if kind is not QtMsgType.QtDebugMsg and "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


def save_draft_picture(
    app: App, message: MessageId, notes: str, draft: Draft, path: Path, *, dark: bool = False
) -> bool:
    """Writes a PNG; False where the place cannot be written."""
    return bool(picture_of_draft(app, message, notes, draft, dark=dark).save(str(path)))
