"""A table as every screen has them: whole rows chosen one at a time, no grid, one column taking the room that
the others leave."""

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QEvent, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.theme import SPACE

LOOKED_AT = 50  # rows, for the width of a column: a long table must not cost more


class Table(QTableView):
    """`name`: what a screen reader says; `wide`: the column that takes the room; `most`: how many letters of
    some columns are shown at most, so that one long cell does not take the room from all rows."""

    def __init__(
        self, model: QAbstractItemModel, name: str, wide: int = 0, most: Mapping[int, int] | None = None
    ) -> None:
        super().__init__()
        self._most = dict(most or {})
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(LOOKED_AT)
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
        self._wide = wide
        model.modelReset.connect(self._fit_columns)
        self._fit()

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802
        wanted = super().sizeHintForColumn(column)
        if column in self._most:
            return min(wanted, self.fontMetrics().averageCharWidth() * self._most[column] + SPACE * 2)
        return wanted

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """Rows as high as the letters want, which follow the system's size."""
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + SPACE * 2)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Once for what is shown: Qt's own ResizeToContents asks for every cell at every layout."""
        header = self.horizontalHeader()
        for column in range(header.count()):
            if column != self._wide:
                wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
                header.resizeSection(column, wanted)
