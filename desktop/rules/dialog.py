"""A rule in the user's own words: what it asks, what it is about, and for whom it holds."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from core.domain import Rule, Scope, ScopeKind
from core.preference.rule_changes import common_scope
from core.traits import OTHER, TRAITS
from desktop import words
from desktop.parts import label
from desktop.scrolled import fit_on_screen, scrolled_form
from desktop.theme import SPACE
from desktop.words import say


class RuleDialog(QDialog):
    """For a new rule, for a change of `rule`, whose trait stays, or for the one that `merged` are made."""

    def __init__(self, parent: QWidget, rule: Rule | None = None, merged: Sequence[Rule] = ()) -> None:
        super().__init__(parent)
        if merged:
            rule = replace(max(merged, key=lambda one: one.support_for), scope=common_scope(merged))
        self._merged = tuple(merged)
        self.setWindowTitle(
            say("Merge rules") if merged else say("Change a rule") if rule else say("Add a rule")
        )
        self.setMinimumWidth(480)
        self.sentence = QLineEdit(rule.sentence if rule else "")
        self.sentence.setPlaceholderText(say("Never write the word “kindly”"))
        self.about = QComboBox()
        self.about.addItem(say("Anything"), OTHER)
        for trait in TRAITS:
            self.about.addItem(words.trait(trait.name), trait.name)
        self.whom = QComboBox()
        self.whom.addItem(say("Everyone"), ScopeKind.EVERYONE)
        self.whom.addItem(say("One person"), ScopeKind.PERSON)
        self.whom.addItem(say("Everybody of a domain"), ScopeKind.AUDIENCE)
        self.whom.addItem(say("One kind of mail"), ScopeKind.KIND)
        self.value = QLineEdit()
        if rule:
            self.about.setCurrentIndex(self.about.findData(rule.trait))
            self.about.setEnabled(False)
            self._show_scope(rule.scope)
        self._lay_out()
        self.sentence.textChanged.connect(self._check)
        self.value.textChanged.connect(self._check)
        self.whom.currentIndexChanged.connect(self._check)
        self._check()

    @property
    def scope(self) -> Scope:
        kind = ScopeKind(self.whom.currentData())
        value = self.value.text().strip().lower().removeprefix("@")
        return Scope() if kind is ScopeKind.EVERYONE else Scope(kind, value)

    @property
    def trait(self) -> str:
        return str(self.about.currentData())

    def _show_scope(self, scope: Scope) -> None:
        if self.whom.findData(scope.kind) < 0:
            self.whom.addItem(words.scope(scope), scope.kind)
        self.whom.setCurrentIndex(self.whom.findData(scope.kind))
        self.value.setText(scope.value)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE + 2)
        for text, field in (
            (say("&Rule"), self.sentence),
            (say("A&bout"), self.about),
            (say("&For"), self.whom),
            (say("&Who"), self.value),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
            field.setMinimumHeight(SPACE * 4)
        self.form = form
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(say("Keep"))
        self.ok.setObjectName("primary")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = scrolled_form(self, buttons)
        told = say(
            "One line about how you write, never about facts. It is yours: it wins over what was found."
        )
        whole.addWidget(label(told, role="muted"))
        if self._merged:
            whole.addWidget(label("\n".join(f"– {one.sentence}" for one in self._merged), role="note"))
        whole.addLayout(form)

    def _check(self) -> None:
        kind = ScopeKind(self.whom.currentData())
        everyone = kind is ScopeKind.EVERYONE
        self.form.setRowVisible(self.value, not everyone)
        if self.isVisible():
            fit_on_screen(self)  # the row that came wants room
        self.value.setPlaceholderText(
            {
                ScopeKind.PERSON: "ann@firm.example",
                ScopeKind.AUDIENCE: "firm.example",
                ScopeKind.KIND: say("request, refusal, thanks …"),
            }.get(kind, "")
        )
        fits = everyone or bool(self.value.text().strip())
        if kind is ScopeKind.PERSON:
            fits = "@" in self.value.text()
        self.ok.setEnabled(bool(self.sentence.text().strip()) and fits)
