"""The rule book as a table: one row a rule, what each column says of it, and the search over it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication

from core.domain import OUT, Rule, RuleState
from desktop import words
from desktop.icon import icon
from desktop.parts import tip
from desktop.theme import tones

Index = QModelIndex | QPersistentModelIndex
RULE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE, TRAIT, SCOPE, SUPPORT, ORIGIN, STATE = range(6)


class RulesModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._rules: list[Rule] = []

    def show_rules(self, rules: Sequence[Rule]) -> None:
        self.beginResetModel()
        self._rules = list(rules)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._rules)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 6

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (
            words.say("Rule"),
            words.say("About"),
            words.say("For"),
            words.say("Mails that bear it out"),
            words.say("From"),
            words.say("State"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        rule = self._rules[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(rule, index.column())
        if role == SORT_ROLE:
            return rule.support_for if index.column() == SUPPORT else _cell(rule, index.column())
        if role == RULE_ROLE:
            return rule
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == SENTENCE:
            return tip(rule.sentence)
        return self._look(rule, index.column(), role)

    @staticmethod
    def _look(rule: Rule, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.ForegroundRole and (rule.state in OUT or column != SENTENCE):
            return QColor(tones(QGuiApplication.palette()).muted)
        if role == Qt.ItemDataRole.FontRole and rule.state in OUT and column == SENTENCE:
            font = QFont()
            font.setStrikeOut(True)
            return font
        if role == Qt.ItemDataRole.DecorationRole and column == STATE and rule.state is RuleState.PINNED:
            return icon("pinned", "accent")
        return None


class RulesFilter(QSortFilterProxyModel):
    """Finds the words typed in any column."""

    def __init__(self, model: RulesModel) -> None:
        super().__init__()
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)


def _cell(rule: Rule, column: int) -> str:
    total = rule.support_for + rule.support_against
    return (
        rule.sentence,
        words.trait(rule.trait),
        words.scope(rule.scope),
        words.say("{0} of {1}").format(rule.support_for, total) if total else "–",
        words.origin(rule.origin),
        words.state(rule.state),
    )[column]
