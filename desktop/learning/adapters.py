"""Every adapter that was trained, newest first, as a table: when, on how much, how well, and whether it is
in use."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from core.domain import Adapter
from desktop import words
from desktop.icon import icon
from desktop.learning.likeness import in_tens
from desktop.words import say

Index = QModelIndex | QPersistentModelIndex
ADAPTER_ROLE = Qt.ItemDataRole.UserRole
WHEN, EXAMPLES, LIKENESS, FACTS, STATE = range(5)


class AdaptersModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._adapters: list[Adapter] = []

    def show_adapters(self, adapters: Sequence[Adapter]) -> None:
        """Given oldest first."""
        self.beginResetModel()
        self._adapters = list(reversed(adapters))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._adapters)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 5

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (
            say("Learned"),
            say("Examples"),
            say("Like you"),
            say("Facts kept"),
            say("State"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        adapter = self._adapters[index.row()]
        if role == ADAPTER_ROLE:
            return adapter
        if role == Qt.ItemDataRole.DecorationRole and index.column() == STATE and adapter.live:
            return icon("kept", "good")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        likeness, facts = adapter.scores.get("likeness"), adapter.scores.get("fact_recall")
        return (
            words.day_and_time(adapter.created),
            str(adapter.examples),
            "–" if likeness is None else say("{0} of 10").format(f"{in_tens(likeness):.0f}"),
            "–" if facts is None else f"{facts:.0%}",
            say("In use") if adapter.live else say("On the shelf"),
        )[index.column()]
