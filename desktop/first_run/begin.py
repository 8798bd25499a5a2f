"""Before there is any mail: three ways to begin, the sample mailbox first."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout, QWidget

from desktop.icon import pixmap
from desktop.parts import label, press
from desktop.theme import SPACE
from desktop.words import say


class EmptyState(QWidget):
    sample_asked = Signal()
    account_asked = Signal()
    import_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._signs: list[tuple[QLabel, str]] = []
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(SPACE * 2)
        self._cards.addStretch(1)
        self._held: list[QFrame] = []
        for card in (
            self._card(
                "sample",
                say("Look around first"),
                say("A made-up person’s mailbox, on this machine. No account, nothing to download."),
                say("Try it with a sample mailbox"),
                self.sample_asked.emit,
                primary=True,
            ),
            self._card(
                "account",
                say("Use your mail"),
                say("Reads your sent mail over IMAP. It never sends; your mail stays on this machine."),
                say("Add account …"),
                self.account_asked.emit,
            ),
            self._card(
                "import",
                say("Bring a file"),
                say("An mbox, a Maildir, single .eml or Outlook .msg files, or a folder of them."),
                say("Import …"),
                self.import_asked.emit,
            ),
        ):
            self._cards.addWidget(card)
            self._held.append(card)
        self._cards.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 4, SPACE * 4, SPACE * 4, SPACE * 4)
        whole.addStretch(2)
        whole.addWidget(self._sign("longhand", 56, "accent"), 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addSpacing(SPACE * 2)
        for text in (
            label(say("Replies in your own hand"), size=1.9, bold=True),
            label(
                say("Longhand learns how you write from the mail you have sent, and drafts your replies so."),
                role="muted",
                size=1.1,
            ),
        ):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            whole.addWidget(text)
        whole.addSpacing(SPACE * 5)
        whole.addLayout(self._cards)
        whole.addStretch(3)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Of one card: where there is no room beside each other they stand below each other."""
        wide = max(card.minimumSizeHint().width() for card in self._held)
        return QSize(wide + SPACE * 8, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        wide = sum(card.minimumSizeHint().width() + SPACE * 2 for card in self._held)
        beside = wide + SPACE * 6 <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction is not self._cards.direction():
            self._cards.setDirection(direction)

    def retint(self) -> None:
        for sign, name in self._signs:
            sign.setPixmap(pixmap(name, round(sign.pixmap().deviceIndependentSize().width()), "accent"))

    def _sign(self, name: str, size: int, tone: str) -> QLabel:
        made = QLabel()
        made.setPixmap(pixmap(name, size, tone))
        self._signs.append((made, name))
        return made

    def _card(
        self,
        symbol: str,
        title: str,
        text: str,
        action: str,
        on_click: Callable[[], object],
        primary: bool = False,
    ) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
        column.setSpacing(SPACE)
        column.addWidget(self._sign(symbol, 28, "accent"))
        column.addSpacing(SPACE)
        column.addWidget(label(title, size=1.15, bold=True))
        told = label(text, role="muted")
        told.setMinimumWidth(224)
        column.addWidget(told, 1, Qt.AlignmentFlag.AlignTop)
        column.addSpacing(SPACE)
        column.addWidget(press(action, on_click, primary=primary))
        return card
