"""Before anything is sent to a model service for the first time: the exact text, and whether to send it."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.parts import label
from desktop.scrolled import fit_on_screen
from desktop.theme import SPACE
from desktop.words import say


class FirstRequest(QDialog):
    """Accepted to send it."""

    def __init__(self, parent: QWidget, service: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("The first request to a service"))
        fit_on_screen(self, QSize(720, 600))
        told = say(
            "{0} is to write this draft. Nothing was sent to it yet. This is the exact text it would get; "
            "what stands in it as a placeholder stays on this machine."
        ).format(service)
        self.page = QPlainTextEdit(text)
        self.page.setReadOnly(True)
        self.page.setTabChangesFocus(True)
        self.page.setAccessibleName(say("The text that would be sent"))
        buttons = QDialogButtonBox()
        self.send = buttons.addButton(say("Send it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.send.setObjectName("primary")
        self.send.setToolTip(say("Send this text; later drafts are sent without asking again"))
        self.decline = buttons.addButton(say("Don’t send"), QDialogButtonBox.ButtonRole.RejectRole)
        self.decline.setToolTip(say("Send nothing; you are asked again next time"))
        self.decline.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(label(told, role="warn"))
        whole.addWidget(self.page, 1)
        whole.addWidget(buttons)
