"""The reply to one message: notes, the draft, and what can be done with it. It keeps what was
written for every message visited, so that looking at another one loses nothing."""

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from core.domain import AppliedRule, Draft, MessageId
from core.messages import finding_line
from core.tasks import Step
from desktop import differences
from desktop.desk import Desk
from desktop.draft_edit import DraftEdit
from desktop.jobs import Job
from desktop.operations import replies
from desktop.parts import button, heading, label
from desktop.theme import SPACE
from desktop.words import say

SHOWN = 3  # findings told below the draft; all are underlined in it


@dataclass
class Sheet:
    """Where the reply to one message stands."""

    message: MessageId
    notes: str = ""
    text: str = ""
    draft: Draft | None = None
    zero_shot: str | None = None
    rules: tuple[AppliedRule, ...] = ()  # the draft's, and those left out of it
    left_out: frozenset[str] = field(default_factory=frozenset)
    job: Job | None = None
    told: str = ""


class Composer(QWidget):
    """Everything below the thread."""

    rules_changed = Signal(object)  # Sheet | None
    page_shown = Signal(bool)  # whether there is a draft to make room for

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._sheets: dict[MessageId, Sheet] = {}
        self.sheet: Sheet | None = None
        self._make_parts()
        self._lay_out()
        self._refresh()

    def _make_parts(self) -> None:
        self.notes = QPlainTextEdit()
        self.notes.setPlaceholderText(
            say("A few words are enough: “yes, Thursday 3 pm, ask for the contract”")
        )
        self.notes.setAccessibleName(say("What do you want to say?"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(self.notes.fontMetrics().lineSpacing() * 3 + SPACE * 4)
        self.draft = DraftEdit("draft", say("The draft"))
        self.draft.marks_changed.connect(self._show_check)
        self.plain = DraftEdit("plain", say("The draft without your rules"))
        self.plain.setReadOnly(True)
        self.status = label(role="muted")
        self.check = label(role="warn")
        self.write_button = button(
            say("Write a draft"),
            self.write,
            symbol="write",
            hint=say("Write a reply from your notes, in your style"),
            shortcut="Ctrl+Return",
            primary=True,
        )
        self.stop_button = button(say("Stop"), self.stop, symbol="cancel", shortcut="Esc")
        self.save_button = button(
            say("Save to Drafts"),
            self.save,
            symbol="save",
            hint=say("Put this reply into the Drafts folder of your mail account"),
            shortcut="Ctrl+S",
            primary=True,
        )
        self.copy_button = button(say("Copy"), self.copy, symbol="copy", shortcut="Ctrl+Shift+C")
        self.again_button = button(
            say("Again"),
            self.write,
            symbol="again",
            hint=say("Write it once more; undo brings this one back"),
            shortcut="Ctrl+Return",  # as the button it takes the place of
        )
        self.compare_button = button(
            say("Compare"),
            self._on_compare,
            symbol="compare",
            hint=say("Show the reply the model writes without your rules beside it"),
            shortcut="Ctrl+D",
        )
        self.compare_button.setCheckable(True)

    def _lay_out(self) -> None:
        ask = QHBoxLayout()
        ask.setSpacing(SPACE * 2)
        ask.addWidget(self.notes, 1)
        ask.addWidget(self.write_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.left = _titled(say("Without your rules"), self.plain)
        self.right_title = heading(say("Draft"))
        self.right = _titled(self.right_title, self.draft)
        pages = QHBoxLayout()
        pages.setSpacing(SPACE * 2)
        pages.addWidget(self.left, 1)
        pages.addWidget(self.right, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for one in (self.save_button, self.copy_button, self.again_button, self.stop_button):
            row.addWidget(one)
        row.addWidget(self.status, 1)
        row.addWidget(self.compare_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE + 2)
        whole.addWidget(heading(say("What do you want to say?")))
        whole.addLayout(ask)
        whole.addLayout(pages, 1)
        whole.addWidget(self.check)
        whole.addLayout(row)

    # What the user does

    def show_message(self, message: MessageId | None) -> None:
        self._keep()
        self.sheet = None
        if message is not None:
            self.sheet = self._sheets.setdefault(message, Sheet(message))
            self.notes.setPlainText(self.sheet.notes)
            self.draft.begin()
            self.draft.finish(self.sheet.text)
            self.draft.document().clearUndoRedoStacks()
            self.draft.setReadOnly(self.sheet.job is not None)
            if self.sheet.draft and self.sheet.draft.text == self.sheet.text:
                self.draft.show_findings(self.sheet.draft.findings)
            self.plain.setPlainText(self.sheet.zero_shot or "")
        self.compare_button.setChecked(False)
        self._refresh()
        self.rules_changed.emit(self.sheet)

    def write(self) -> None:
        if self.sheet is None or self.sheet.job is not None:
            return
        self._keep()
        sheet = self.sheet
        sheet.text, sheet.draft, sheet.told, sheet.zero_shot = "", None, say("Reading the mail …"), None
        self.compare_button.setChecked(False)
        self.draft.begin()
        sheet.job = replies.write_draft(
            self._desk, message=sheet.message, notes=sheet.notes, left_out=sheet.left_out
        )
        sheet.job.texted.connect(lambda piece: self._on_text(sheet, piece))
        sheet.job.progressed.connect(lambda step: self._on_step(sheet, step))
        sheet.job.done.connect(lambda draft: self._on_draft(sheet, draft))
        sheet.job.ended.connect(lambda: self._on_ended(sheet))
        self._refresh()

    def stop(self) -> None:
        if self.sheet and self.sheet.job:
            self.sheet.job.cancel()

    def save(self) -> None:
        if self.sheet is None:
            return
        sheet, text = self.sheet, self.draft.toPlainText()
        job = replies.save_draft(self._desk, message=sheet.message, text=text)
        sheet.told = say("Saving …")
        job.done.connect(lambda _uid: self._tell(sheet, say("Saved to Drafts")))
        job.failed.connect(lambda _error: self._tell(sheet, say("Not saved")))
        self._refresh()

    def copy(self) -> None:
        if self.sheet is not None:
            QGuiApplication.clipboard().setText(self.draft.toPlainText())
            self._tell(self.sheet, say("Copied"))

    def show_draft(self, notes: str, draft: Draft, zero_shot: str | None = None) -> None:
        """A draft that was written before, on the sheet of the message that is open."""
        if self.sheet is None:
            return
        self.sheet.notes, self.sheet.text, self.sheet.draft = notes, draft.text, draft
        self.sheet.rules, self.sheet.zero_shot = draft.rules, zero_shot
        message, self.sheet = self.sheet.message, None  # nothing of the page is to be kept
        self.show_message(message)
        self.compare_button.setChecked(zero_shot is not None)
        self._refresh()

    def leave_out(self, applied: AppliedRule) -> None:
        """Takes the rule out of the next writing of this reply, or back into it."""
        if self.sheet is not None:
            self.sheet.left_out ^= {applied.line.trait}
            self._refresh()
            self.rules_changed.emit(self.sheet)

    def _on_compare(self) -> None:
        sheet = self.sheet
        if (
            sheet is not None
            and self.compare_button.isChecked()
            and sheet.zero_shot is None
            and sheet.job is None
        ):
            self.plain.clear()
            sheet.job = replies.write_zero_shot(self._desk, message=sheet.message, notes=sheet.notes)
            sheet.job.texted.connect(lambda piece: self._on_plain_text(sheet, piece))
            sheet.job.done.connect(lambda draft: self._on_plain(sheet, draft))
            sheet.job.ended.connect(lambda: self._on_ended(sheet))
        self._refresh()

    # What jobs report

    def _on_text(self, sheet: Sheet, piece: str) -> None:
        sheet.text += piece
        sheet.told = say("Writing …")
        if sheet is self.sheet:
            self.draft.stream(piece)
            self.status.setText(sheet.told)

    def _on_step(self, sheet: Sheet, step: Step) -> None:
        if sheet is self.sheet and not sheet.text and step.total:
            self.status.setText(say("Reading the mail … {0} %").format(round(100 * step.done / step.total)))

    def _on_draft(self, sheet: Sheet, draft: Draft) -> None:
        left = tuple(one for one in sheet.rules if one.line.trait in sheet.left_out)
        written = {one.line for one in draft.rules}
        sheet.draft, sheet.text, sheet.told = draft, draft.text, ""
        sheet.rules = draft.rules + tuple(one for one in left if one.line not in written)
        if sheet is self.sheet:
            self.draft.finish(draft.text)
            self.draft.show_findings(draft.findings)
            self.rules_changed.emit(sheet)

    def _on_plain_text(self, sheet: Sheet, piece: str) -> None:
        if sheet is self.sheet:
            self.plain.stream(piece)

    def _on_plain(self, sheet: Sheet, draft: Draft) -> None:
        sheet.zero_shot = draft.text
        if sheet is self.sheet:
            self.plain.setPlainText(draft.text)

    def _on_ended(self, sheet: Sheet) -> None:
        sheet.job = None
        if sheet.draft is None:
            sheet.told = say("Stopped")
        if sheet is self.sheet:
            self.draft.setReadOnly(False)
            self._refresh()

    # What the screen shows

    def _keep(self) -> None:
        if self.sheet is not None:
            self.sheet.notes = self.notes.toPlainText()
            if self.sheet.job is None:
                self.sheet.text = self.draft.toPlainText()

    def _tell(self, sheet: Sheet, told: str) -> None:
        sheet.told = told
        if sheet is self.sheet:
            self._refresh()

    def _refresh(self) -> None:
        sheet = self.sheet
        writing = sheet is not None and sheet.job is not None
        written = sheet is not None and (writing or sheet.draft is not None or bool(self.draft.toPlainText()))
        comparing = written and self.compare_button.isChecked()
        self.notes.setEnabled(sheet is not None)
        self.write_button.setEnabled(sheet is not None and not writing)
        self.write_button.setVisible(not written)
        self.stop_button.setVisible(writing)
        for one in (self.save_button, self.copy_button, self.again_button):
            one.setVisible(written and not writing)
        self.compare_button.setVisible(written)
        if self.right.isVisibleTo(self) != written:
            self.right.setVisible(written)
            self.page_shown.emit(written)
        self.left.setVisible(comparing)
        self.status.setText(sheet.told if sheet else "")
        self.again_button.setText(self._again_text())
        self.right_title.setText(say("With your rules") if comparing else say("Draft"))
        self._show_check()
        self._mark_differences(comparing and not writing)

    def _again_text(self) -> str:
        out = self.sheet.left_out if self.sheet else frozenset()
        used = (
            {one.line.trait for one in self.sheet.draft.rules} if self.sheet and self.sheet.draft else set()
        )
        return say("Again without it") if out & used else say("Again")

    def _mark_differences(self, comparing: bool) -> None:
        if comparing and self.sheet and self.sheet.zero_shot is not None:
            gone, new = differences.changed(self.plain.toPlainText(), self.draft.toPlainText())
            self.plain.show_spans(gone)
            self.draft.show_spans(new)
        else:
            self.draft.show_spans(())

    def _show_check(self) -> None:
        findings = self.draft.findings
        self.check.setVisible(bool(findings))
        self.check.setText("\n".join(finding_line(finding) for finding in findings[:SHOWN]))


def _titled(title: str | QLabel, page: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, SPACE, 0, 0)
    column.setSpacing(SPACE - 2)
    column.addWidget(heading(title) if isinstance(title, str) else title)
    column.addWidget(page, 1)
    return made
