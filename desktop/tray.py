"""The icon beside the clock, where the system has such a place, and what it tells while the window is not in
front: how many replies are ready. Never a word of any mail."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from desktop.icon import icon
from desktop.words import say

SHOWN_MS = 8_000


class Tray(QSystemTrayIcon):
    asked = Signal()  # for the window
    told = Signal(str)  # what was shown

    def __init__(self, window: QWidget, actions: list[QAction]) -> None:
        super().__init__(icon("longhand", "accent"), window)
        self._window = window
        self._menu = QMenu()
        self._menu.addAction(say("Show Longhand")).triggered.connect(self.asked)
        self._menu.addActions(actions)
        self.setContextMenu(self._menu)
        self.setToolTip("Longhand")
        self.activated.connect(self._on_activated)
        self.messageClicked.connect(self.asked)

    def show_where_possible(self) -> None:
        if self.isSystemTrayAvailable():
            self.show()

    def tell_ready(self, count: int) -> None:
        """Not while the user looks at the window anyway."""
        if self._window.isActiveWindow():
            return
        told = say("1 reply is ready") if count == 1 else say("{0} replies are ready").format(count)
        self.told.emit(told)
        if self.isVisible() and self.supportsMessages():
            self.showMessage("Longhand", told, self.icon(), SHOWN_MS)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.asked.emit()
