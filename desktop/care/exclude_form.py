"""What Longhand must never read or learn from: folders, people, domains, words; one a line."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.store.settings import Exclude
from desktop.parts import heading
from desktop.theme import SPACE
from desktop.words import say


class ExcludeForm(QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.folders = self._field(say("Folders"), say("Private\nLegal"))
        self.people = self._field(say("People"), "ann@firm.example")
        self.domains = self._field(say("Domains"), "hospital.example")
        self.words = self._field(say("Words"), say("privileged\npatient"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE + 4)
        for place, field in enumerate((self.folders, self.people, self.domains, self.words)):
            column = QVBoxLayout()
            column.setSpacing(SPACE // 2)
            column.addWidget(heading(field.accessibleName()))
            column.addWidget(field)
            grid.addLayout(column, place // 2, place % 2)

    @property
    def exclude(self) -> Exclude:
        return Exclude(
            folders=_lines(self.folders),
            people=tuple(one.lower() for one in _lines(self.people)),
            domains=tuple(one.lower().removeprefix("@") for one in _lines(self.domains)),
            words=_lines(self.words),
        )

    def show_exclude(self, what: Exclude) -> None:
        for field, values in (
            (self.folders, what.folders),
            (self.people, what.people),
            (self.domains, what.domains),
            (self.words, what.words),
        ):
            field.blockSignals(True)
            field.setPlainText("\n".join(values))
            field.blockSignals(False)

    def _field(self, name: str, example: str) -> QPlainTextEdit:
        made = QPlainTextEdit()
        made.setAccessibleName(name)
        made.setPlaceholderText(example)
        made.setToolTip(say("One a line"))
        made.setTabChangesFocus(True)
        made.setFixedHeight(made.fontMetrics().lineSpacing() * 3 + SPACE * 3)
        made.textChanged.connect(self.changed)
        return made


def _lines(field: QPlainTextEdit) -> tuple[str, ...]:
    found = (line.strip() for line in field.toPlainText().splitlines())
    return tuple(dict.fromkeys(line for line in found if line))
