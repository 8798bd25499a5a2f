"""Whether there is a newer Longhand: a switch, a line and a link. While it is on, one address is asked once a
day for as long as the window is open."""

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout

from core.updates.desk import News
from desktop.desk import Desk
from desktop.operations import updates as operations
from desktop.parts import label, press, row
from desktop.theme import SPACE
from desktop.words import day, in_window, say

HOUR_MS = 3_600_000
FIRST_MS = 60_000  # after the window opened, which has other things to do at first


class NewVersions(QFrame):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        self._page = ""
        self.tell = QCheckBox(say("Tell me of &new versions"))
        self.about = label(
            say(
                "Asks one address once a day while this window is open. Nothing about you or this computer "
                "is sent, and nothing is installed by itself."
            ),
            role="muted",
        )
        self.line = label()
        self.link = press(say("Open its page"), self.open_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        column.setSpacing(SPACE)
        column.addLayout(row(self.tell, 1))
        column.addWidget(self.about)
        line = row(self.line, self.link)
        line.setStretch(0, 1)
        column.addLayout(line)
        self.tell.clicked.connect(self._on_switched)
        self._timer = QTimer(self)
        self._timer.setInterval(HOUR_MS)
        self._timer.timeout.connect(self.ask_if_due)
        self._timer.start()
        QTimer.singleShot(FIRST_MS, self, self.ask_if_due)

    def reload(self) -> None:
        self._show(self._desk.app.updates.news)

    def ask_if_due(self) -> None:
        """Quietly: what comes of it stands here, and a newer version is told once."""
        if self._desk.app.updates.due:
            operations.ask_quietly(self._desk).ended.connect(self._on_asked)

    def open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))

    def _on_switched(self, on: bool) -> None:
        job = operations.turn(self._desk, on=on)
        if on:
            self.line.setText(say("Asking …"))
        job.ended.connect(self.reload)

    def _on_asked(self) -> None:
        self.reload()
        if notice := self._desk.app.updates.notice():
            self._desk.told.emit(notice)

    def _show(self, news: News) -> None:
        self.tell.setChecked(news.on and news.allowed)
        self.tell.setEnabled(news.allowed)
        self._page = news.page if news.on and news.newer else ""
        self.line.setText(_told(news))
        self.line.setVisible(bool(self.line.text()))
        self.link.setVisible(bool(self._page))
        self.link.setToolTip(self._page)


def _told(news: News) -> str:
    if not news.allowed:
        return in_window(news.told)
    if not news.on:
        return ""
    if news.newer:
        told = say("Longhand {0} is there: {1}").format(news.version, news.page)
    elif news.heard:
        told = say("This is the newest version, as of {0}.").format(day(news.heard))
    else:
        told = ""
    return f"{told} {in_window(news.fault)}".strip()
