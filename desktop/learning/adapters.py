"""Every adapter that was trained, newest first, as a table: when, on how much, how well, and whether it is
in use."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem

from core.domain import Adapter
from desktop import words
from desktop.icon import icon
from desktop.learning.likeness import in_tens
from desktop.rows import RowsModel, cell
from desktop.words import say

ADAPTER_ROLE = Qt.ItemDataRole.UserRole
STATE = 4  # the column of whether it is in use


class AdaptersModel(RowsModel):
    def __init__(self) -> None:
        super().__init__((say("Learned"), say("Examples"), say("Like you"), say("Facts kept"), say("State")))

    def show_adapters(self, adapters: Sequence[Adapter]) -> None:
        """Given oldest first."""
        self.show_rows([_cells(one) for one in reversed(adapters)])


def _cells(adapter: Adapter) -> list[QStandardItem]:
    likeness, facts = adapter.scores.get("likeness"), adapter.scores.get("fact_recall")
    made = [
        cell(text, {ADAPTER_ROLE: adapter})
        for text in (
            words.day_and_time(adapter.created),
            str(adapter.examples),
            "–" if likeness is None else say("{0} of 10").format(f"{in_tens(likeness):.0f}"),
            "–" if facts is None else f"{facts:.0%}",
            say("In use") if adapter.live else say("On the shelf"),
        )
    ]
    if adapter.live:
        made[STATE].setIcon(icon("kept", "good"))
    return made
