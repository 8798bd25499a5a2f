"""Pictures of the window, drawn without a display: a draft beside its rules, light or dark."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QSize,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from core.app import App
from core.domain import Draft, MessageId
from desktop import theme
from desktop.application import make_application
from desktop.main_window import MainWindow

SIZE = QSize(1280, 820)
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
    """The window as `arrange` leaves it. Jobs must have ended: nothing is waited for."""
    qt = off_screen()
    before = qInstallMessageHandler(_hear)
    font = qt.font()
    qt.setFont(theme.sized(font, OFFSCREEN_POINTS))
    theme.dress(qt, dark)
    window = MainWindow(app)
    try:
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.resize(SIZE)
        window.show()
        arrange(window)
        for _ in range(5):  # a layout that changes asks its parent's to, each by an event of its own
            qt.processEvents()
        return window.grab().toImage()
    finally:
        window.hide()
        window.desk.jobs.close(1.0)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qInstallMessageHandler(before)
        qt.setFont(font)
        theme.dress(qt)


def _hear(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    """The offscreen platform warns at every window that it does not place windows; it need not."""
    if kind is not QtMsgType.QtDebugMsg and "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


def save_draft_picture(
    app: App, message: MessageId, notes: str, draft: Draft, path: Path, *, dark: bool = False
) -> bool:
    """Writes a PNG; False where the place cannot be written."""
    return bool(picture_of_draft(app, message, notes, draft, dark=dark).save(str(path)))
