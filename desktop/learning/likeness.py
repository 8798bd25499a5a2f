"""How near drafts come to the user's own replies, as bars people understand: 0 is somebody else, 10 the
user again."""

from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from core.evaluation.evaluating import Evaluation
from desktop.parts import label
from desktop.theme import SPACE
from desktop.words import say

WHOLE = 100  # of a bar


class Likeness(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE * 2)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnStretch(1, 1)
        self.bars: dict[str, QProgressBar] = {}
        self.told = ""  # the comparison as a sentence

    def show_evaluation(self, made: Evaluation) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.bars = {}
        scores: dict[str, float] = {}
        for place, (arm, name) in enumerate(
            (
                ("zero_shot", say("Without your rules")),
                ("few_shot", say("With earlier replies as examples")),
                ("guided", say("With your rules")),
            )
        ):
            score = made.gate.arms[arm].likeness if arm in made.gate.arms else None
            if score is None:
                continue
            tens = scores[arm] = in_tens(score)
            bar = QProgressBar()
            bar.setObjectName("likeness" if arm == "guided" else "likeness_other")
            bar.setTextVisible(False)
            bar.setRange(0, WHOLE)
            bar.setValue(round(tens * WHOLE / 10))
            told = say("{0} of 10").format(f"{tens:.0f}")
            bar.setAccessibleName(f"{name}: {told}")
            self.bars[arm] = bar
            title, score_told = label(name), label(told, bold=arm == "guided")
            for one in (title, score_told):
                one.setWordWrap(False)
            for column, widget in enumerate((title, bar, score_told)):
                self._grid.addWidget(widget, place, column)
        self.told = ""
        if {"zero_shot", "guided"} <= scores.keys():
            told = say("Drafts that read like you: {0} of 10 without your rules, {1} of 10 with them.")
            self.told = told.format(f"{scores['zero_shot']:.0f}", f"{scores['guided']:.0f}")


def in_tens(likeness: float) -> float:
    """0 to 10: below somebody else, or nearer than the user's own replies are to each other, says no more."""
    return 10 * min(1.0, max(0.0, likeness))
