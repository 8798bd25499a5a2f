"""The head of a new mail: from which account, to whom, and about what."""

import re

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from core.domain import AccountId, Address
from core.drafting.mailbox import NewMail
from core.store.accounts import Account
from desktop.parts import label
from desktop.theme import SPACE
from desktop.words import say

_ADDRESS = re.compile(r"(?:(?P<name>[^<>@]*)<)?\s*(?P<email>[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+)\s*>?\s*")


class NewMailHead(QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.account, self.to, self.subject = QComboBox(), QLineEdit(), QLineEdit()
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.to.setCompleter(completer)
        self.to.setPlaceholderText("ann@firm.example")
        self.form = QFormLayout()
        self.form.setSpacing(SPACE + 2)
        for text, field in (
            (say("From"), self.account),
            (say("To"), self.to),
            (say("Subject"), self.subject),
        ):
            self.form.addRow(text, field)
            field.setAccessibleName(text)
            field.setMinimumHeight(SPACE * 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(label(say("New mail"), size=1.45, bold=True))
        whole.addLayout(self.form)
        told = say("Say below what you want to write, and Longhand writes it as you would to them.")
        whole.addWidget(label(told, role="muted"))
        whole.addStretch(1)
        self.to.textChanged.connect(self.changed)
        self.subject.textChanged.connect(self.changed)
        self.account.currentIndexChanged.connect(self.changed)

    def offer(self, accounts: tuple[Account, ...]) -> None:
        """What it may be from; the one that was chosen stays so."""
        chosen = self.account.currentData()
        self.account.blockSignals(True)
        self.account.clear()
        for one in accounts:
            self.account.addItem(one.address, one.id)
        self.account.setCurrentIndex(max(0, self.account.findData(chosen)))
        self.account.blockSignals(False)
        self.form.setRowVisible(self.account, len(accounts) > 1)

    def offer_people(self, people: tuple[Address, ...]) -> None:
        """Whom it may be for."""
        self._known.setStringList([written(one) for one in people])

    def clear(self) -> None:
        self.to.clear()
        self.subject.clear()

    @property
    def mail(self) -> NewMail | None:
        """None until there is an address in it."""
        found = _ADDRESS.fullmatch(self.to.text())
        if found is None:
            return None
        name = (found["name"] or "").strip().strip('"')
        account = self.account.currentData()
        to = Address(name, found["email"].lower())
        return NewMail(to, self.subject.text().strip(), None if account is None else AccountId(account))


def written(address: Address) -> str:
    """As people write it: 'Ann Marsh <ann@firm.example>'."""
    return f"{address.name} <{address.email}>" if address.name else address.email
