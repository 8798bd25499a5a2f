"""The rule book as a table: one row a rule, what each column says of it, and the search over it."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QStandardItem

from core.domain import OUT, Rule, RuleOrigin, RuleState
from core.preference.rulebook import has_ended
from desktop import words
from desktop.icon import icon
from desktop.parts import tip
from desktop.rows import RowsModel, cell
from desktop.theme import tones

Index = QModelIndex | QPersistentModelIndex
RULE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE, TRAIT, SCOPE, SUPPORT, STATE = range(5)


class RulesModel(RowsModel):
    def __init__(self) -> None:
        super().__init__(
            (words.say("Rule"), words.say("About"), words.say("For"), words.say("Mails"), words.say("State"))
        )

    def show_rules(self, rules: Sequence[Rule]) -> None:
        self.show_rows([_cells(rule) for rule in rules])


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


def _cells(rule: Rule) -> list[QStandardItem]:
    out, total = rule.state in OUT, rule.support_for + rule.support_against
    made = [
        cell(text, {RULE_ROLE: rule, SORT_ROLE: text})
        for text in (
            rule.sentence,
            words.trait(rule.trait),
            words.scope(rule.scope),
            words.say("{0} of {1}").format(rule.support_for, total) if total else "–",
            words.standing(rule),
        )
    ]
    made[SUPPORT].setData(rule.support_for, SORT_ROLE)
    for column, one in enumerate(made):
        if out or column != SENTENCE:
            one.setForeground(QColor(tones(QGuiApplication.palette()).muted))
        if column in (SENTENCE, SCOPE):
            one.setToolTip(tip(one.text()))
    if out:
        font = QFont()
        font.setStrikeOut(True)
        made[SENTENCE].setFont(font)
    if rule.state is RuleState.PINNED:
        made[STATE].setIcon(icon("pinned", "accent"))
    return made
