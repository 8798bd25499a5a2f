"""The messages that wait for an answer: a lazy model over the store, and how one row is drawn."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.domain import MessageId, ParsedMail
from core.store.messages import StoredMessage
from desktop import words
from desktop.icon import pixmap
from desktop.theme import SPACE, scaled, tones

MARK = 14  # of a message with a draft, in device-independent pixels
PAGE = 100  # rows fetched at a time: a few milliseconds of the store

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[int, int], Sequence[StoredMessage]]  # a page: how many, from which on
MAIL_ROLE = Qt.ItemDataRole.UserRole
DRAFTED_ROLE = Qt.ItemDataRole.UserRole + 1  # whether something is written for it


class WaitingModel(QAbstractListModel):
    """Fetches rows as the view comes near them, so that 100,000 messages cost as little as 100."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch
        self._rows: list[StoredMessage] = []
        self._more = True
        self._drafted: frozenset[MessageId] = frozenset()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802
        return self._more and not parent.isValid()

    def fetchMore(self, _parent: Index) -> None:  # noqa: N802
        page = list(self._fetch(PAGE, len(self._rows)))
        self._more = len(page) == PAGE
        if page:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(page) - 1)
            self._rows += page
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        mail = self._rows[index.row()]
        if role == MAIL_ROLE:
            return mail
        if role == DRAFTED_ROLE:
            return mail.id in self._drafted
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            told = f"{words.who(mail.mail.sender)}: {mail.mail.subject}"
            return words.say("{0} (a draft is there)").format(told) if mail.id in self._drafted else told
        return None

    def message(self, row: int) -> StoredMessage:
        return self._rows[row]

    def row_of(self, message: MessageId) -> int:
        """The row of a message that is fetched already, -1 otherwise."""
        return next((row for row, one in enumerate(self._rows) if one.id == message), -1)

    def show_drafted(self, drafted: frozenset[MessageId]) -> None:
        """Marks the messages that something is written for."""
        if drafted != self._drafted:
            self._drafted = drafted
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), [DRAFTED_ROLE])

    def show_from(self, fetch: Fetch) -> None:
        """Other messages, or the same ones read again."""
        self._fetch = fetch
        self.reload()

    def reload(self) -> None:
        """Reads again from the store, as many rows as were shown."""
        self.beginResetModel()
        self._rows = list(self._fetch(max(PAGE, len(self._rows)), 0))
        self._more = len(self._rows) >= PAGE
        self.endResetModel()


class MailDelegate(QStyledItemDelegate):
    """Draws who, when, the subject and the first words: three lines, the selected one on paper."""

    MARGIN = SPACE * 2

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        height = QFontMetrics(option.font).lineSpacing()
        return QSize(200, height * 3 + self.MARGIN + SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        mail: ParsedMail = index.data(MAIL_ROLE).mail
        look = tones(option.palette)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(look.accent_soft))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(look.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(look.raised))
        painter.setPen(QColor(look.border))
        painter.drawLine(area.left() + self.MARGIN, area.bottom(), area.right() - self.MARGIN, area.bottom())
        drafted = bool(index.data(DRAFTED_ROLE))
        self._lines(painter, option, mail, drafted)
        if drafted:
            place = QRect(area.right() - self.MARGIN - MARK, area.bottom() - SPACE - MARK - 2, MARK, MARK)
            painter.drawPixmap(place, pixmap("write", MARK, "accent"))
        painter.restore()

    def _lines(
        self, painter: QPainter, option: QStyleOptionViewItem, mail: ParsedMail, drafted: bool
    ) -> None:
        look = tones(option.palette)
        font = option.font
        step = QFontMetrics(font).lineSpacing() + 2
        box: QRect = option.rect.adjusted(self.MARGIN, SPACE + 2, -self.MARGIN, 0)
        box.setHeight(step)
        date = words.short_date(mail.date, datetime.now(UTC))
        small = scaled(font, 0.92)
        width = QFontMetrics(small).horizontalAdvance(date)
        painter.setFont(small)
        painter.setPen(QColor(look.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, date)
        name = box.adjusted(0, 0, -width - SPACE, 0)
        last = box.translated(0, 2 * step).adjusted(0, 0, -MARK - SPACE if drafted else 0, 0)
        for text, style, colour, where in (
            (words.who(mail.sender), scaled(font, 1, bold=True), look.text, name),
            (mail.subject, font, look.text, box.translated(0, step)),
            (" ".join(mail.text[:300].split()), small, look.muted, last),
        ):
            painter.setFont(style)
            painter.setPen(QColor(colour))
            cut = QFontMetrics(style).elidedText(text, Qt.TextElideMode.ElideRight, where.width())
            painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)


def message_list(model: WaitingModel, parent: QWidget | None) -> QListView:
    """The view, ready to use."""
    view = QListView(parent)
    view.setObjectName("messages")
    view.setModel(model)
    view.setItemDelegate(MailDelegate(view))
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setAccessibleName(words.say("Messages waiting for an answer"))
    return view
