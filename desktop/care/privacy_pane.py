"""Privacy: what leaves this machine, what never may be read, what a service would be sent, and
forgetting."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout

from desktop.care.exclude_form import ExcludeForm
from desktop.care.ledger_model import HOST, LedgerModel
from desktop.desk import Changed, Desk
from desktop.operations import privacy as operations
from desktop.parts import ActionButton, card, command, heading, label, page, row
from desktop.screen import Screen
from desktop.table import Table
from desktop.text_dialog import show_text
from desktop.theme import SPACE
from desktop.words import say


class PrivacyPane(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.PRIVACY | Changed.MESSAGES | Changed.ACCOUNTS | Changed.MODELS)
        self.model = LedgerModel()
        self.never = ExcludeForm()
        self.who = QLineEdit()
        self.who.setPlaceholderText(say("ann@firm.example, or firm.example"))
        self.who.setAccessibleName(say("Whom to forget"))
        self.nothing = label(say("Nothing has left this machine."), role="muted")
        self.where = label(role="note")
        self._make_commands()
        self.table = Table(self.model, say("What left this machine"), HOST)
        self._lay_out()
        self.never.changed.connect(self._check)
        self.who.textChanged.connect(self._check)
        self.who.returnPressed.connect(self.forget_action.trigger)

    def _make_commands(self) -> None:
        self.keep_action = command(
            self, say("Keep"), self.keep, symbol="save", shortcut="Ctrl+S",
            hint=say("Keep what is never to be read"),
        )  # fmt: skip
        self.preview_action = command(
            self, say("Preview …"), self.preview, symbol="find", shortcut="Ctrl+Shift+P",
            hint=say("Show the exact text a service would be sent for the message that waits first"),
        )  # fmt: skip
        self.forget_action = command(
            self, say("Forget …"), self.forget, symbol="delete", shortcut="Ctrl+Shift+F",
            hint=say("Forget a person or a domain, and all that was learned with their mail"),
        )  # fmt: skip

    def _lay_out(self) -> None:
        about = say(
            "Your mail is kept encrypted on this machine, and stays here unless you choose a service."
        )
        whole = page(self, say("Privacy"), about)
        whole.addWidget(self.where)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        head = row(heading(say("What left this machine")), 1, ActionButton(self.preview_action))
        left.addLayout(head)
        left.addWidget(self.nothing)
        left.addWidget(self.table, 1)
        never, inside = card()
        inside.addWidget(heading(say("Never read or learned from")))
        inside.addWidget(self.never)
        inside.addLayout(row(ActionButton(self.keep_action), 1))
        gone, below = card()
        below.addWidget(heading(say("Forget somebody")))
        told = say("Mails from and to them, rules, drafts and all that was learned. For good.")
        below.addWidget(label(told, role="muted"))
        line = row(self.who, ActionButton(self.forget_action))
        line.setStretch(0, 1)
        below.addLayout(line)
        right = QVBoxLayout()
        right.setSpacing(SPACE * 2)
        right.addWidget(never)
        right.addWidget(gone)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(SPACE * 3)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        whole.addLayout(columns, 1)

    def reload(self) -> None:
        self.model.show_entries(self._desk.app.ledger.all())
        some = self.model.rowCount() > 0
        self.nothing.setVisible(not some)
        self.table.setVisible(some)
        self.never.show_exclude(self._desk.app.settings.now.exclude)
        service = self._desk.app.cloud.writer
        self.where.setText(
            say(
                "{0} writes your drafts: each one sends it the mail you answer, your notes and your rules."
            ).format(service)
            if service
            else say("Everything is done on this machine: no service is in use.")
        )
        self._check()

    def keep(self) -> None:
        operations.exclude(self._desk, what=self.never.exclude)

    def preview(self) -> None:
        waiting = self._desk.app.mail.waiting(1)
        if not waiting:
            self._desk.told.emit(say("Nothing waits for an answer, so there is nothing to show."))
            return
        job = operations.preview(self._desk, message=waiting[0].id, notes="")
        job.done.connect(self._show_text)

    def forget(self) -> None:
        who = self.who.text().strip()
        if not who:
            return
        told = say(
            "Forget {0}? Their mail goes from this machine, and so does all that was learned, which may hold "
            "their words. This cannot be undone."
        ).format(who)
        box = QMessageBox(QMessageBox.Icon.Question, "Longhand", told, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Forget"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(say("Keep"), QMessageBox.ButtonRole.RejectRole))
        box.accepted.connect(lambda: self._forget(who))
        box.open()

    def _forget(self, who: str) -> None:
        job = operations.forget(self._desk, who=who)
        job.done.connect(lambda _: self.who.clear())

    def _show_text(self, text: str) -> None:
        show_text(self, say("What a service would be sent"), text)

    def _check(self) -> None:
        self.keep_action.setEnabled(self.never.exclude != self._desk.app.settings.now.exclude)
        self.forget_action.setEnabled(bool(self.who.text().strip()))
