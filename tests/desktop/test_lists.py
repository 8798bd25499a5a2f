"""The lazy list of messages and the table of rules."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.domain import (
    AccountId,
    Address,
    MailKind,
    MessageId,
    ParsedMail,
    Rule,
    RuleId,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.store.messages import StoredMessage
from desktop.replies.message_list import PAGE, PAGES, WaitingModel, message_list
from desktop.rules.model import SENTENCE, SUPPORT, RulesFilter, RulesModel

COUNT = 100_000


def stored(number: int) -> StoredMessage:
    mail = ParsedMail(
        message_id=f"<{number}@test.example>",
        in_reply_to="",
        references=(),
        date=datetime(2026, 3, 1, tzinfo=UTC) - timedelta(minutes=number),
        subject=f"Subject {number}",
        sender=Address("Ann Berg", "ann@test.example"),
        to=(),
        cc=(),
        kind=MailKind.REPLY,
        text="Could you have a look?",
        signature="",
        quoted="",
        hidden=False,
    )
    return StoredMessage(MessageId(number), AccountId(1), "INBOX", number, mail, False, False, False)


def rule(number: int, sentence: str, state: RuleState = RuleState.ACTIVE, support: int = 0) -> Rule:
    scope = Scope(ScopeKind.AUDIENCE, "test.example")
    return Rule(RuleId(number), "greeting", "", sentence, scope, RuleOrigin.LEARNED, state, support)


class Mailbox:
    """Many messages that are made when they are asked for, and a count of how many were."""

    def __init__(self) -> None:
        self.made = 0

    def fetch(self, limit: int, offset: int) -> list[StoredMessage]:
        numbers = range(offset, min(offset + limit, COUNT))
        self.made += len(numbers)
        return [stored(number) for number in numbers]


def test_only_what_is_near_the_view_is_read(qtbot: QtBot) -> None:
    mailbox = Mailbox()
    model = WaitingModel(mailbox.fetch)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    view = message_list(model, None)
    qtbot.addWidget(view)
    view.resize(300, 600)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: model.rowCount() >= PAGE)
    assert mailbox.made <= 3 * PAGE
    before = model.rowCount()
    view.scrollToBottom()
    qtbot.waitUntil(lambda: model.rowCount() > before)
    assert mailbox.made <= 5 * PAGE
    shown = model.index(7).data(Qt.ItemDataRole.AccessibleTextRole)
    assert shown == "Ann Berg: Subject 7"


def test_reading_again_keeps_as_many_rows(qtbot: QtBot) -> None:
    model = WaitingModel(Mailbox().fetch)
    for _ in range(3):
        model.fetchMore(QModelIndex())
    model.reload()
    assert model.rowCount() == 3 * PAGE
    assert model.row_of(MessageId(250)) == 250
    assert model.row_of(MessageId(999)) == -1


def test_scrolling_through_all_holds_few_and_comes_back() -> None:
    mailbox = Mailbox()
    model = WaitingModel(mailbox.fetch)
    while model.rowCount() < 2 * PAGES * PAGE:
        model.fetchMore(QModelIndex())
    assert mailbox.made == 2 * PAGES * PAGE
    assert sum(len(page) for page in model._pages.values()) == PAGES * PAGE
    assert model.message(7).id == model.id_of(7) == MessageId(7)
    assert model.row_of(MessageId(3999)) == 3999
    model.reload()
    assert model.rowCount() == PAGES * PAGE


def test_a_row_that_has_gone_meanwhile_shows_nothing_until_the_list_is_read_again() -> None:
    held = [stored(number) for number in range(PAGE * (PAGES + 2))]
    model = WaitingModel(lambda limit, offset: held[offset : offset + limit])
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    del held[3:]
    assert model.index(2).data(Qt.ItemDataRole.DisplayRole) == "Ann Berg: Subject 2"
    assert model.index(3).data(Qt.ItemDataRole.DisplayRole) is None
    with pytest.raises(IndexError):
        model.message(3)
    model.reload()
    assert model.rowCount() == 3


@pytest.fixture
def table(qtbot: QtBot) -> RulesFilter:
    model = RulesModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    rules = [
        rule(1, "Say Hi", support=9),
        rule(2, "Say <b>Dear</b>", support=100),
        rule(3, "Old", RuleState.OFF),
    ]
    model.show_rules(rules)
    made = RulesFilter(model)
    model.setParent(made)
    return made


def test_rules_sort_by_number_and_are_found_by_words(table: RulesFilter) -> None:
    table.sort(SUPPORT, Qt.SortOrder.DescendingOrder)
    assert [table.index(row, SENTENCE).data() for row in range(3)] == ["Say <b>Dear</b>", "Say Hi", "Old"]
    table.setFilterFixedString("dear")
    assert table.rowCount() == 1
    table.setFilterFixedString("test.example")
    assert table.rowCount() == 3


def test_a_rule_that_is_off_looks_off_and_no_text_is_html(table: RulesFilter) -> None:
    off = table.index(2, SENTENCE)
    assert off.data(Qt.ItemDataRole.FontRole).strikeOut()
    assert "&lt;b&gt;" in table.index(1, SENTENCE).data(Qt.ItemDataRole.ToolTipRole)
