"""What left the machine, as a table: when, where to, what for, how much."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QStandardItem

from core.privacy.egress import LedgerEntry
from desktop import words
from desktop.rows import RIGHT, RowsModel, cell
from desktop.words import say

Index = QModelIndex | QPersistentModelIndex
HOST = 1  # the column of where to
PAGE = 100  # rows made at a time: a ledger grows with every sync


class LedgerModel(RowsModel):
    def __init__(self) -> None:
        heads = (say("When"), say("Where to"), say("What for"), say("Sent"), say("Received"))
        super().__init__(heads, right=3)
        self._entries: tuple[LedgerEntry, ...] = ()

    def show_entries(self, entries: Sequence[LedgerEntry]) -> None:
        self._entries = tuple(entries)
        self.show_rows([_cells(one) for one in self._entries[:PAGE]])

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802
        return not parent.isValid() and self.rowCount() < len(self._entries)

    def fetchMore(self, _parent: Index) -> None:  # noqa: N802
        for one in self._entries[self.rowCount() : self.rowCount() + PAGE]:
            self.appendRow(_cells(one))


def _cells(one: LedgerEntry) -> list[QStandardItem]:
    locale = QLocale()
    made = [
        cell(text)
        for text in (
            words.day_and_time(one.at),
            one.host,
            one.purpose,
            locale.formattedDataSize(one.bytes_out),
            locale.formattedDataSize(one.bytes_in),
        )
    ]
    for number in made[3:]:
        number.setTextAlignment(RIGHT)
    return made
