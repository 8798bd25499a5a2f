"""How a mail that is being written is shown: notes, the draft, what is said about it, and the buttons. What
is done with it is the composer's."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.messages.drafts import finding_line
from desktop.parts import ActionButton, heading, label, row
from desktop.replies import differences
from desktop.replies.draft_edit import DraftEdit
from desktop.replies.sheet import Sheet
from desktop.theme import SPACE
from desktop.words import in_window, say, who

SHOWN = 3  # findings told below the draft; all are underlined in it


class ComposerForm(QWidget):
    """Shows `sheet`. Whoever fills it in makes the commands before `_lay_out`."""

    page_shown = Signal(bool)  # whether there is a draft to make room for

    write_action: QAction
    again_action: QAction
    wish_actions: tuple[QAction, ...]
    stop_action: QAction
    everyone_action: QAction
    save_action: QAction
    take_back_action: QAction
    hand_over_action: QAction
    copy_action: QAction
    compare_action: QAction

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sheet: Sheet | None = None
        self._make_parts()

    def _make_parts(self) -> None:
        self.notes = QPlainTextEdit()
        self.notes.setPlaceholderText(
            say("A few words are enough: “yes, Thursday 3 pm, ask for the contract”")
        )
        self.notes.setAccessibleName(say("What do you want to say?"))
        self.notes.setTabChangesFocus(True)
        self.recipients = label(role="muted")
        self.recipients.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.notes.setFixedHeight(self.notes.fontMetrics().lineSpacing() * 3 + SPACE * 4)
        self.draft = DraftEdit("draft", say("The draft"))
        self.draft.marks_changed.connect(self._show_check)
        self.plain = DraftEdit("plain", say("The draft without your rules"))
        self.plain.setReadOnly(True)
        self.status = label(role="muted")
        self.check = label(role="warn")
        self.noted = label(role="note")

    def _lay_out(self) -> None:
        self.write_button = ActionButton(self.write_action, primary=True)
        self.save_button = ActionButton(self.save_action, primary=True)
        self.stop_button, self.hand_over_button, self.copy_button, self.again_button = (
            ActionButton(one)
            for one in (self.stop_action, self.hand_over_action, self.copy_action, self.again_action)
        )
        ask = QHBoxLayout()
        ask.setSpacing(SPACE * 2)
        ask.addWidget(self.notes, 1)
        ask.addWidget(self.write_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.left = _titled(row(heading(say("Without your rules")), 1), self.plain)
        self.right_title = heading(say("Draft"))
        flat = [ActionButton(one, flat=True) for one in (*self.wish_actions, self.compare_action)]
        self.compare_button = flat[-1]
        self.right = _titled(row(self.right_title, 1, *flat, spacing=SPACE // 2), self.draft)
        pages = QHBoxLayout()
        pages.setSpacing(SPACE * 2)
        pages.addWidget(self.left, 1)
        pages.addWidget(self.right, 1)
        line = row(
            self.save_button, self.hand_over_button, self.copy_button, self.again_button, self.stop_button
        )
        line.addWidget(self.status, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE + 2)
        head = row(heading(say("What do you want to say?")), self.recipients)
        head.setStretch(1, 1)
        head.addWidget(ActionButton(self.everyone_action, flat=True))
        whole.addLayout(head)
        whole.addLayout(ask)
        whole.addLayout(pages, 1)
        whole.addWidget(self.check)
        self.edit_noted = label(say("Longhand noted what you changed, to learn how you write."), role="note")
        self.take_back_button = ActionButton(self.take_back_action)
        noted = row(self.edit_noted, self.take_back_button)
        noted.setStretch(0, 1)
        whole.addWidget(self.noted)
        whole.addLayout(noted)
        whole.addLayout(line)

    def _refresh(self) -> None:
        sheet = self.sheet
        writing = sheet is not None and sheet.job is not None
        written = sheet is not None and (writing or sheet.draft is not None or bool(self.draft.toPlainText()))
        comparing = written and self.compare_action.isChecked()
        self.notes.setEnabled(sheet is not None)
        self.write_action.setEnabled(sheet is not None and sheet.target is not None and not writing)
        self.again_action.setEnabled(sheet is not None and sheet.target is not None)
        self.save_action.setEnabled(sheet is not None and sheet.target is not None)
        self.hand_over_action.setEnabled(sheet is not None and sheet.target is not None)
        self._show_recipients()
        self.write_action.setVisible(not written)
        self.stop_action.setVisible(writing)
        for one in (self.save_action, self.hand_over_action, self.copy_action, self.again_action):
            one.setVisible(written and not writing)
        for one in self.wish_actions:  # no room for them beside another page
            one.setVisible(written and not writing and not comparing)
        self.compare_action.setVisible(written)
        if self.right.isVisibleTo(self) != written:
            self.right.setVisible(written)
            self.page_shown.emit(written)
        self.left.setVisible(comparing)
        self.status.setText(sheet.told if sheet else "")
        self.again_action.setText(self._again_text())
        self.right_title.setText(say("With your rules") if comparing else say("Draft"))
        self._show_check()
        self._mark_differences(comparing and not writing)

    def _show_recipients(self) -> None:
        sheet = self.sheet
        found = sheet.addressed if sheet else None
        self.everyone_action.setVisible(found is not None and found.several)
        self.everyone_action.setChecked(sheet is not None and sheet.to_all)
        if sheet is None or found is None:
            self.recipients.setText("")
            return
        to, copied = found.all if sheet.to_all else found.alone
        told = say("To {0}").format(", ".join(map(who, to)))
        if copied:
            told += " · " + say("Cc {0}").format(", ".join(map(who, copied)))
        self.recipients.setText(told)

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
        noted = self.sheet.noted if self.sheet else ()
        self.noted.setVisible(bool(noted))
        edited = self.sheet is not None and self.sheet.edit_noted
        self.edit_noted.setVisible(edited)
        self.take_back_action.setVisible(edited)
        self.noted.setText("\n".join(in_window(one) for one in noted))


def _titled(title: QHBoxLayout, page: QWidget) -> QWidget:
    made = QWidget()
    title.addStrut(SPACE * 3 + 6)  # as high as a row with buttons: two pages stand level
    column = QVBoxLayout(made)
    column.setContentsMargins(0, SPACE // 2, 0, 0)
    column.setSpacing(SPACE - 2)
    column.addLayout(title)
    column.addWidget(page, 1)
    return made
