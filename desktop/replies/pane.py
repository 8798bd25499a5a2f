"""The main screen: what waits for an answer, the thread, the reply to it, and the rules in use."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain import Address, AppliedRule, Draft, MessageId, RuleId, RuleState, Scope, ScopeKind
from core.store.messages import StoredMessage, Wanted
from desktop import words
from desktop.desk import Changed, Desk
from desktop.operations import replies, rules
from desktop.parts import command, heading, label, quiet_button, row, separator
from desktop.replies.ahead import Ahead
from desktop.replies.chips import Chips
from desktop.replies.composer import Composer
from desktop.replies.filters import Filters
from desktop.replies.message_list import WaitingModel, message_list
from desktop.replies.new_mail import NewMailHead
from desktop.replies.page_view import PageView
from desktop.replies.sheet import Sheet
from desktop.replies.thread_view import ThreadView
from desktop.theme import SPACE
from desktop.words import say

FOUND = 100  # mails that a search shows
PAUSE_MS = 200  # in typing, before it is searched


class RepliesPane(QWidget):
    rule_asked = Signal(object)  # RuleId
    sync_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.model = WaitingModel(desk.app.mail.waiting)
        self.messages = message_list(self.model, self)
        self.reading = ThreadView()
        self.page = PageView()
        self.head = NewMailHead()
        self.composer = Composer(desk)
        self.ahead = Ahead(desk, self.composer.written, self)
        self.chips = Chips()
        self.hint = label(role="muted")
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Search mail"))
        self.search.setAccessibleName(say("Search mail"))
        self.search.setClearButtonEnabled(True)
        self.filters = Filters(desk.app.mail.own_addresses, self._drafted)
        self.nothing = label(role="muted")
        self.sync_button = quiet_button("sync", say("Sync (F5)"), self.sync_asked.emit)
        self.waiting_title = heading("")
        self.waiting_title.setWordWrap(True)
        self._thread: tuple[StoredMessage, ...] = ()
        self._has_room = False
        self._make_commands()
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.reload)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.filters.changed.connect(self.reload)
        self.messages.selectionModel().currentChanged.connect(self._on_current)
        self.composer.rules_changed.connect(self._show_rules)
        self.composer.page_shown.connect(self._make_room)
        self.head.changed.connect(lambda: self.composer.show_new(self.head.mail))
        self.ahead.written.connect(self._on_written_ahead)
        self.chips.leave_out_asked.connect(self.composer.leave_out)
        self.chips.pin_asked.connect(self._on_pin)
        self.chips.rule_asked.connect(self.rule_asked)
        desk.changed.connect(self._on_changed)
        self.reload()

    def _make_commands(self) -> None:
        self.new_action = command(
            self, say("New mail"), self.new_mail, symbol="newmail",
            shortcut=QKeySequence.StandardKey.New, hint=say("Write a new mail from notes"),
        )  # fmt: skip
        separator(self)
        self.addActions(self.composer.actions())
        separator(self)
        self.layout_action = command(
            self, say("Show the layout"), self._on_layout, symbol="layout", shortcut="Ctrl+Shift+H",
            checkable=True,
            hint=say("Show the message as it was laid out, without pictures; nothing in it is loaded"),
        )  # fmt: skip
        self.ahead_action = command(
            self, say("Write replies ahead"), self._on_ahead, shortcut="Ctrl+Shift+D", checkable=True,
            hint=say("Write replies while the computer is plugged in and has nothing else to do"),
        )  # fmt: skip
        self.ahead_action.setChecked(self._desk.app.drafts.ahead)
        separator(self)
        command(self, say("Next message"), lambda: self._step(1), shortcut="Ctrl+Down")
        command(self, say("Previous message"), lambda: self._step(-1), shortcut="Ctrl+Up")
        command(
            self, say("Search mail"), self.search.setFocus, symbol="find",
            shortcut=QKeySequence.StandardKey.Find, hint=say("Search all mail that was received"),
        )  # fmt: skip
        separator(self)
        self.addActions(self.filters.actions())
        self.addAction(self.filters.accounts_menu.menuAction())

    def _lay_out(self) -> None:
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.above = QStackedWidget()
        for one in (self.reading, self.page, self.head):
            self.above.addWidget(one)
        self.layout_button = quiet_button("layout", self.layout_action.toolTip(), self.layout_action.trigger)
        self.layout_button.setCheckable(True)
        self.layout_action.toggled.connect(self.layout_button.setChecked)
        over = QWidget()
        cell = QGridLayout(over)
        cell.setContentsMargins(0, 0, 0, 0)
        cell.addWidget(self.above, 0, 0)
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        beside = row(self.layout_button)
        beside.setContentsMargins(0, SPACE // 2, SPACE + 6, 0)  # clear of the scroll bar
        cell.addLayout(beside, 0, 0, corner)
        self.middle.addWidget(over)
        self.middle.addWidget(self.composer)
        self.middle.setStretchFactor(0, 1)
        self.middle.setChildrenCollapsible(False)
        self.middle.setHandleWidth(1)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.addWidget(self._list_column())
        self.parts.addWidget(self.middle)
        self.parts.addWidget(_column(heading(say("Rules in use")), self.hint, self.chips))
        self.parts.setStretchFactor(1, 1)
        self.parts.setSizes([264, 610, 310])
        self.parts.setHandleWidth(1)
        self.parts.setChildrenCollapsible(False)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)

    def _list_column(self) -> QWidget:
        made = QWidget()
        made.setObjectName("side")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        made.setMinimumWidth(220)
        top = QVBoxLayout()
        top.setContentsMargins(SPACE * 2, SPACE + 4, SPACE + 4, 0)
        top.setSpacing(SPACE)
        new = quiet_button("newmail", self.new_action.toolTip(), self.new_action.trigger)
        top.addLayout(row(self.waiting_title, 1, new, self.sync_button, spacing=0))
        finding = row(self.search, self.filters, spacing=SPACE // 2)
        finding.setStretch(0, 1)
        top.addLayout(finding)
        top.addWidget(self.nothing)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 2)
        column.addLayout(top)
        column.addWidget(self.messages, 1)
        return made

    def reload(self) -> None:
        """Reads the list again and stays on the message that was open."""
        sheet = self.composer.sheet
        held = sheet.message if sheet else None
        before = self.model.row_of(held) if held else -1
        self.model.show_drafted(self._drafted())
        self.filters.show_accounts(self._desk.app.accounts.all())
        searched, wanted = self.search.text().strip(), self.filters.wanted
        waiting = partial(self._desk.app.mail.waiting, wanted=wanted)
        self.model.show_from(partial(self._found, searched) if searched else waiting)
        if searched:
            self.waiting_title.setText(say("Found · {0}").format(self.model.rowCount()))
            self.nothing.setText(say("No mail holds all of these words."))
        else:
            self._say_waiting(wanted)
        self.nothing.setVisible(self.model.rowCount() == 0)
        row = self.model.row_of(held) if held else -1
        if row < 0 and before >= self.model.rowCount():
            self.messages.setCurrentIndex(QModelIndex())  # it is further down than was read again
        elif self.model.rowCount() and not (sheet and held is None):
            self.messages.setCurrentIndex(self.model.index(max(0, row)))
        self._show_rules(self.composer.sheet)

    def _say_waiting(self, wanted: Wanted) -> None:
        count = self._desk.app.mail.waiting_count(wanted)
        if self.filters.active:
            whole = self._desk.app.mail.waiting_count()
            self.waiting_title.setText(say("Waiting · {0} of {1}").format(count, whole))
            self.nothing.setText(say("Nothing that waits is shown by this filter; ‘Show all’ takes it away."))
        else:
            self.waiting_title.setText(say("Waiting · {0}").format(count))
            self.nothing.setText(say("Nothing waits for an answer. A sync brings what is new."))

    def _drafted(self) -> frozenset[MessageId]:
        return self._desk.app.drafts.messages() | self.composer.written()

    def show_message(self, message: MessageId) -> None:
        """Opens a message, whether or not it is among those that wait."""
        row = self.model.row_of(message)
        self.messages.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())
        self._open(message)

    def new_mail(self) -> None:
        """Opens the new mail that was begun, or an empty one where that is saved."""
        if (sheet := self.composer.new) and sheet.saved:
            self.composer.begin_new()
            self.head.clear()
        self.head.offer(self._desk.app.accounts.all())
        job = replies.find_people(self._desk)
        job.done.connect(self.head.offer_people)
        self.messages.setCurrentIndex(QModelIndex())
        self._show_above(self.head)
        self._thread = ()
        self.composer.show_new(self.head.mail)
        self.head.to.setFocus()

    def show_draft(self, message: MessageId, notes: str, draft: Draft, zero_shot: str | None = None) -> None:
        self.show_message(message)
        self.composer.show_draft(notes, draft, zero_shot)

    def retint(self) -> None:
        self.reading.retint()
        self._show_rules(self.composer.sheet)

    def _found(self, wanted: str, limit: int, offset: int) -> Sequence[StoredMessage]:
        found = self._desk.app.mail.search(wanted, FOUND) if offset == 0 else ()
        return [one for one in found if not one.outgoing][:limit]

    def _step(self, by: int) -> None:
        place = self.messages.currentIndex().row() + by
        if 0 <= place < self.model.rowCount():
            self.messages.setCurrentIndex(self.model.index(place))

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self._open(self.model.id_of(current.row()))

    def _open(self, message: MessageId) -> None:
        self._show_above(self.reading)
        if self.composer.sheet is None or self.composer.sheet.message != message:
            self._thread = self._desk.app.mail.thread(message)
            self.reading.show_thread(self._thread)
            self.composer.show_message(message)

    def _show_rules(self, sheet: Sheet | None) -> None:
        applied = sheet.rules if sheet else ()
        out = sheet.left_out if sheet else frozenset()
        book = {rule.id: rule for rule in self._desk.app.rules.all()}
        if [chip.applied for chip in self.chips.chips] == list(applied):
            self.chips.refresh(book, out)
        else:
            self.chips.show_rules(applied, book, out)
        told = say("Write a draft, and the rules it follows stand here, each with where it comes from.")
        self.hint.setText(words.in_window(self._desk.app.learning.lacking()) if applied else told)
        self.hint.setVisible(bool(self.hint.text()))

    def _on_pin(self, applied: AppliedRule) -> None:
        book = {rule.id: rule for rule in self._desk.app.rules.all()}
        known = book.get(applied.rule) if applied.rule is not None else None
        if known is None:
            self._ask_scope(applied)
        elif known.state is RuleState.PINNED:
            rules.unpin_rule(self._desk, rule=RuleId(known.id))
        else:
            rules.pin_rule(self._desk, rule=known.id)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While it was hidden there was no height to share, and a draft may have come."""
        super().showEvent(event)
        if not self._has_room:
            QTimer.singleShot(0, self, lambda: self._make_room(self.composer.right.isVisible()))

    def _make_room(self, written: bool) -> None:
        """More than half for a draft; just the notes before there is one."""
        self._has_room = self.isVisible()  # if not, once it is
        if not self._has_room:
            return
        whole = sum(self.middle.sizes())
        mine = round(whole * 0.58) if written else self.composer.minimumSizeHint().height()
        self.middle.setSizes([whole - mine, mine])

    def _ask_scope(self, applied: AppliedRule) -> None:
        """The agent said this rule for one mail; only the user knows for whom it holds."""
        sender = self._other
        if sender is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, scope in (
            (say("Pin for everyone"), Scope()),
            (say("Pin for {0}").format(words.who(sender)), Scope(ScopeKind.PERSON, sender.email)),
            (say("Pin for all of {0}").format(sender.domain), Scope(ScopeKind.AUDIENCE, sender.domain)),
        ):
            act = menu.addAction(text)
            act.triggered.connect(
                lambda _checked=False, scope=scope: rules.pin_line(self._desk, applied=applied, scope=scope)
            )
        menu.popup(QCursor.pos())

    def _show_above(self, shown: QWidget) -> None:
        self.above.setCurrentWidget(shown)
        self.layout_action.setEnabled(shown is not self.head)
        self.layout_button.setVisible(shown is not self.head)
        self.layout_action.setChecked(shown is self.page)

    def _on_layout(self) -> None:
        sheet = self.composer.sheet
        if not self.layout_action.isChecked() or sheet is None or sheet.message is None:
            self._show_above(self.reading)
            return
        message = sheet.message
        job = replies.find_page(self._desk, message=message)
        job.done.connect(lambda html: self._on_page(message, html))
        job.failed.connect(lambda _error: self._show_above(self.reading))

    def _on_page(self, message: MessageId, html: str) -> None:
        sheet = self.composer.sheet
        if sheet is None or sheet.message != message:
            return
        self.page.show_page(html)
        self._show_above(self.page if html else self.reading)
        if not html:
            self._desk.told.emit(say("This message was written as plain text: there is no other layout."))

    @property
    def _other(self) -> Address | None:
        """Whom what is open is from, or for."""
        if self._thread:
            return self._thread[-1].mail.sender
        return self.head.mail.to if self.head.mail else None

    def _on_ahead(self) -> None:
        job = replies.set_drafts_ahead(self._desk, wanted=self.ahead_action.isChecked())
        job.done.connect(lambda _: self.ahead.wake())

    def _on_written_ahead(self, message: MessageId, draft: Draft) -> None:
        self.composer.take(message, draft)
        self.model.show_drafted(self._drafted())

    def _on_changed(self, what: Changed) -> None:
        if what & (Changed.MESSAGES | Changed.ACCOUNTS):
            self.reload()
        elif what & Changed.RULES:
            self._show_rules(self.composer.sheet)


def _column(title: QWidget, hint: QWidget, rest: QWidget) -> QWidget:
    """A side column with its title."""
    made = QWidget()
    made.setObjectName("side")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setMinimumWidth(220)
    column = QVBoxLayout(made)
    column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE, 0)
    column.setSpacing(SPACE + 2)
    hint.setMinimumWidth(SPACE)  # it wraps, in however little there is
    column.addWidget(title)
    column.addWidget(hint)
    column.addWidget(rest, 1)
    return made
