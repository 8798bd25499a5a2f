"""What all screens but the main one share: they read the store when they are looked at, and again when
something that they show has changed."""

from abc import abstractmethod

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.desk import Changed, Desk


class Screen(QWidget):
    def __init__(self, desk: Desk, shows: Changed) -> None:
        super().__init__()
        self._desk, self._shows = desk, shows
        self._stale = True
        desk.changed.connect(self._on_changed)

    @abstractmethod
    def reload(self) -> None:
        """Reads again what the screen shows."""

    def retint(self) -> None:
        """Draws again, in other colours, what neither palette nor style sheet draws."""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.reload()

    def _on_changed(self, what: Changed) -> None:
        if not what & self._shows:
            return
        if self.isVisible():
            self.reload()
        else:
            self._stale = True
