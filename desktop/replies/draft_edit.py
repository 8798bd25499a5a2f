"""The draft as the user edits it: text streams in as one undoable step, and what the mail does not
bear out is underlined, with the reason as its tooltip."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QColor, QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QToolTip

from core.domain import Finding
from desktop.parts import tip
from desktop.replies.differences import Span
from desktop.theme import SPACE, tones


@dataclass(frozen=True)
class _Mark:
    cursor: QTextCursor  # follows the user's edits
    finding: Finding

    @property
    def standing(self) -> bool:
        """False once the user has changed the words it is about."""
        return self.cursor.selectedText() == self.finding.text


class DraftEdit(QTextEdit):
    """Plain text with marks. Positions are characters of `toPlainText()`, which Qt counts in UTF-16."""

    marks_changed = Signal()

    def __init__(self, role: str, name: str) -> None:
        super().__init__()
        self.setObjectName(role)
        self.setAccessibleName(name)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(SPACE)
        self._marks: list[_Mark] = []
        self._spans: list[Span] = []
        self.textChanged.connect(self._on_text_changed)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those that still stand after the user's edits."""
        return tuple(mark.finding for mark in self._marks if mark.standing)

    def begin(self) -> None:
        """Empties the page for a text to stream in; one undo brings the old one back."""
        self.show_findings(())
        self.show_spans(())
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        self.setReadOnly(True)

    def stream(self, piece: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.joinPreviousEditBlock()
        cursor.insertText(piece)
        cursor.endEditBlock()

    def finish(self, text: str) -> None:
        """The whole text, which is what streamed in or a trimmed form of it."""
        if self.toPlainText() != text:
            cursor = QTextCursor(self.document())
            cursor.joinPreviousEditBlock()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
            cursor.endEditBlock()
        self.setReadOnly(False)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        self._marks = [_Mark(self._cursor((f.start, f.end)), f) for f in findings]
        self._paint_marks()

    def show_spans(self, spans: Sequence[Span]) -> None:
        """Marks differences from another text until the next edit."""
        self._spans = list(spans)
        self._paint_marks()

    def reason_at(self, where: QPoint) -> str:
        """Why the text at a point of the viewport is underlined; empty where it is not."""
        position = self.cursorForPosition(where).position()
        for mark in self._marks:
            if mark.standing and mark.cursor.selectionStart() <= position <= mark.cursor.selectionEnd():
                return mark.finding.reason
        return ""

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self.reason_at(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _on_text_changed(self) -> None:
        self._spans = []
        if self._marks or self.extraSelections():
            self._paint_marks()

    def _paint_marks(self) -> None:
        look = tones(self.palette())
        wavy = QTextCharFormat()
        wavy.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        wavy.setUnderlineColor(QColor(look.warn))
        wavy.setBackground(QColor(look.warn_soft))
        other = QTextCharFormat()
        other.setBackground(QColor(look.accent_soft))
        made = [self._selection(self._cursor(span), other) for span in self._spans]
        made += [self._selection(mark.cursor, wavy) for mark in self._marks if mark.standing]
        self.setExtraSelections(made)
        self.marks_changed.emit()

    def _cursor(self, span: Span) -> QTextCursor:
        text = self.toPlainText()
        cursor = QTextCursor(self.document())
        cursor.setPosition(_utf16(text[: span[0]]))
        cursor.setPosition(_utf16(text[: span[1]]), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    @staticmethod
    def _selection(cursor: QTextCursor, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        made.cursor, made.format = cursor, look
        return made


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
