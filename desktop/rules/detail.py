"""One rule in full: what it asks, what bears it out and what speaks against it, since when, where it comes
from, the mails that show it, and the rules that ask for something else."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.domain import Rule, RuleOrigin
from core.store.messages import StoredMessage
from desktop import words
from desktop.operations.rules import Reasons
from desktop.parts import heading, label
from desktop.replies.thread_view import ThreadView
from desktop.rules.trend import Trend
from desktop.scrolled import fit_on_screen
from desktop.theme import SPACE
from desktop.words import say

SIDE_MAILS = 2  # of each side of a conflict
MAILS = 6  # shown; a rule keeps a few of its newest


class RuleDetail(QScrollArea):
    settle_asked = Signal(object)  # Rule: the one that is to hold

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(say("The rule in full"))
        self.setMinimumWidth(280)
        self.show_nothing()

    def show_nothing(self) -> None:
        self._say(say("Choose a rule to see what bears it out, and the mails it was found in."))

    def show_several(self, count: int, alike: bool) -> None:
        """`alike`: they are about the same, and can be made one."""
        told = say("{0} rules are chosen.").format(count)
        more = (
            say("Merge makes one of them, in words you choose; the others give way to it.")
            if alike
            else say("They are about different things, so they cannot be made one.")
        )
        self._say(f"{told} {more}")

    def _say(self, text: str) -> None:
        column = self._begin()
        column.addWidget(label(text, role="muted"))
        column.addStretch(1)

    def show_rule(self, rule: Rule) -> None:
        """What is known at once; the rest comes by `show_reasons`."""
        column = self._begin()
        column.addWidget(
            label(
                f"{words.trait(rule.trait)} · {words.scope(rule.scope)}", role="heading", size=0.95, bold=True
            )
        )
        column.addWidget(label(rule.sentence, size=1.2, bold=True))
        column.addWidget(label(_story(rule), role="muted"))
        if rule.support_for + rule.support_against:
            self._show_support(column, rule)
        self.trend = Trend()
        column.addWidget(self.trend)
        column.addStretch(1)
        self._rule, self._column = rule, column

    def show_reasons(self, reasons: Reasons) -> None:
        """Of the rule that is shown."""
        self.trend.show_periods(reasons.periods)
        below = QVBoxLayout()
        below.setSpacing(SPACE)
        if reasons.others:
            self._show_conflict(below, ((self._rule, reasons.mails), *reasons.others))
        if reasons.mails:
            below.addSpacing(SPACE)
            below.addWidget(heading(say("Mails that show it")))
            for mail in reasons.mails[:MAILS]:
                below.addWidget(self._mail_button(mail))
        self._column.insertLayout(self._column.count() - 1, below)

    def open_mail(self, mail: StoredMessage) -> QDialog:
        """Shows a mail by itself, as the thread view does: plain, and nothing fetched."""
        dialog = QDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(mail.mail.subject)
        fit_on_screen(dialog, QSize(560, 480))
        reading = ThreadView()
        reading.show_thread((mail,))
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.button(QDialogButtonBox.StandardButton.Close).setText(say("Close"))
        close.rejected.connect(dialog.close)
        whole = QVBoxLayout(dialog)
        whole.setContentsMargins(0, 0, SPACE * 2, SPACE * 2)
        whole.addWidget(reading)
        whole.addWidget(close)
        dialog.open()
        return dialog

    def _begin(self) -> QVBoxLayout:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(SPACE * 2, 0, SPACE, 0)
        column.setSpacing(SPACE)
        self.setWidget(inner)
        return column

    @staticmethod
    def _show_support(column: QVBoxLayout, rule: Rule) -> None:
        total = rule.support_for + rule.support_against
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, total)
        bar.setValue(rule.support_for)
        told = say("{0} mails for it, {1} against").format(rule.support_for, rule.support_against)
        bar.setAccessibleName(told)
        bar.setToolTip(told)
        column.addSpacing(SPACE)
        column.addWidget(bar)
        column.addWidget(label(told, role="muted", size=0.92))

    def _show_conflict(
        self, column: QVBoxLayout, sides: Sequence[tuple[Rule, Sequence[StoredMessage]]]
    ) -> None:
        """The ways of writing side by side, each with mails that show it; the one that is pinned holds."""
        box = QFrame()
        box.setObjectName("conflict")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(SPACE + 4, SPACE + 2, SPACE + 4, SPACE + 4)
        inside.setSpacing(SPACE)
        inside.addWidget(label(say("Your mail says both. Which is to hold?"), bold=True))
        beside = QGridLayout()
        beside.setSpacing(SPACE)
        for place, (rule, mails) in enumerate(sides):
            beside.addLayout(self._side(rule, mails[:SIDE_MAILS]), place // 2, place % 2)
        inside.addLayout(beside)
        column.addSpacing(SPACE)
        column.addWidget(box)

    def _side(self, rule: Rule, mails: Sequence[StoredMessage]) -> QVBoxLayout:
        """One way of writing."""
        keep = QPushButton(say("This one"))
        keep.setToolTip(say("Pin this rule, so that it wins"))
        keep.setAccessibleName(f"{keep.text()}: {rule.sentence}")
        keep.clicked.connect(lambda: self.settle_asked.emit(rule))
        made = QVBoxLayout()
        made.setSpacing(SPACE // 2)
        made.addWidget(label(rule.sentence))
        made.addWidget(label(say("{0} mails").format(rule.support_for), role="muted", size=0.92))
        for mail in mails:
            made.addWidget(self._mail_button(mail, words.day(mail.mail.date)))
        made.addStretch(1)
        made.addWidget(keep)
        return made

    def _mail_button(self, mail: StoredMessage, short: str = "") -> QPushButton:
        to = words.who(mail.mail.to[0]) if mail.mail.to else ""
        full = say("{0}, to {1}: {2}").format(words.day(mail.mail.date), to, mail.mail.subject)
        made = _Line(short or full)
        made.setObjectName("row")
        made.setToolTip(say("Read this mail"))
        made.setAccessibleName(full)
        made.clicked.connect(lambda: self.open_mail(mail))
        return made


class _Line(QPushButton):
    """One line of text, cut where there is no room for more of it."""

    def __init__(self, full: str) -> None:
        super().__init__()
        self._full = full
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        room = self.width() - SPACE * 2
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room))


def _story(rule: Rule) -> str:
    came = {
        RuleOrigin.LEARNED: say("Learned from your replies"),
        RuleOrigin.MEASURED: say("Counted in your sent mail"),
        RuleOrigin.WRITTEN: say("In your own words"),
    }[rule.origin]
    return " · ".join(part for part in (words.standing(rule), came, words.held(rule)) if part)
