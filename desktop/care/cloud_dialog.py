"""Letting a service write: which, where it is, which of its models, the key, which goes to the keychain, and
for mail to which of the user's addresses."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QLineEdit, QWidget

from core.models.services import KnownService, services
from desktop.care.dialog_buttons import agree_or_cancel
from desktop.parts import label
from desktop.scrolled import scrolled_form
from desktop.theme import SPACE
from desktop.words import say


class CloudDialog(QDialog):
    def __init__(self, parent: QWidget, accounts: Sequence[str]) -> None:
        """`accounts`: the user's addresses, to choose among where there are several."""
        super().__init__(parent)
        self.setWindowTitle(say("Use a service"))
        self.setMinimumWidth(480)
        self.service = QComboBox()
        for one in services():
            self.service.addItem(one.title, one)
        self.service.addItem(say("Another, OpenAI-compatible"), KnownService("", "", "openai", ""))
        self.url, self.model, self.key = QLineEdit(), QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("https://api.example.com/v1")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        form.setSpacing(SPACE + 2)
        for text, field in (
            (say("&Service"), self.service),
            (say("&Address"), self.url),
            (say("&Model"), self.model),
            (say("&Key"), self.key),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
            field.setMinimumHeight(SPACE * 4)
        for line in (self.url, self.model, self.key):
            line.textChanged.connect(self._check)
        self.boxes = [QCheckBox(one) for one in accounts] if len(accounts) > 1 else []
        for place, box in enumerate(self.boxes):
            box.setAccessibleName(box.text())
            box.toggled.connect(self._check)
            form.addRow("" if place else say("For mail to"), box)
        buttons, self.ok = agree_or_cancel(self, say("Use it"))
        told = say(
            "The mail you answer, your notes and your rules will be sent to this service for every draft. "
            "Names, addresses and numbers go as placeholders. Privacy shows the exact text, and keeps a "
            "record of what was sent."
        )
        whole = scrolled_form(self, buttons)
        whole.addWidget(label(told, role="warn"))
        whole.addLayout(form)
        self.service.currentIndexChanged.connect(self._on_service)
        self._on_service()

    @property
    def known(self) -> KnownService:
        chosen = self.service.currentData()
        assert isinstance(chosen, KnownService)  # noqa: S101 - the list holds nothing else
        return chosen

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those chosen; none where there was nothing to choose."""
        return tuple(box.text() for box in self.boxes if box.isChecked())

    @property
    def secret(self) -> str:
        """The key; 'none' for a server that asks for none."""
        return self.key.text() or "none"

    def _on_service(self) -> None:
        self.url.setText(self.known.url)
        self.key.setPlaceholderText("" if self.known.key else say("empty, unless the server has one"))
        if not self.known.whole:
            self.url.setFocus()
        self._check()

    def _check(self) -> None:
        wanted = [self.url, self.model, *([self.key] if self.known.key else [])]
        filled = all(field.text().strip() for field in wanted)
        named = bool(self.accounts) or not self.boxes
        untouched = not self.known.whole and self.url.text().strip() == self.known.url
        self.ok.setEnabled(filled and named and not untouched and "://" in self.url.text())
