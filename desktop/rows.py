"""A short table whose cells are all made when it is filled. Qt then paints them without a question to Python,
of which there are thousands a screen, and each may wait for another thread to let go of the interpreter."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsModel(QStandardItemModel):
    """`heads`: the titles of the columns; those from `right` on stand to the right, as numbers do."""

    def __init__(self, heads: Sequence[str], right: int | None = None) -> None:
        super().__init__(0, len(heads))
        self.setHorizontalHeaderLabels(list(heads))
        for column in range(len(heads) if right is None else right, len(heads)):
            self.horizontalHeaderItem(column).setTextAlignment(RIGHT)

    def show_rows(self, rows: Sequence[Sequence[QStandardItem]]) -> None:
        """These in place of all others, as one reset."""
        self.beginResetModel()
        self.blockSignals(True)
        self.setRowCount(0)
        for row in rows:
            self.appendRow(row)
        self.blockSignals(False)
        self.endResetModel()


def cell(text: str, roles: Mapping[int, Any] | None = None) -> QStandardItem:
    """One that is read, not written; `roles`: what else Qt or the screen asks of it."""
    made = QStandardItem(text)
    made.setEditable(False)
    for role, value in (roles or {}).items():
        made.setData(value, role)
    return made
