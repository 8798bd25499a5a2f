"""The style rules: everything Longhand holds to be the user's style, to search, pin, change,
switch off, and add to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain import OUT, Rule, RuleState, Scope
from desktop.desk import Changed, Desk
from desktop.operations import rules as operations
from desktop.parts import button, label
from desktop.rules_model import RULE_ROLE, SENTENCE, SUPPORT, RulesFilter, RulesModel
from desktop.theme import SPACE
from desktop.words import say


class RulesPane(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.model = RulesModel()
        self.filter = RulesFilter(self.model)
        self._make_table()
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Search the rules"))
        self.search.setAccessibleName(say("Search the rules"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(self.filter.setFilterFixedString)
        self.pin_button = button(say("Pin"), self.pin, symbol="pin", shortcut="Ctrl+P")
        self.off_button = button(say("Switch off"), self.switch, symbol="off", shortcut="Ctrl+Backspace")
        self.edit_button = button(say("Change …"), self.edit, symbol="write", shortcut="Ctrl+E")
        self.add_button = button(say("Add a rule …"), self.add, symbol="add", shortcut="Ctrl+N", primary=True)
        nothing = say("No rules yet. A sync counts them from your sent mail; Learn finds the rest.")
        self.nothing = label(nothing, role="note")
        self._lay_out()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)
        desk.changed.connect(self._on_changed)
        self.reload()

    def _make_table(self) -> None:
        self.table = QTableView()
        self.table.setModel(self.filter)
        self.table.setAccessibleName(say("Style rules"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(SUPPORT, Qt.SortOrder.DescendingOrder)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.table.fontMetrics().lineSpacing() + SPACE * 2)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(50)  # rows looked at: a long rule book must not cost more
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SENTENCE, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.table.doubleClicked.connect(lambda _index: self.edit())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        for one in (self.pin_button, self.off_button, self.edit_button, self.add_button):
            row.addWidget(one)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(label(say("Style rules"), size=1.45, bold=True))
        about = say(
            "What Longhand holds to be your style. A pinned rule always applies; one that is off stays off."
        )
        whole.addWidget(label(about, role="muted"))
        whole.addLayout(row)
        whole.addWidget(self.nothing)
        whole.addWidget(self.table, 1)

    @property
    def selected(self) -> Rule | None:
        rows = self.table.selectionModel().selectedRows()
        return rows[0].data(RULE_ROLE) if rows else None

    def reload(self) -> None:
        """Reads the rule book again and keeps the row that was selected."""
        before = self.selected
        self.model.show_rules(self._desk.app.rules())
        for row in range(self.filter.rowCount()):
            if before is not None and self.filter.index(row, 0).data(RULE_ROLE).id == before.id:
                self.table.selectRow(row)
        self._refresh()

    def pin(self) -> None:
        rule = self.selected
        if rule is not None:
            act = operations.unpin_rule if rule.state is RuleState.PINNED else operations.pin_rule
            act(self._desk, rule=rule.id)

    def switch(self) -> None:
        rule = self.selected
        if rule is not None:
            act = operations.switch_on if rule.state in OUT else operations.switch_off
            act(self._desk, rule=rule.id)

    def edit(self) -> None:
        rule = self.selected
        if rule is not None:
            sentence = self._ask(say("Change a rule"), rule.sentence)
            if sentence and sentence != rule.sentence:
                operations.edit_rule(self._desk, rule=rule.id, sentence=sentence)

    def add(self) -> None:
        sentence = self._ask(say("Add a rule"), "")
        if sentence:
            operations.add_rule(self._desk, sentence=sentence, scope=Scope())

    def _ask(self, title: str, text: str) -> str:
        told = say("In your own words, for example: never write the word “kindly”")
        answer, agreed = QInputDialog.getText(self, title, told, QLineEdit.EchoMode.Normal, text)
        return answer.strip() if agreed else ""

    def _on_changed(self, what: Changed) -> None:
        if what & (Changed.RULES | Changed.MESSAGES):
            self.reload()

    def _refresh(self) -> None:
        rule = self.selected
        for one in (self.pin_button, self.off_button, self.edit_button):
            one.setEnabled(rule is not None)
        pinned = rule is not None and rule.state is RuleState.PINNED
        off = rule is not None and rule.state in OUT
        self.pin_button.setText(say("Unpin") if pinned else say("Pin"))
        self.off_button.setText(say("Switch on") if off else say("Switch off"))
        self.nothing.setVisible(self.model.rowCount() == 0)
