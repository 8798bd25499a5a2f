"""Which model is to write: the one that fits this machine, with its size, licence and time, the built-in one,
or a service with a key of the user's."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QRadioButton, QVBoxLayout, QWidget

from core.models.catalogue import CatalogueEntry
from core.models.choice import ModelEntry, recommended
from desktop import words
from desktop.parts import card, label
from desktop.theme import SPACE
from desktop.words import say

LINE_MB_PER_SECOND = 6.25  # a line of 50 Mbit/s, which is said beside the time


class Choice(StrEnum):
    RECOMMENDED = "recommended"
    BUILT_IN = "built in"
    SERVICE = "service"


class ModelStep(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.model: CatalogueEntry | None = None
        self.buttons: dict[Choice, QRadioButton] = {}
        self.told: dict[Choice, QLabel] = {}
        self._group = QButtonGroup(self)
        self._cards: dict[Choice, QFrame] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        for choice, title in (
            (Choice.RECOMMENDED, say("Looking at this machine …")),
            (Choice.BUILT_IN, say("The built-in model")),
            (Choice.SERVICE, say("A service, with a key of yours")),
        ):
            column.addWidget(self._card(choice, title))
        column.addStretch(1)
        self._say(
            Choice.BUILT_IN,
            say("English only, and for trying Longhand out on short business mail. Nothing to download."),
        )
        self._say(
            Choice.SERVICE,
            say(
                "Writes best, and is sent the mail you answer, your notes and your rules for every draft; "
                "names and numbers go as placeholders. What leaves this machine is shown under Privacy."
            ),
        )
        self._say(Choice.RECOMMENDED, "")
        self.buttons[Choice.RECOMMENDED].setEnabled(False)
        self.buttons[Choice.BUILT_IN].setChecked(True)

    @property
    def choice(self) -> Choice:
        return next(one for one, button in self.buttons.items() if button.isChecked())

    def show_models(self, entries: Sequence[ModelEntry]) -> None:
        """Offers the best that runs here; what was chosen before stays."""
        self.model = found = recommended(entries)
        button = self.buttons[Choice.RECOMMENDED]
        self._cards[Choice.RECOMMENDED].setVisible(found is not None)
        if found is None:
            if button.isChecked():
                self.buttons[Choice.BUILT_IN].setChecked(True)
            return
        entry = next(one for one in entries if one.name == found.name)
        button.setText(say("{0}, which fits this machine").format(found.name))
        there = entry.where == "file"
        self._say(Choice.RECOMMENDED, _facts(found, entry.words_per_second, there))
        fresh = not button.isEnabled()
        button.setEnabled(True)
        if fresh:
            button.setChecked(True)

    def _card(self, choice: Choice, title: str) -> QFrame:
        made, column = card()
        button = QRadioButton(title)
        button.setFont(label(bold=True).font())
        self._group.addButton(button)
        told = label(role="muted")
        told.setContentsMargins(SPACE * 3, 0, 0, 0)
        column.addWidget(button)
        column.addWidget(told)
        self.buttons[choice], self.told[choice], self._cards[choice] = button, told, made
        return made

    def _say(self, choice: Choice, text: str) -> None:
        self.told[choice].setText(text)
        self.told[choice].setVisible(bool(text))
        self.buttons[choice].setToolTip(text)


def _facts(model: CatalogueEntry, pace: float, there: bool) -> str:
    """Size, licence, time, languages."""
    size, minutes = words.size(model.size_mb * 1e6), max(1, round(model.size_mb / LINE_MB_PER_SECOND / 60))
    if there:
        facts = [say("It is on this machine already ({0}).").format(size)]
    else:
        facts = [
            say("A download of {0}, once; some {1} minutes on a line of 50 Mbit/s. Licence: {2}.").format(
                size, minutes, model.licence
            )
        ]
    if pace:
        told = say("Writes about {0} words a second here, as estimated.")
        facts.append(told.format(round(pace, 1)))
    facts.append(say("{0} languages.").format(len(model.languages)) if len(model.languages) > 1 else "")
    return " ".join(filter(None, facts))
