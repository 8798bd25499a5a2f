"""The rail at the window's left edge: one entry a screen, the present one marked."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from desktop.words import say

WIDTH = 88  # at least, in device-independent pixels: 'Style rules' at the usual size of letters


class Rail(QToolBar):
    """`last` stands at the foot."""

    def __init__(self, screens: Sequence[QAction], last: QAction) -> None:
        super().__init__(say("Screens"))
        self.setObjectName("rail")
        self.setMovable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setIconSize(QSize(22, 22))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self._group = QActionGroup(self)
        self.addActions(list(screens))
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.addWidget(gap)
        self.addAction(last)
        for one in (*screens, last):
            one.setCheckable(True)
            self._group.addAction(one)
            shown = self.widgetForAction(one)
            if isinstance(shown, QToolButton):
                shown.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                shown.setMinimumWidth(WIDTH)
                shown.setAccessibleName(one.text())
