"""Accounts: whose mail is read and from where, tested, added and removed."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from core.store.accounts import Account
from desktop.care.own_sync_card import OwnSyncCard
from desktop.desk import Changed, Desk
from desktop.operations import accounts as operations
from desktop.operations.mail import SAMPLE_USER
from desktop.parts import ActionButton, card, command, label, page, press, row
from desktop.row_menu import RowMenu
from desktop.screen import Screen
from desktop.theme import SPACE
from desktop.words import say


class AccountsPane(Screen):
    add_asked = Signal()
    import_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.ACCOUNTS | Changed.WATCH)
        add = command(self, say("Add account …"), self.add_asked.emit, symbol="add", shortcut="Ctrl+N",
                      hint=say("Add a mail account"))  # fmt: skip
        bring = command(self, say("Import …"), self.import_asked.emit, symbol="import", shortcut="Ctrl+O",
                        hint=say("Bring in mail from files"))  # fmt: skip
        self.test_menu, self.remove_menu = RowMenu(self, say("Test")), RowMenu(self, say("Remove"))
        about = say(
            "Longhand reads your mail and never sends any. It writes to a server only when you save a draft."
        )
        whole = page(self, say("Accounts"), about)
        whole.addLayout(row(ActionButton(add, primary=True), ActionButton(bring), 1))
        self.nothing = label(
            say("No account yet. Add yours, bring in a file, or try it with the sample mailbox."), role="note"
        )
        whole.addWidget(self.nothing)
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole.addWidget(self._list, 1)
        self.own_sync = OwnSyncCard(desk)
        whole.addWidget(self.own_sync)

    def reload(self) -> None:
        found = self._desk.app.accounts.all()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        for account in found:
            column.addWidget(self._card(account))
        column.addStretch(1)
        self._list.setWidget(inner)
        self.test_menu.show_rows({one.address: partial(self.test, one) for one in found if one.host})
        self.remove_menu.show_rows({one.address: partial(self.remove, one) for one in found})
        self.nothing.setVisible(not found)
        self.own_sync.setVisible(any(one.host for one in found))
        self.own_sync.reload()

    def test(self, account: Account) -> None:
        operations.test_account(self._desk, account=account.id)

    def remove(self, account: Account) -> QMessageBox:
        """Asks first: mail and what was learned from it go with an account."""
        told = say(
            "Remove {0}? Its mail, its drafts and all that was learned go from this machine. "
            "Nothing changes on the server."
        ).format(account.address)
        box = QMessageBox(QMessageBox.Icon.Question, "Longhand", told, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Remove"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(say("Keep it"), QMessageBox.ButtonRole.RejectRole))
        box.accepted.connect(lambda: operations.remove_account(self._desk, account=account.id))
        box.open()
        return box

    def _card(self, account: Account) -> QFrame:
        made, column = card()
        column.setSpacing(2)
        column.addWidget(label(account.address, size=1.1, bold=True))
        if account.user == SAMPLE_USER:
            where = say("The sample mailbox: a made-up person’s, served on this machine")
        elif account.host:
            safe = {"implicit": say("TLS"), "starttls": say("STARTTLS"), "none": say("this machine only")}
            where = f"{account.host}:{account.port} · {safe[account.tls]}"
        else:
            where = say("From files; there is nothing to sync")
        column.addWidget(label(where, role="muted"))
        test = press(
            say("Test"), lambda: self.test(account), hint=say("Sign in, and look for sent mail and drafts")
        )
        remove = press(
            say("Remove …"), lambda: self.remove(account), hint=say("Take this account and its mail away")
        )
        for one in (test, remove):
            one.setAccessibleName(f"{one.text()} {account.address}")
        test.setVisible(bool(account.host))
        column.addSpacing(SPACE)
        column.addLayout(row(test, remove, 1))
        return made
