"""Letting a service write: where it is, which model, the key, which goes to the keychain, and for mail to
which of the user's addresses."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.parts import label
from desktop.theme import SPACE
from desktop.words import say


class CloudDialog(QDialog):
    def __init__(self, parent: QWidget, accounts: Sequence[str]) -> None:
        """`accounts`: the user's addresses, to choose among where there are several."""
        super().__init__(parent)
        self.setWindowTitle(say("Use a service"))
        self.setMinimumWidth(480)
        self.url, self.model, self.key = QLineEdit(), QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("https://api.example.com/v1")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        form.setSpacing(SPACE + 2)
        for text, field in (
            (say("&Address"), self.url),
            (say("&Model"), self.model),
            (say("&Key"), self.key),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
            field.setMinimumHeight(SPACE * 4)
            field.textChanged.connect(self._check)
        self.boxes = [QCheckBox(one) for one in accounts] if len(accounts) > 1 else []
        for place, box in enumerate(self.boxes):
            box.setAccessibleName(box.text())
            box.toggled.connect(self._check)
            form.addRow("" if place else say("For mail to"), box)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(say("Use it"))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        told = say(
            "The mail you answer, your notes and your rules will be sent to this service for every draft. "
            "Names, addresses and numbers go as placeholders. Privacy shows the exact text, and keeps a "
            "record of what was sent."
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(label(told, role="warn"))
        whole.addLayout(form)
        whole.addWidget(buttons)
        self._check()

    def _check(self) -> None:
        filled = all(field.text().strip() for field in (self.url, self.model, self.key))
        named = bool(self.accounts) or not self.boxes
        self.ok.setEnabled(filled and named and "://" in self.url.text())

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those chosen; none where there was nothing to choose."""
        return tuple(box.text() for box in self.boxes if box.isChecked())
