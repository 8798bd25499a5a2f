"""The rules a draft was written under, as chips: what each asks, why it applies, whether the draft
keeps it, and one click to pin it or leave it out here."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.domain import AppliedRule, Kept, Rule, RuleId, RuleState
from core.drafting.wishes import SOURCE
from desktop import words
from desktop.icon import pixmap
from desktop.parts import label, quiet_button, restyle, set_symbol
from desktop.theme import SPACE, Tones, tones

MARKS = {
    Kept.KEPT: ("kept", "good"),
    Kept.NOT_KEPT: ("notkept", "warn"),
    Kept.CANNOT_TELL: ("cannottell", "muted"),
}


class Chip(QFrame):
    """One rule of the draft."""

    pin_asked = Signal(object)  # AppliedRule
    leave_out_asked = Signal(object)  # AppliedRule
    rule_asked = Signal(object)  # RuleId

    def __init__(self, applied: AppliedRule, rule: Rule | None, left_out: bool) -> None:
        super().__init__()
        self.applied = applied
        self._state: tuple[bool, bool, Tones] | None = None
        self.setObjectName("chip")
        self._mark = QLabel()
        self._trait = label(words.trait(applied.line.trait), role="muted", size=0.88)
        self._sentence = label(applied.line.sentence)
        self._why = label(why(applied, rule), role="muted", size=0.88)
        self.open_button = quiet_button("find", words.say("Show what bears this rule out"), self._on_open)
        self.open_button.setVisible(applied.rule is not None)
        self.pin_button = quiet_button("pin", "", lambda: self.pin_asked.emit(self.applied))
        self.leave_button = quiet_button("leaveout", "", lambda: self.leave_out_asked.emit(self.applied))
        self._lay_out()
        self.show_state(rule, left_out)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self._mark)
        top.addWidget(self._trait, 1)
        top.addWidget(self.open_button)
        top.addWidget(self.pin_button)
        top.addWidget(self.leave_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE + 4, SPACE - 2, SPACE - 2, SPACE + 4)
        whole.setSpacing(3)
        whole.addLayout(top)
        whole.addWidget(self._sentence)
        whole.addWidget(self._why)

    def _on_open(self) -> None:
        self.rule_asked.emit(self.applied.rule)

    def show_state(self, rule: Rule | None, left_out: bool) -> None:
        """Draws again what the user may have changed, without moving the chip."""
        pinned = rule is not None and rule.state is RuleState.PINNED
        state = (pinned, left_out, tones(self.palette()))
        if state == self._state:
            return
        self._state = state
        symbol, tone = MARKS[self.applied.kept]
        self._mark.setPixmap(pixmap(symbol, 16, "muted" if left_out else tone))
        told = words.say("left out of this draft") if left_out else words.kept(self.applied.kept)
        self._mark.setToolTip(told)
        self._mark.setAccessibleName(told)
        pin = words.say("Unpin this rule") if pinned else words.say("Pin this rule")
        set_symbol(self.pin_button, "pinned" if pinned else "pin", pin, "accent" if pinned else "muted")
        leave = words.say("Use it here again") if left_out else words.say("Leave it out of this draft")
        set_symbol(self.leave_button, "takeback" if left_out else "leaveout", leave)
        font = self._sentence.font()
        font.setStrikeOut(left_out)
        self._sentence.setFont(font)
        self.setProperty("pinned", "true" if pinned else "false")
        self.setProperty("leftout", "true" if left_out else "false")
        self.setAccessibleName(f"{self.applied.line}, {told}")
        restyle(self)


class Chips(QScrollArea):
    """All rules of one draft, above each other."""

    pin_asked = Signal(object)  # AppliedRule
    leave_out_asked = Signal(object)  # AppliedRule
    rule_asked = Signal(object)  # RuleId

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, SPACE, 0)
        self._column.setSpacing(SPACE)
        self._column.addStretch(1)
        self.setWidget(inner)
        self.chips: tuple[Chip, ...] = ()

    def show_rules(
        self,
        applied: Sequence[AppliedRule],
        book: Mapping[RuleId, Rule],
        left_out: frozenset[str],
    ) -> None:
        for chip in self.chips:
            self._column.removeWidget(chip)
            chip.hide()  # it goes only when the event loop comes to it
            chip.deleteLater()
        self.chips = tuple(Chip(one, _of(one, book), one.line.trait in left_out) for one in applied)
        for row, chip in enumerate(self.chips):
            chip.pin_asked.connect(self.pin_asked)
            chip.leave_out_asked.connect(self.leave_out_asked)
            chip.rule_asked.connect(self.rule_asked)
            self._column.insertWidget(row, chip)

    def refresh(self, book: Mapping[RuleId, Rule], left_out: frozenset[str]) -> None:
        for chip in self.chips:
            chip.show_state(_of(chip.applied, book), chip.applied.line.trait in left_out)


def why(applied: AppliedRule, rule: Rule | None) -> str:
    """Why a rule applies, in a few words: where it comes from, and how many mails bear it out."""
    if applied.source == SOURCE:
        return words.say("As you asked, for this draft alone")
    source = words.say("Learned for mails like this one")
    if applied.source != "agent":
        source = words.say("For {0}").format(applied.source)
    if rule is None or not rule.support_for:
        return source
    total = rule.support_for + rule.support_against
    return words.say("{0}; in {1} of {2} mails").format(source, rule.support_for, total)


def _of(applied: AppliedRule, book: Mapping[RuleId, Rule]) -> Rule | None:
    return book.get(applied.rule) if applied.rule is not None else None
