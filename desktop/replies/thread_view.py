"""One thread to read: plain text, laid out by us. No HTML of a mail is ever interpreted and
nothing is fetched from anywhere."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from core import messages
from core.store.messages import StoredMessage
from desktop import words
from desktop.theme import SPACE, scaled, tones


class ThreadView(QTextEdit):
    """Shows the message to be answered, and below it, quieter, what stood before it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("thread")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(words.say("The message and its thread"))
        self.document().setDocumentMargin(SPACE * 3)
        self.setViewportMargins(0, 0, SPACE * 4, 0)  # for the button beside
        self._messages: tuple[StoredMessage, ...] = ()

    def show_thread(self, messages: Sequence[StoredMessage]) -> None:
        self._messages = tuple(messages)
        self._draw()

    def retint(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.clear()
        if not self._messages:
            return
        cursor = self.textCursor()
        look = tones(self.palette())
        self._put(cursor, self._messages[-1].mail.subject, look.text, size=1.45, bold=True, below=SPACE * 2)
        for message in reversed(self._messages):
            mail, last = message.mail, message is self._messages[-1]
            who = words.say("You") if message.outgoing else words.who(mail.sender)
            self._put(cursor, who, look.text if last else look.muted, bold=True)
            self._put(cursor, words.long_date(mail.date), look.muted, size=0.92, below=SPACE)
            body = mail.text.rstrip() + (f"\n\n{mail.signature}" if mail.signature and last else "")
            body = body or (messages.mail.ENCRYPTED if mail.note else "")
            self._put(cursor, body, look.text if last else look.muted, height=150, below=SPACE * 3)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _put(
        self,
        cursor: QTextCursor,
        text: str,
        colour: str,
        *,
        size: float = 1.0,
        bold: bool = False,
        height: int = 120,
        below: int = 2,
    ) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        letters = QTextCharFormat()
        letters.setFont(scaled(self.font(), size, bold=bold))
        letters.setForeground(QColor(colour))
        cursor.setBlockFormat(block)
        cursor.insertText(text, letters)
        block.setBottomMargin(below)
        cursor.setBlockFormat(block)
        cursor.insertBlock(QTextBlockFormat())
