"""The messages that wait for an answer: a lazy model over the store, and how one row is drawn."""

from array import array
from collections import OrderedDict
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
PAGES = 20  # held
MOST_READ_AGAIN = PAGE * PAGES  # rows, after a change; the rest comes as it is scrolled to again

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[int, int], Sequence[StoredMessage]]  # a page: how many, from which on
MAIL_ROLE = Qt.ItemDataRole.UserRole
DRAFTED_ROLE = Qt.ItemDataRole.UserRole + 1  # whether something is written for it


class WaitingModel(QAbstractListModel):
    """Fetches rows as the view comes near them, and holds the pages looked at last: 100,000 messages cost
    little more than 100, also once all were scrolled through."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch
        self._ids = array("q")  # of all rows that were fetched, so that a row is found again
        self._pages: OrderedDict[int, Sequence[StoredMessage]] = OrderedDict()  # those looked at last
        self._more = True
        self._drafted: frozenset[MessageId] = frozenset()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._ids)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802
        return self._more and not parent.isValid()

    def fetchMore(self, _parent: Index) -> None:  # noqa: N802
        page = self._fetch(PAGE, len(self._ids))
        self._more = len(page) == PAGE
        if page:
            self.beginInsertRows(QModelIndex(), len(self._ids), len(self._ids) + len(page) - 1)
            self._keep(len(self._ids) // PAGE, page)
            self._ids.extend(one.id for one in page)
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == DRAFTED_ROLE:
            return self._ids[index.row()] in self._drafted
        if role not in (MAIL_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        mail = self._message(index.row())
        if mail is None or role == MAIL_ROLE:
            return mail
        told = f"{words.who(mail.mail.sender)}: {mail.mail.subject}"
        return words.say("{0} (a draft is there)").format(told) if mail.id in self._drafted else told

    def message(self, row: int) -> StoredMessage:
        """Raises IndexError for one that is gone."""
        found = self._message(row)
        if found is None:
            raise IndexError(row)
        return found

    def id_of(self, row: int) -> MessageId:
        return MessageId(self._ids[row])

    def row_of(self, message: MessageId) -> int:
        """The row of a message that is fetched already, -1 otherwise."""
        return self._ids.index(message) if message in self._ids else -1

    def show_drafted(self, drafted: frozenset[MessageId]) -> None:
        """Marks the messages that something is written for."""
        if drafted != self._drafted:
            self._drafted = drafted
            if self._ids:
                self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1), [DRAFTED_ROLE])

    def show_from(self, fetch: Fetch) -> None:
        """Other messages, or the same ones read again."""
        self._fetch = fetch
        self.reload()

    def reload(self) -> None:
        """Reads again from the store, as many rows as were shown."""
        self.beginResetModel()
        wanted = min(max(PAGE, len(self._ids)), MOST_READ_AGAIN)
        rows = self._fetch(wanted, 0)
        self._more = len(rows) == wanted
        self._ids = array("q", [one.id for one in rows])
        self._pages.clear()
        for start in range(0, len(rows), PAGE):
            self._keep(start // PAGE, rows[start : start + PAGE])
        self.endResetModel()

    def _message(self, row: int) -> StoredMessage | None:
        """None where the mail has just been answered or forgotten: the list is read again at once."""
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._fetch(PAGE, number * PAGE)
        self._keep(number, page)
        found = page[place] if place < len(page) else None
        return found if found is not None and found.id == self._ids[row] else None

    def _keep(self, number: int, page: Sequence[StoredMessage]) -> None:
        self._pages[number] = page
        self._pages.move_to_end(number)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)


class MailDelegate(QStyledItemDelegate):
    """Draws who, when, the subject and the first words: three lines, the selected one on paper."""

    MARGIN = SPACE * 2

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        height = QFontMetrics(option.font).lineSpacing()
        return QSize(200, height * 3 + self.MARGIN + SPACE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        held: StoredMessage | None = index.data(MAIL_ROLE)
        if held is None:
            return
        mail = held.mail
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
