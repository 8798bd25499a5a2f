"""How the window looks, as the user wants it: light or dark, and how large its letters are. Kept in the
window's own settings, and in force at once."""

from enum import StrEnum

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.parts import Label

SIZES = (90, 100, 110, 125, 150, 175, 200)  # percent of the system's letters
THEME_KEY, SIZE_KEY = "appearance/theme", "appearance/size"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Appearance(QObject):
    """Changes nothing as long as the user has chosen nothing."""

    def __init__(self, settings: QSettings | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._usual = self._set = _application().font()
        self._system = system_font()
        self.theme, self.size = self._kept_theme(), self._kept_size()
        if self.theme is not Theme.SYSTEM:
            self._dress()
        if self.size != 100:
            self._enlarge()

    def choose_theme(self, wanted: Theme) -> None:
        self.theme = wanted
        self._keep(THEME_KEY, wanted.value)
        self._dress()

    def choose_size(self, percent: int) -> None:
        self.size = percent
        self._keep(SIZE_KEY, percent)
        self._enlarge()

    def _dress(self) -> None:
        theme.choose(_application(), {Theme.LIGHT: False, Theme.DARK: True}.get(self.theme))

    def follow(self) -> None:
        """Where the system asks for other letters than before: called when the window hears of it, and when
        it comes to the front again, as Qt tells a program with letters of its own size nothing."""
        now, system = _application().font(), system_font()
        if now != self._set:
            self._usual = now
        elif system != self._system:
            self._usual = system
        else:
            return
        self._system = system
        self._enlarge()

    def _enlarge(self) -> None:
        wanted = self._usual if self.size == 100 else theme.scaled(self._usual, self.size / 100)
        if wanted != _application().font():
            _application().setFont(wanted)
        self._set = _application().font()
        theme.dress(_application())  # widgets under a style sheet hear of the letters only with it
        for one in QApplication.allWidgets():
            if isinstance(one, Label):
                one.fit()

    def _keep(self, key: str, value: object) -> None:
        if self._settings is not None:
            self._settings.setValue(key, value)

    def _kept_theme(self) -> Theme:
        kept = self._kept(THEME_KEY)
        return Theme(kept) if kept in {one.value for one in Theme} else Theme.SYSTEM

    def _kept_size(self) -> int:
        kept = self._kept(SIZE_KEY)
        return int(kept) if kept in {str(one) for one in SIZES} else 100

    def _kept(self, key: str) -> str:
        return str(self._settings.value(key, "")) if self._settings is not None else ""


def system_font() -> QFont:
    """The letters that the system asks for now."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


def _application() -> QApplication:
    running = QApplication.instance()
    if not isinstance(running, QApplication):
        raise AssertionError("a window has an application")
    return running
