"""The window at work, over the real core, the sample mailbox and the embedded models."""

import subprocess
import sys
import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.domain import Draft, RuleState, ScopeKind
from core.drafting.wishes import SOURCE
from desktop.job_bar import JobRow
from desktop.jobs import Lane
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.operations.replies import Written, heed
from desktop.replies.composer import Sheet
from desktop.rules.model import RULE_ROLE
from desktop.rules.undo import RuleEdit

WRITING_MS = 60_000  # generous: a small machine that also trains
LEFT = Qt.MouseButton.LeftButton


def written(qtbot: QtBot, window: MainWindow, notes: str = "yes, Thursday at 3 pm") -> Sheet:
    """Writes a draft for the message that is open, by the button."""
    composer = window.replies.composer
    composer.notes.setPlainText(notes)
    assert composer.sheet is not None
    sheet = composer.sheet
    QTest.mouseClick(composer.write_button, LEFT)
    qtbot.waitUntil(lambda: sheet.job is None, timeout=WRITING_MS)
    assert sheet.draft is not None
    return sheet


def test_a_new_profile_offers_the_sample_first_and_opens_it(qtbot: QtBot, empty_window: MainWindow) -> None:
    assert empty_window.screens.currentWidget() is empty_window.empty
    buttons = empty_window.empty.findChildren(QPushButton)
    assert buttons[0].text() == "Try it with a sample mailbox"
    assert [one.objectName() == "primary" for one in buttons] == [True, False, False]
    assert not empty_window.learn_action.isEnabled()
    QTest.mouseClick(buttons[0], LEFT)
    assert empty_window.job_bar.isVisible()
    qtbot.waitUntil(lambda: not empty_window.desk.jobs.running, timeout=120_000)
    assert empty_window.screens.currentWidget() is empty_window.replies
    assert empty_window.replies.model.rowCount() == 10
    assert empty_window.learn_action.isEnabled()
    assert not empty_window.job_bar.isVisible()


def test_a_draft_is_written_beside_the_rules_it_followed(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    message = pane.model.message(0).mail
    assert message.subject in pane.reading.toPlainText()
    assert message.text.split("\n")[0] in pane.reading.toPlainText()
    sheet = written(qtbot, window)
    assert sheet.draft is not None
    assert pane.composer.draft.toPlainText() == sheet.draft.text
    assert tuple(chip.applied for chip in pane.chips.chips) == sheet.draft.rules
    assert len(pane.chips.chips) > 0
    assert pane.composer.draft.findings == sheet.draft.findings
    assert not pane.composer.draft.isReadOnly()


def test_a_rule_left_out_is_gone_from_the_next_draft_and_can_come_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    pane = window.replies
    first = written(qtbot, window)
    chip = pane.chips.chips[0]
    trait = chip.applied.line.trait
    QTest.mouseClick(chip.leave_button, LEFT)
    assert pane.composer.again_button.text() == "Again without it"
    QTest.mouseClick(pane.composer.again_button, LEFT)
    qtbot.waitUntil(lambda: first.job is None, timeout=WRITING_MS)
    assert first.draft is not None
    assert trait not in {one.line.trait for one in first.draft.rules}
    still = next(one for one in pane.chips.chips if one.applied.line.trait == trait)
    assert still.leave_button.accessibleName() == "Use it here again"
    QTest.mouseClick(still.leave_button, LEFT)
    assert first.left_out == frozenset()


def test_shorter_holds_for_this_draft_alone_until_it_is_left_out(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    sheet = written(qtbot, window)
    pane.composer.wish_actions[0].trigger()
    qtbot.waitUntil(lambda: sheet.job is None, timeout=WRITING_MS)
    assert sheet.draft is not None
    [asked] = [one for one in sheet.draft.rules if one.line.trait == "length"]
    assert asked.source == SOURCE
    pane.composer.wish_actions[1].trigger()  # longer takes its place
    qtbot.waitUntil(lambda: sheet.job is None, timeout=WRITING_MS)
    [longer] = sheet.wished
    assert longer.trait == "length"
    assert longer != asked.line
    [chip] = [one for one in pane.chips.chips if one.applied.source == SOURCE]
    QTest.mouseClick(chip.leave_button, LEFT)
    assert sheet.wished == ()


def test_a_chip_opens_its_rule_with_the_evidence(qtbot: QtBot, window: MainWindow) -> None:
    written(qtbot, window)
    chip = next(one for one in window.replies.chips.chips if one.applied.rule is not None)
    QTest.mouseClick(chip.open_button, LEFT)
    assert window.screens.currentWidget() is window.rules
    assert window.rules.selected is not None
    assert window.rules.selected.id == chip.applied.rule


def test_what_longhand_notes_about_a_rule_is_told_and_can_be_taken_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    app = window.desk.app
    before = app.rules.all()
    rule = next(one for one in before if one.trait == "exclamation")
    told = f"The writer did not follow rule {rule.id}."
    composer = window.replies.composer
    assert composer.sheet is not None
    app.rules.edit(rule.id, "Above all: do not exclaim.")
    written = Written(Draft("Hi!"), (told,), RuleEdit.between(before, app.rules.all()))
    heed(window.desk, written)
    composer.sheet.job = None
    composer._on_written(composer.sheet, written)
    composer._refresh()
    assert composer.noted.text() == told
    assert composer.noted.isVisible()
    with qtbot.waitSignal(window.desk.changed):
        window.desk.rule_changes.undo()
    assert app.rules.all() == before


def test_a_search_finds_received_mail_and_an_empty_one_shows_what_waits(
    qtbot: QtBot, window: MainWindow
) -> None:
    pane = window.replies
    waiting = pane.model.rowCount()
    subject = pane.model.message(3).mail.subject
    QTest.keyClicks(pane.search, subject)
    qtbot.waitUntil(lambda: pane.waiting_title.text().startswith("Found"))
    assert subject in {pane.model.message(row).mail.subject for row in range(pane.model.rowCount())}
    pane.search.setText("zzqx")
    qtbot.waitUntil(lambda: pane.model.rowCount() == 0)
    assert pane.nothing.isVisible()
    pane.search.clear()
    qtbot.waitUntil(lambda: pane.model.rowCount() == waiting)


def test_every_screen_has_its_menu_and_only_its_own(window: MainWindow) -> None:
    for action, screen in (
        (window.show_rules, window.rules),
        (window.show_learning, window.learning),
        (window.show_models, window.models),
        (window.show_accounts, window.accounts),
        (window.show_privacy, window.privacy),
        (window.show_appearance, window.appearance),
        (window.show_about, window.about),
        (window.show_replies, window.replies),
    ):
        action.trigger()
        assert window.screens.currentWidget() is screen
        assert action.isChecked()
        shown = [own for own, menu in window._menus.items() if menu.menuAction().isVisible()]
        assert shown == [screen]
        could = [one for one in (*screen.actions(), *window.actions()) if one.isVisible()]
        keys = [one.shortcut().toString() for one in could if one.shortcut().toString()]
        assert sorted(keys) == sorted(set(keys))
        assert all(one.isSeparator() or one.toolTip() for one in screen.actions())


def test_zero_shot_stands_beside_guided_on_demand(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.replies.composer
    sheet = written(qtbot, window)
    assert not composer.left.isVisible()
    QTest.mouseClick(composer.compare_button, LEFT)
    qtbot.waitUntil(lambda: sheet.job is None, timeout=WRITING_MS)
    assert composer.left.isVisible()
    assert sheet.zero_shot is not None
    assert composer.plain.toPlainText() == sheet.zero_shot
    QTest.mouseClick(composer.compare_button, LEFT)
    assert not composer.left.isVisible()


def test_another_message_loses_nothing(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    written(qtbot, window)
    pane.composer.draft.setPlainText("my own words")
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText() == ""
    assert pane.composer.notes.toPlainText() == ""
    pane.messages.setCurrentIndex(pane.model.index(0))
    assert pane.composer.draft.toPlainText() == "my own words"
    assert pane.composer.notes.toPlainText() == "yes, Thursday at 3 pm"


def test_stop_keeps_what_is_there_and_is_no_failure(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.replies.composer
    sheet = composer.sheet
    assert sheet is not None
    QTest.mouseClick(composer.write_button, LEFT)
    QTest.mouseClick(composer.stop_button, LEFT)
    qtbot.waitUntil(lambda: sheet.job is None, timeout=5000)
    assert composer.status.text() == "Stopped"
    assert window.findChild(QMessageBox) is None
    assert composer.notes.isEnabled()


def test_copy_and_save_to_drafts(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.replies.composer
    resumed = mail.resume_sample(window.desk)
    assert resumed is not None
    with qtbot.waitSignal(resumed.done, timeout=60_000):
        pass
    written(qtbot, window)
    QTest.mouseClick(composer.copy_button, LEFT)
    assert QApplication.clipboard().text() == composer.draft.toPlainText()
    QTest.mouseClick(composer.save_button, LEFT)
    qtbot.waitUntil(lambda: composer.status.text() == "Saved to Drafts", timeout=20_000)


def test_a_server_that_is_away_is_one_sentence(qtbot: QtBot, window: MainWindow) -> None:
    window.sync_action.trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None, timeout=60_000)
    box = window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "\n" not in box.text()
    assert box.text().endswith(".")
    box.close()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)


def test_a_rule_is_pinned_and_switched_off_in_the_pane(qtbot: QtBot, window: MainWindow) -> None:
    window.show_rules.trigger()
    pane = window.rules
    assert pane.model.rowCount() > 5  # counted from the sent mail, before any learning
    pane.table.selectRow(0)
    rule = pane.table.model().index(0, 0).data(RULE_ROLE)
    for press, expected in (
        (pane.pin_button, RuleState.PINNED),
        (pane.pin_button, RuleState.ACTIVE),
        (pane.off_button, RuleState.OFF),
        (pane.off_button, RuleState.ACTIVE),
    ):
        with qtbot.waitSignal(window.desk.changed):
            QTest.mouseClick(press, LEFT)
        assert window.desk.app.rules.get(rule.id).state is expected
        assert pane.selected is not None
        assert pane.selected.id == rule.id


def test_a_line_of_the_agent_is_pinned_for_whom_the_user_says(qtbot: QtBot, window: MainWindow) -> None:
    written(qtbot, window)
    applied = window.replies.chips.chips[0].applied
    sender = window.replies.model.message(0).mail.sender
    window.replies._ask_scope(applied)
    menu = window.replies.findChild(QMenu)
    assert isinstance(menu, QMenu)
    with qtbot.waitSignal(window.desk.changed):
        menu.actions()[1].trigger()
    menu.close()
    made = [one for one in window.desk.app.rules.all() if one.scope.kind is ScopeKind.PERSON]
    ours = [one for one in made if one.sentence == applied.line.sentence and one.scope.value == sender.email]
    assert [one.state for one in ours] == [RuleState.PINNED]


def test_learning_shows_progress_and_cancels(qtbot: QtBot, window: MainWindow) -> None:
    window.learn_action.trigger()
    box = window.findChild(QMessageBox)
    if isinstance(box, QMessageBox):  # what to know first
        box.accept()
    qtbot.waitUntil(lambda: len(window.job_bar.rows) == 1)
    row = next(iter(window.job_bar.rows.values()))
    qtbot.waitUntil(lambda: row.bar.maximum() > 0, timeout=WRITING_MS)
    assert not window.learn_action.isEnabled()
    assert window.replies.composer.write_button.isEnabled()
    start = time.monotonic()
    QTest.mouseClick(row.cancel, LEFT)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=10_000)
    assert time.monotonic() - start < 3
    assert window.findChildren(JobRow) == [] or not window.job_bar.isVisible()
    assert window.learn_action.isEnabled()


def test_closing_in_the_middle_of_learning_takes_three_seconds_at_most(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.desk.run("x", Lane.LEARN, lambda hands: window.desk.app.learning.run(hands.progress, hands.cancel))
    qtbot.wait(1500)
    start = time.monotonic()
    window.close()
    assert time.monotonic() - start < 3.5
    assert window.all_ended


def test_the_windows_process_holds_no_model_library() -> None:
    code = (
        "import sys, desktop.application, desktop.screenshot;"
        "print([m for m in ('torch','transformers','peft','llama_cpp') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
