"""A message as its sender laid it out. What is shown was made safe in the reader child; whatever still asked
to be loaded is refused here, and a link is followed only after the user saw where it leads."""

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QMessageBox, QTextBrowser

from desktop.theme import SPACE
from desktop.words import say

FOLLOWED = ("http", "https", "mailto")


class PageView(QTextBrowser):
    refused = Signal(QUrl)  # something asked to be loaded

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("thread")
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(say("The message as it was laid out"))
        self.document().setDocumentMargin(SPACE * 3)
        self.setViewportMargins(0, 0, SPACE * 4, 0)  # for the button beside
        self.anchorClicked.connect(self.ask)

    def show_page(self, html: str) -> None:
        self.setHtml(html)

    def loadResource(self, _kind: int, url: QUrl | str) -> QImage:  # noqa: N802
        """Nothing is ever loaded, from anywhere. Not None: Qt would look for a file of that name itself."""
        self.refused.emit(QUrl(url))
        return self._nothing

    def ask(self, url: QUrl) -> None:
        """Shows where a link leads: what stands in the mail may say something else."""
        if url.scheme() not in FOLLOWED:
            return
        shown = url.toString()
        box = QMessageBox(QMessageBox.Icon.Question, "Longhand", say("Open this address?"), parent=self)
        box.setInformativeText(shown if len(shown) <= 300 else f"{shown[:300]} …")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Open"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(say("Stay here"), QMessageBox.ButtonRole.RejectRole))
        box.accepted.connect(lambda: QDesktopServices.openUrl(url))
        box.open()
