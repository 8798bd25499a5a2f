"""Rules that the user's edits speak for, each to be made one or declined. Hidden while there are none."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from core.domain import Proposal
from desktop import words
from desktop.parts import label, row
from desktop.theme import SPACE
from desktop.words import say

SHOWN = 2  # at a time: the next comes up when one is settled


class Proposals(QFrame):
    accept_asked = Signal(int)
    decline_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("proposals")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE * 2, SPACE + 4, SPACE * 2, SPACE + 4)
        self._column.setSpacing(SPACE + 2)
        self._inner: QWidget | None = None
        self.hide()

    def show_proposals(self, proposals: Sequence[Proposal]) -> None:
        if self._inner is not None:
            self._inner.deleteLater()
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 2)
        for one in proposals[:SHOWN]:
            column.addLayout(self._line(one))
        if len(proposals) > SHOWN:
            column.addWidget(label(say("{0} more").format(len(proposals) - SHOWN), role="muted"))
        self._column.addWidget(self._inner)
        self.setVisible(bool(proposals))

    def _line(self, one: Proposal) -> QVBoxLayout:
        asked = say("Make it a rule for {0}?").format(words.scope(one.scope))
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(label(one.words, bold=True))
        text.addWidget(label(f"{asked} {one.line.sentence}", role="plain"))
        accept = QPushButton(say("Make it a rule"))
        accept.setObjectName("primary")
        accept.setToolTip(say("Add this to your style rules"))
        decline = QPushButton(say("No"))
        decline.setToolTip(say("Do not propose this again"))
        for press in (accept, decline):
            press.setAccessibleName(f"{press.text()}: {one.line.sentence}")
        accept.clicked.connect(lambda: self.accept_asked.emit(one.number))
        decline.clicked.connect(lambda: self.decline_asked.emit(one.number))
        line = row(accept, decline)
        line.insertLayout(0, text, 1)
        whole = QVBoxLayout()
        whole.addLayout(line)
        return whole
