"""What left the machine, as a table: when, where to, what for, how much."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from core.privacy.egress import LedgerEntry
from desktop import words
from desktop.words import say

Index = QModelIndex | QPersistentModelIndex
HOST = 1  # the column of where to
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LedgerModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._entries: list[LedgerEntry] = []

    def show_entries(self, entries: Sequence[LedgerEntry]) -> None:
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 5

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= 3:
            return RIGHT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (say("When"), say("Where to"), say("What for"), say("Sent"), say("Received"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() >= 3:
            return RIGHT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        one, locale = self._entries[index.row()], QLocale()
        return (
            words.day_and_time(one.at),
            one.host,
            one.purpose,
            locale.formattedDataSize(one.bytes_out),
            locale.formattedDataSize(one.bytes_in),
        )[index.column()]
