"""The blind test: two drafts for the user's own mail, and which of them sounds like them. Each answer is
kept at once, so the test can be left and gone on with."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QTextEdit, QVBoxLayout, QWidget

from core.evaluation.blind import Answer, BlindTest, Question
from desktop import words
from desktop.desk import Desk
from desktop.operations import learning
from desktop.parts import ActionButton, command, heading, label, row
from desktop.scrolled import fit_on_screen
from desktop.theme import SPACE
from desktop.words import say


class BlindDialog(QDialog):
    def __init__(self, desk: Desk, test: BlindTest, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._test = desk, test
        self.question: Question | None = None
        self.setWindowTitle(say("Which sounds like you?"))
        fit_on_screen(self, QSize(860, 600))
        self.count = label(role="muted")
        self.mail = label(bold=True)
        self.came = _text(say("The mail that is answered"))
        self.came.setMaximumHeight(SPACE * 16)
        self.drafts = (_text(say("First draft")), _text(say("Second draft")))
        self.outcome = label(size=1.2)
        answers: tuple[tuple[Answer, str, str], ...] = (
            ("first", say("The first"), "1"),
            ("second", say("The second"), "2"),
            ("tie", say("Both alike"), "3"),
            ("skip", say("Skip"), "4"),
        )
        self.answers = {
            said: command(self, text, partial(self.answer, said), shortcut=key) for said, text, key in answers
        }
        self.close_action = command(self, say("Close"), self.close, shortcut="Esc")
        self._lay_out()
        self.show_next()

    def answer(self, said: Answer) -> None:
        if self.question is None:
            return
        self._enable(False)
        job = learning.answer_blind(self._desk, test=self._test, question=self.question, said=said)
        job.done.connect(lambda _: self.show_next())
        job.failed.connect(lambda _error: self._enable(True))

    def show_next(self) -> None:
        self.question = question = self._test.question()
        self.pages.setCurrentIndex(0 if question else 1)
        self._enable(question is not None)
        if question is None:
            self._show_result()
            return
        mail = question.exchange.incoming
        number = self._test.count - self._test.left + 1
        self.count.setText(say("{0} of {1}").format(number, self._test.count))
        self.mail.setText(f"{words.who(mail.sender)}: {mail.subject}")
        self.came.setPlainText(mail.text)
        for page, text in zip(self.drafts, question.drafts, strict=True):
            page.setPlainText(text)

    def _show_result(self) -> None:
        found = self._test.results()
        told = say(
            "You chose the draft with your rules {0} times, the one without them {1} times, and found both "
            "alike {2} times."
        )
        self.outcome.setText(told.format(found.wins, found.losses, found.ties))

    def _enable(self, possible: bool) -> None:
        for one in self.answers.values():
            one.setEnabled(possible)

    def _lay_out(self) -> None:
        pages = QHBoxLayout()
        pages.setSpacing(SPACE * 2)
        for title, page in zip((say("First"), say("Second")), self.drafts, strict=True):
            column = QVBoxLayout()
            column.setSpacing(SPACE - 2)
            column.addWidget(heading(title))
            column.addWidget(page, 1)
            pages.addLayout(column, 1)
        asked = QWidget()
        column = QVBoxLayout(asked)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 2)
        top = row(self.mail, self.count)
        top.setStretch(0, 1)
        self.count.setWordWrap(False)
        column.addLayout(top)
        column.addWidget(self.came)
        column.addLayout(pages, 1)
        done = QWidget()
        ended = QVBoxLayout(done)
        ended.addStretch(1)
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        ended.addWidget(self.outcome)
        ended.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(asked)
        self.pages.addWidget(done)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(self.pages, 1)
        buttons = [ActionButton(self.answers["first"], primary=True)]
        buttons.append(ActionButton(self.answers["second"], primary=True))
        buttons += [ActionButton(self.answers["tie"]), ActionButton(self.answers["skip"])]
        whole.addLayout(row(*buttons, 1, ActionButton(self.close_action)))


def _text(name: str) -> QTextEdit:
    made = QTextEdit()
    made.setReadOnly(True)
    made.setAcceptRichText(False)
    made.setTabChangesFocus(True)
    made.setObjectName("plain")
    made.setAccessibleName(name)
    return made
