"""The rule book as a table: one row a rule, what each column says of it, and the search over it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication

from core.domain import OUT, Rule, RuleOrigin, RuleState
from core.preference.rulebook import has_ended
from desktop import words
from desktop.icon import icon
from desktop.parts import tip
from desktop.theme import tones

Index = QModelIndex | QPersistentModelIndex
RULE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE, TRAIT, SCOPE, SUPPORT, STATE = range(5)


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
        return 0 if parent.isValid() else 5

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (
            words.say("Rule"),
            words.say("About"),
            words.say("For"),
            words.say("Mails"),
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
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (SENTENCE, SCOPE):
            return tip(_cell(rule, index.column()))
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


class Show(StrEnum):
    """Which rules the table is narrowed to."""

    ALL = "all"
    IN_USE = "in use"
    OWN = "own"
    PINNED = "pinned"
    OUT = "out"


class RulesFilter(QSortFilterProxyModel):
    """Finds the words typed in any column, among the rules asked for."""

    def __init__(self, model: RulesModel) -> None:
        super().__init__()
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._show = Show.ALL

    def show_only(self, which: Show) -> None:
        self.beginFilterChange()
        self._show = which
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802
        rule: Rule = self.sourceModel().index(row, 0, parent).data(RULE_ROLE)
        return _is_among(rule, self._show) and super().filterAcceptsRow(row, parent)


def _is_among(rule: Rule, which: Show) -> bool:
    match which:
        case Show.IN_USE:
            return rule.state not in OUT and not has_ended(rule)
        case Show.OWN:
            return rule.origin is RuleOrigin.WRITTEN
        case Show.PINNED:
            return rule.state is RuleState.PINNED
        case Show.OUT:
            return rule.state in OUT or has_ended(rule)
        case _:
            return True


def _cell(rule: Rule, column: int) -> str:
    total = rule.support_for + rule.support_against
    return (
        rule.sentence,
        words.trait(rule.trait),
        words.scope(rule.scope),
        words.say("{0} of {1}").format(rule.support_for, total) if total else "–",
        words.standing(rule),
    )[column]
