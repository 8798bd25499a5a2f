"""The style rules: everything Longhand holds to be the user's style, to search, pin, change, switch off,
and add to, with each rule's reasons beside the table."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QSplitter

from core.domain import OUT, Rule, RuleId, RuleOrigin, RuleState
from desktop.desk import Changed, Desk
from desktop.jobs import Job, Lane
from desktop.operations import rules as operations
from desktop.parts import ActionButton, command, label, page, quiet_button, row, separator
from desktop.rules.detail import RuleDetail
from desktop.rules.dialog import RuleDialog
from desktop.rules.model import RULE_ROLE, SCOPE, SENTENCE, SUPPORT, TRAIT, RulesFilter, RulesModel, Show
from desktop.rules.proposals import Proposals
from desktop.screen import Screen
from desktop.table import Table
from desktop.theme import SPACE
from desktop.words import say

FILE_NAME = "style-rules.toml"


class RulesPane(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.RULES | Changed.MESSAGES | Changed.PROPOSALS)
        self.model = RulesModel()
        self.filter = RulesFilter(self.model)
        self._reading: Job | None = None
        self._make_table()
        self._make_search()
        self._make_commands()
        self.detail = RuleDetail()
        self.detail.settle_asked.connect(self._on_settle)
        self.proposals = Proposals()
        self.proposals.accept_asked.connect(lambda number: operations.accept_proposal(desk, number=number))
        self.proposals.decline_asked.connect(lambda number: operations.decline_proposal(desk, number=number))
        nothing = say("No rules yet. A sync counts them from your sent mail; Learn finds the rest.")
        self.nothing = label(nothing, role="note")
        self._lay_out()
        self._refresh()

    def _make_table(self) -> None:
        self.table = Table(self.filter, say("Style rules"), SENTENCE, {TRAIT: 14, SCOPE: 17})
        self.table.setSelectionMode(Table.SelectionMode.ExtendedSelection)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(SUPPORT, Qt.SortOrder.DescendingOrder)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.table.doubleClicked.connect(lambda _index: self.edit())

    def _make_search(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Search the rules"))
        self.search.setAccessibleName(say("Search the rules"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(200)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self.filter.setFilterFixedString)
        self.which = QComboBox()
        self.which.setMinimumHeight(SPACE * 4)
        self.which.setAccessibleName(say("Which rules to show"))
        for which, text in (
            (Show.ALL, say("All rules")),
            (Show.IN_USE, say("In use")),
            (Show.PINNED, say("Pinned")),
            (Show.OWN, say("In your own words")),
            (Show.OUT, say("Off or ended")),
        ):
            self.which.addItem(text, which)
        self.which.currentIndexChanged.connect(lambda: self.filter.show_only(self.which.currentData()))

    def _make_commands(self) -> None:
        self.add_action = command(
            self, say("Add a rule …"), self.add, symbol="add", shortcut="Ctrl+N",
            hint=say("Add a rule in your own words"),
        )  # fmt: skip
        separator(self)
        self.pin_action = command(
            self, say("Pin"), self.pin, symbol="pin", shortcut="Ctrl+P",
            hint=say("A pinned rule always applies, and wins over others"),
        )  # fmt: skip
        self.edit_action = command(
            self, say("Change …"), self.edit, symbol="write", shortcut="Ctrl+E",
            hint=say("Put the rule in other words, or let it hold for others"),
        )  # fmt: skip
        self.off_action = command(
            self, say("Switch off"), self.switch, symbol="off", shortcut="Ctrl+Backspace",
            hint=say("A rule that is off stays off, also when it is found again"),
        )  # fmt: skip
        self.delete_action = command(
            self, say("Delete"), self.delete, symbol="delete", shortcut="Ctrl+Delete",
            hint=say("Delete a rule of your own; one that was found would come back, so switch it off"),
        )  # fmt: skip
        self.merge_action = command(
            self, say("Merge …"), self.merge, symbol="merge", shortcut="Ctrl+M",
            hint=say("Make one rule of several about the same; choose them with Ctrl or Shift"),
        )  # fmt: skip
        separator(self)
        self.export_action = command(
            self, say("Export …"), self.export, symbol="export", shortcut="Ctrl+Shift+E",
            hint=say("Write the rules into a file to read, to change, and to take elsewhere"),
        )  # fmt: skip
        self.import_action = command(
            self, say("Import rules …"), self.bring, symbol="import", shortcut="Ctrl+Shift+O",
            hint=say("Take in a file of rules; Undo takes it back"),
        )  # fmt: skip
        separator(self)
        changes = self._desk.rule_changes
        self.undo_action = command(
            self, say("Undo"), changes.undo, symbol="undo", shortcut=QKeySequence.StandardKey.Undo
        )
        self.redo_action = command(
            self, say("Redo"), changes.redo, symbol="redo", shortcut=QKeySequence.StandardKey.Redo
        )
        changes.indexChanged.connect(lambda _index: self._refresh_undo())
        separator(self)
        command(
            self, say("Search"), self.search.setFocus, symbol="find", shortcut=QKeySequence.StandardKey.Find
        )

    def _lay_out(self) -> None:
        self.pin_button, self.edit_button, self.off_button, self.delete_button = (
            ActionButton(one)
            for one in (self.pin_action, self.edit_action, self.off_action, self.delete_action)
        )
        self.undo_button = quiet_button("undo", self.undo_action.toolTip(), self.undo_action.trigger)
        about = say(
            "What Longhand holds to be your style. A pinned rule always applies; one that is off stays off."
        )
        whole = page(self, say("Style rules"), about)
        whole.addWidget(self.proposals)
        self.merge_button = ActionButton(self.merge_action)
        line = row(
            self.search,
            self.which,
            1,
            self.merge_button,
            self.pin_button,
            self.edit_button,
            self.off_button,
            self.delete_button,
            self.undo_button,
            ActionButton(self.add_action, primary=True),
        )
        line.setStretch(0, 1)
        whole.addLayout(line)
        whole.addWidget(self.nothing)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.addWidget(self.table)
        self.parts.addWidget(self.detail)
        self.parts.setStretchFactor(0, 1)
        self.parts.setSizes([760, 330])
        self.parts.setObjectName("open")
        self.parts.setHandleWidth(SPACE)
        self.parts.setChildrenCollapsible(False)
        whole.addWidget(self.parts, 1)

    @property
    def selected(self) -> Rule | None:
        """The rule that is chosen, where it is just one."""
        chosen = self.chosen
        return chosen[0] if len(chosen) == 1 else None

    @property
    def chosen(self) -> list[Rule]:
        return [one.data(RULE_ROLE) for one in self.table.selectionModel().selectedRows()]

    def reload(self) -> None:
        """Reads the rule book again and keeps the row that was selected."""
        before = self.selected
        self.model.show_rules(self._desk.app.rules.all())
        if not self._select(before.id if before else None):
            self._refresh()
        job = self._desk.run(say("Reading your edits"), Lane.LOOK, lambda _: self._desk.app.rules.proposals())
        job.done.connect(self.proposals.show_proposals)

    def retint(self) -> None:
        if self.model.rowCount():
            self.reload()

    def show_rule(self, rule: RuleId) -> None:
        """Selects a rule, whatever was searched for."""
        self.search.clear()
        self.which.setCurrentIndex(0)
        self._select(rule)

    def _select(self, rule: RuleId | None) -> bool:
        """Of a table that was filled anew: whether there is a row to select, which is then shown."""
        for place in range(self.filter.rowCount()):
            if self.filter.index(place, 0).data(RULE_ROLE).id == rule:
                self.table.selectRow(place)
                self.table.scrollTo(self.filter.index(place, 0))
                return True
        if self.filter.rowCount():
            self.table.selectRow(0)
            return True
        return False

    # What the user does

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

    def delete(self) -> None:
        rule = self.selected
        if rule is not None:
            operations.delete_rule(self._desk, rule=rule.id)

    def edit(self) -> None:
        rule = self.selected
        if rule is None:
            return
        dialog = RuleDialog(self, rule)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._on_edited(rule, dialog))
        dialog.open()

    def add(self) -> None:
        dialog = RuleDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(
            lambda: operations.add_rule(
                self._desk, sentence=dialog.sentence.text().strip(), scope=dialog.scope, trait=dialog.trait
            )
        )
        dialog.open()

    def merge(self) -> None:
        chosen = self.chosen
        dialog = RuleDialog(self, merged=chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(
            lambda: operations.merge_rules(
                self._desk,
                rules=[one.id for one in chosen],
                sentence=dialog.sentence.text().strip(),
                scope=dialog.scope,
            )
        )
        dialog.open()

    def export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, say("Export the rules"), FILE_NAME, say("Rules (*.toml)"))
        if path:
            operations.export_rules(self._desk, path=Path(path))

    def bring(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("Import rules"), "", say("Rules (*.toml)"))
        if path:
            operations.import_rules(self._desk, path=Path(path))

    def _on_edited(self, rule: Rule, dialog: RuleDialog) -> None:
        sentence, scope = dialog.sentence.text().strip(), dialog.scope
        if (sentence, scope) != (rule.sentence, rule.scope):
            operations.edit_rule(self._desk, rule=rule.id, sentence=sentence, scope=scope)

    def _on_settle(self, rule: Rule) -> None:
        if rule.state is not RuleState.PINNED:
            operations.pin_rule(self._desk, rule=rule.id)

    def _refresh(self) -> None:
        rule, several = self.selected, self._mergeable()
        self.merge_action.setEnabled(several)
        self.merge_button.setVisible(several)
        self.export_action.setEnabled(self.model.rowCount() > 0)
        for one in (self.pin_action, self.off_action, self.edit_action):
            one.setEnabled(rule is not None)
        self.delete_action.setEnabled(rule is not None and rule.origin is RuleOrigin.WRITTEN)
        pinned = rule is not None and rule.state is RuleState.PINNED
        off = rule is not None and rule.state in OUT
        self.pin_action.setText(say("Unpin") if pinned else say("Pin"))
        self.off_action.setText(say("Switch on") if off else say("Switch off"))
        self.nothing.setVisible(self.model.rowCount() == 0)
        self.parts.setVisible(self.model.rowCount() > 0)
        self._refresh_undo()
        self._show_detail(rule)

    def _refresh_undo(self) -> None:
        self.undo_action.setEnabled(self._desk.rule_changes.canUndo())
        self.undo_button.setEnabled(self.undo_action.isEnabled())
        self.redo_action.setEnabled(self._desk.rule_changes.canRedo())

    def _mergeable(self) -> bool:
        chosen = self.chosen
        return len(chosen) > 1 and len({one.trait for one in chosen}) == 1

    def _show_detail(self, rule: Rule | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if rule is None and (chosen := self.chosen):
            self.detail.show_several(len(chosen), self._mergeable())
            return
        if rule is None:
            self.detail.show_nothing()
            return
        self.detail.show_rule(rule)
        self._reading = job = operations.read_reasons(self._desk, rule=rule.id)
        job.done.connect(lambda reasons: self._on_reasons(job, reasons))

    def _on_reasons(self, job: Job, reasons: operations.Reasons) -> None:
        if job is self._reading:  # no other rule was chosen meanwhile
            self._reading = None
            self.detail.show_reasons(reasons)
