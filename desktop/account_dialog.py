"""Signing in to a mail account. The password goes straight to core, which puts it into the
system's keychain; the dialog forgets it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.domain import AccountId
from core.store.accounts import Account, Tls
from desktop.parts import label
from desktop.theme import SPACE
from desktop.words import say

PORTS: dict[Tls, int] = {"implicit": 993, "starttls": 143, "none": 143}


@dataclass(frozen=True, repr=False)
class SignIn:
    """What the user typed. Has no repr, so that no log can hold the password."""

    account: Account
    password: str


class AccountDialog(QDialog):
    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Add account"))
        self.setMinimumWidth(460)
        self.name = QLineEdit()
        self.address = QLineEdit()
        self.address.setPlaceholderText("you@example.org")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.host = QLineEdit()
        self.port = QSpinBox()
        self.port.setRange(1, 65535)
        self.port.setValue(PORTS["implicit"])
        self.tls = QComboBox()
        self.tls.addItem(say("TLS (usual)"), "implicit")
        self.tls.addItem(say("STARTTLS"), "starttls")
        self.tls.addItem(say("None (this machine only)"), "none")
        self.user = QLineEdit()
        self._lay_out()
        self.address.textChanged.connect(self._on_address)
        self.tls.currentIndexChanged.connect(self._on_tls)
        for field in (self.address, self.password, self.host):
            field.textChanged.connect(self._check)
        self._check()

    @property
    def sign_in(self) -> SignIn:
        address = self.address.text().strip().lower()
        return SignIn(
            Account(
                id=AccountId(0),
                address=address,
                name=self.name.text().strip(),
                host=self.host.text().strip(),
                port=self.port.value(),
                tls=self.tls.currentData(),
                user=self.user.text().strip() or address,
            ),
            self.password.text(),
        )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE + 2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignVCenter)
        for text, field in (
            (say("Your &name"), self.name),
            (say("&Address"), self.address),
            (say("&Password"), self.password),
            (say("Mail &server"), self.host),
            (say("P&ort"), self.port),
            (say("&Encryption"), self.tls),
            (say("&User name"), self.user),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
            field.setMinimumHeight(SPACE * 4)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(say("Sign in and sync"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        told = say("Many providers ask for an app password here. It is kept in this system’s keychain.")
        whole.addWidget(label(told, role="muted"))
        whole.addLayout(form)
        whole.addWidget(self.buttons)

    def _on_address(self, text: str) -> None:
        """Guesses the server until the user has typed one."""
        domain = text.strip().rpartition("@")[2]
        if not self.host.isModified():
            self.host.setText(f"imap.{domain}" if "." in domain else "")
        self.user.setPlaceholderText(text.strip())

    def _on_tls(self) -> None:
        self.port.setValue(PORTS[self.tls.currentData()])

    def _check(self) -> None:
        filled = all(field.text().strip() for field in (self.address, self.password, self.host))
        self.ok.setEnabled(filled and "@" in self.address.text())
