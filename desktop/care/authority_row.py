"""The certificate authority of a firm, to be trusted for one account alone: read from a file, shown with its
fingerprint, and kept only after a yes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMessageBox, QWidget

from core import messages
from core.mail.trust import Authority
from desktop.desk import Desk
from desktop.operations import accounts
from desktop.parts import label, press
from desktop.theme import SPACE
from desktop.words import say


class AuthorityRow(QWidget):
    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.pem = ""  # of what was agreed to
        self.told = label(role="muted")
        self.choose = press(
            say("Trust a &certificate …"),
            self._ask_file,
            hint=say("Where your firm has a certificate authority of its own: its file, in PEM or DER"),
        )
        self.drop = press(say("Do not trust it"), self.forget)
        for one in (self.choose, self.drop):
            one.setAutoDefault(False)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        line.addWidget(self.told, 1)
        line.addWidget(self.choose)
        line.addWidget(self.drop)
        self.forget()

    def forget(self) -> None:
        self.pem = ""
        self._show(say("The certificates that this system trusts."))

    def read(self, path: Path) -> None:
        """Shows what is in the file, and asks."""
        job = accounts.read_certificates(self._desk, path=path)
        job.done.connect(lambda found: self._ask(*found))

    def _ask_file(self) -> None:
        kinds = say("Certificates (*.pem *.crt *.cer *.der);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(
            self, say("The certificate of your firm’s authority"), "", kinds
        )
        if path:
            self.read(Path(path))

    def _ask(self, pem: str, found: Sequence[Authority]) -> None:
        shown = "\n\n".join(messages.mail.authority(one.name, one.until, one.fingerprint) for one in found)
        box = QMessageBox(
            QMessageBox.Icon.Question, "Longhand", say(messages.mail.TRUST_AUTHORITY), parent=self
        )
        box.setInformativeText(shown)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Trust it"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(say("Not now"), QMessageBox.ButtonRole.RejectRole))
        box.accepted.connect(lambda: self._trust(pem, found))
        box.open()

    def _trust(self, pem: str, found: Sequence[Authority]) -> None:
        self.pem = pem
        self._show(say("This system’s, and {0}").format("; ".join(one.name for one in found)))

    def _show(self, told: str) -> None:
        self.told.setText(told)
        self.choose.setVisible(not self.pem)
        self.drop.setVisible(bool(self.pem))
        self.changed.emit()
