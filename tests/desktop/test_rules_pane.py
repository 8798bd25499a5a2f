"""The rule book's screen: every change, taken back and done again, and what stands beside the table."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.domain import Draft, MessageId, Proposal, RuleId, RuleLine, RuleOrigin, RuleState, Scope, ScopeKind
from core.store.drafts import DraftRepository
from desktop.desk import Changed
from desktop.main_window import MainWindow
from desktop.operations import rules as operations
from desktop.replies.thread_view import ThreadView
from desktop.rules.dialog import RuleDialog
from desktop.rules.model import RULE_ROLE, Show
from desktop.rules.pane import RulesPane
from desktop.rules.proposals import SHOWN, Proposals

LEFT = Qt.MouseButton.LeftButton
KINDLY = "Never write the word “kindly”"


@pytest.fixture
def pane(window: MainWindow) -> RulesPane:
    window.show_rules.trigger()
    return window.rules


def changed(qtbot: QtBot, window: MainWindow, act: Callable[[], object]) -> None:
    with qtbot.waitSignal(window.desk.changed, check_params_cb=lambda what: bool(what & Changed.RULES)):
        act()


def keep(qtbot: QtBot, window: MainWindow, fill: Callable[[RuleDialog], object]) -> None:
    """Fills the dialog that is open, and keeps what it says."""
    dialog = window.rules.findChild(RuleDialog)
    assert isinstance(dialog, RuleDialog)
    fill(dialog)
    assert dialog.ok.isEnabled()
    changed(qtbot, window, lambda: QTest.mouseClick(dialog.ok, LEFT))
    qtbot.waitUntil(lambda: window.rules.findChild(RuleDialog) is None)


def texts(pane: RulesPane) -> str:
    return "\n".join(one.text() for one in pane.detail.findChildren(QLabel))


def add(
    qtbot: QtBot, window: MainWindow, sentence: str, trait: str = "other", scope: Scope | None = None
) -> None:
    changed(
        qtbot,
        window,
        lambda: operations.add_rule(window.desk, sentence=sentence, scope=scope or Scope(), trait=trait),
    )


def test_a_rule_is_added_moved_deleted_and_all_of_it_taken_back(
    qtbot: QtBot, window: MainWindow, pane: RulesPane
) -> None:
    app = window.desk.app
    before = app.rules.all()
    pane.add_action.trigger()
    keep(qtbot, window, lambda dialog: dialog.sentence.setText(KINDLY))
    [made] = [one for one in app.rules.all() if one.sentence == KINDLY]
    assert (made.origin, made.scope) == (RuleOrigin.WRITTEN, Scope())
    pane.show_rule(made.id)
    assert pane.selected is not None
    assert pane.selected.id == made.id
    assert pane.delete_action.isEnabled()

    pane.edit_action.trigger()

    def move(dialog: RuleDialog) -> None:
        dialog.whom.setCurrentIndex(dialog.whom.findData(ScopeKind.AUDIENCE))
        assert not dialog.ok.isEnabled()
        dialog.value.setText("@Firm.example")

    keep(qtbot, window, move)
    assert app.rules.get(made.id).scope == Scope(ScopeKind.AUDIENCE, "firm.example")

    changed(qtbot, window, pane.delete_action.trigger)
    assert made.id not in {one.id for one in app.rules.all()}
    for _ in range(3):
        changed(qtbot, window, pane.undo_action.trigger)
    assert app.rules.all() == before
    assert not pane.undo_action.isEnabled()
    for _ in range(2):
        changed(qtbot, window, pane.redo_action.trigger)
    assert app.rules.get(made.id).scope == Scope(ScopeKind.AUDIENCE, "firm.example")


def test_what_was_found_in_mail_is_not_deleted_but_switched_off(
    qtbot: QtBot, window: MainWindow, pane: RulesPane
) -> None:
    rule = pane.selected
    assert rule is not None
    assert rule.origin is RuleOrigin.MEASURED
    assert not pane.delete_action.isEnabled()
    window.rules.delete_action.setEnabled(True)  # what core says stands behind it
    pane.delete()
    qtbot.waitUntil(lambda: window._notice is not None)
    assert window._notice is not None
    assert "switch it off instead" in window._notice.text()
    window._notice.close()
    changed(qtbot, window, lambda: QTest.mouseClick(pane.off_button, LEFT))
    changed(qtbot, window, pane.undo_action.trigger)
    assert window.desk.app.rules.get(rule.id).state is RuleState.ACTIVE


def test_the_detail_says_what_bears_a_rule_out_and_opens_the_mails(qtbot: QtBot, pane: RulesPane) -> None:
    rule = pane.selected
    assert rule is not None
    told = texts(pane)
    assert rule.sentence in told
    assert f"{rule.support_for} mails for it, {rule.support_against} against" in told
    assert "Counted in your sent mail" in told
    qtbot.waitUntil(lambda: pane._reading is None)
    buttons = [one for one in pane.detail.findChildren(QPushButton) if one.objectName() == "row"]
    assert len(buttons) == min(6, len(rule.evidence))
    QTest.mouseClick(buttons[0], LEFT)
    dialog = pane.detail.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    reading = dialog.findChild(ThreadView)
    assert isinstance(reading, ThreadView)
    assert "You" in reading.toPlainText()
    dialog.close()


def test_search_and_filter_narrow_the_table(qtbot: QtBot, window: MainWindow, pane: RulesPane) -> None:
    whole = pane.filter.rowCount()
    add(qtbot, window, KINDLY)
    pane.which.setCurrentIndex(pane.which.findData(Show.OWN))
    assert pane.filter.rowCount() == 1
    pane.which.setCurrentIndex(pane.which.findData(Show.OUT))
    off = pane.filter.rowCount()
    pane.which.setCurrentIndex(pane.which.findData(Show.IN_USE))
    assert pane.filter.rowCount() == whole + 1 - off
    pane.which.setCurrentIndex(pane.which.findData(Show.ALL))
    QTest.keyClicks(pane.search, "kindly")
    assert pane.filter.rowCount() == 1


def test_a_conflict_is_shown_on_both_sides_and_settled_by_a_pin(
    qtbot: QtBot, window: MainWindow, pane: RulesPane
) -> None:
    scope = Scope(ScopeKind.AUDIENCE, "firm.example")
    add(qtbot, window, "Use semicolons.", "semicolons", scope)
    add(qtbot, window, "Do not use semicolons.", "semicolons", scope)
    [conflict] = [one for one in window.desk.app.rules.conflicts() if one.scope == scope]
    pane.show_rule(conflict.rules[0].id)
    qtbot.waitUntil(lambda: pane._reading is None)
    buttons = [one for one in pane.detail.findChildren(QPushButton) if one.text() == "This one"]
    assert len(buttons) == 2
    assert buttons[0].y() == buttons[1].y()  # side by side
    assert buttons[0].x() != buttons[1].x()
    [keep_it] = [one for one in buttons if one.accessibleName().endswith("Do not use semicolons.")]
    changed(qtbot, window, lambda: QTest.mouseClick(keep_it, LEFT))
    assert scope not in {one.scope for one in window.desk.app.rules.conflicts()}
    pinned = [one for one in window.desk.app.rules.all() if one.state is RuleState.PINNED]
    assert [one.sentence for one in pinned] == ["Do not use semicolons."]


def test_edits_that_come_back_are_proposed_above_the_table(qtbot: QtBot, window: MainWindow) -> None:
    app = window.desk.app
    waiting = app.mail.waiting(20)
    drafts = DraftRepository(app._database)
    for one in waiting[:8]:
        name = one.mail.sender.name
        text = f"Hi {name},\n\nI will look into it.\n\nBest regards,\nRou"
        drafts.add(one.id, "", Draft(text))
        app._mailbox.keep_edit(one.id, text.replace("Best regards,", "Salute,"), app.settings.now.exclude)
    found = app.rules.proposals()
    assert found
    pane = window.rules
    window.show_rules.trigger()
    qtbot.waitUntil(lambda: not pane.proposals.isHidden())
    [accept, *_] = [one for one in pane.proposals.findChildren(QPushButton) if one.text() == "Make it a rule"]
    changed(qtbot, window, lambda: QTest.mouseClick(accept, LEFT))
    assert found[0].line in {RuleLine(one.trait, one.sentence) for one in app.rules.all()}
    qtbot.waitUntil(lambda: len(app.rules.proposals()) == len(found) - 1)
    changed(qtbot, window, pane.undo_action.trigger)
    assert len(app.rules.proposals()) == len(found)


def test_proposals_show_a_few_at_a_time_and_hide_when_there_are_none(qtbot: QtBot) -> None:
    made = Proposals()
    qtbot.addWidget(made)
    line = RuleLine("sign_off", "Sign off with “Best,”.")
    many = [Proposal(n, "You changed it.", line, Scope(), (MessageId(1),)) for n in range(1, SHOWN + 3)]
    made.show_proposals(many)
    assert not made.isHidden()
    decline = [one for one in made.findChildren(QPushButton) if one.text() == "No"]
    assert len(decline) == SHOWN
    with qtbot.waitSignal(made.decline_asked, check_params_cb=lambda number: number == 2):
        QTest.mouseClick(decline[1], LEFT)
    made.show_proposals([])
    assert made.isHidden()


def choose(pane: RulesPane, rules: list[RuleId]) -> None:
    pane.table.clearSelection()
    for place in range(pane.filter.rowCount()):
        index = pane.filter.index(place, 0)
        if index.data(RULE_ROLE).id in rules:
            pane.table.selectionModel().select(
                index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            )


def test_rules_about_the_same_are_merged_and_the_merge_taken_back(
    qtbot: QtBot, window: MainWindow, pane: RulesPane
) -> None:
    people = [Scope(ScopeKind.PERSON, f"{name}@firm.example") for name in ("ann", "bob")]
    for scope in people:
        add(qtbot, window, f"No semicolons, {scope.value[:3]}.", "semicolons", scope)
    before = window.desk.app.rules.all()
    two = [one.id for one in before if one.scope in people]
    assert not pane.merge_action.isEnabled()
    choose(pane, [two[0], before[0].id])
    assert not pane.merge_action.isEnabled()
    assert "about different things" in texts(pane)
    choose(pane, two)
    assert pane.merge_button.isVisible()
    assert not pane.pin_action.isEnabled()
    pane.merge_action.trigger()

    def fill(dialog: RuleDialog) -> None:
        assert dialog.scope == Scope(ScopeKind.AUDIENCE, "firm.example")
        assert dialog.trait == "semicolons"
        dialog.sentence.setText("Use no semicolons.")

    keep(qtbot, window, fill)
    [made] = [one for one in window.desk.app.rules.all() if one not in before]
    assert made.sentence == "Use no semicolons."
    assert not {one.id for one in window.desk.app.rules.all()} & set(two)
    changed(qtbot, window, pane.undo_action.trigger)
    assert window.desk.app.rules.all() == before


def test_a_file_of_rules_is_taken_in_and_the_import_taken_back(
    qtbot: QtBot, window: MainWindow, pane: RulesPane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, before = tmp_path / "rules.toml", window.desk.app.rules.all()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    with qtbot.waitSignal(window.desk.told):
        pane.export_action.trigger()
    with file.open("a") as more:
        more.write(f'\n[[rule]]\nrule = "{KINDLY}"\nstate = "pinned"\n')
    changed(qtbot, window, pane.import_action.trigger)
    qtbot.waitUntil(lambda: window.told.text().startswith("New: 1 rules; changed: 0"))
    assert [one.sentence for one in window.desk.app.rules.all() if one not in before] == [KINDLY]
    changed(qtbot, window, pane.undo_action.trigger)
    assert window.desk.app.rules.all() == before
    file.write_text('[[rule]]\nrule = "a"\nfor = "b c"\n')
    pane.import_action.trigger()
    qtbot.waitUntil(lambda: window._notice is not None)
    assert window._notice is not None
    assert window._notice.text().startswith("Line 3 of the file: 'for' is everyone")
    window._notice.close()
    assert window.desk.app.rules.all() == before


def test_the_detail_shows_how_a_rule_fared_over_time(qtbot: QtBot, pane: RulesPane) -> None:
    qtbot.waitUntil(pane.detail.trend.isVisible)
    rule, bars = pane.selected, pane.detail.trend.bars
    assert rule is not None
    assert sum(one.kept for one in bars.periods) == rule.support_for
    assert f" of {bars.periods[-1].mails} mails" in bars.accessibleDescription()
