"""Light, dark and the size of letters, live; and every screen whole at 100, 150 and 200 %, and in longer
words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.appearance import Theme
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow, open_app
from tests.desktop.whole import Longer, check, check_dialogs

SMALL = (960, 540)  # what is left of a screen of 1920 x 1080 at 200 %, in device-independent pixels
BARS = 56  # of it: the title bar of the window, and what the desktop keeps for itself


@pytest.fixture(autouse=True)
def _usual(qapp: QApplication) -> Iterator[None]:
    font = qapp.font()
    yield
    gone()
    theme.choose(qapp, None)
    qapp.setFont(font)


def gone() -> None:
    """What was closed is destroyed, before it could hear of another look: its profile is closed."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def longer(qapp: QApplication) -> Iterator[None]:
    made = Longer()
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), SMALL])
def test_every_screen_is_whole(qtbot: QtBot, window: MainWindow, size: tuple[int, int]) -> None:
    """What a usual screen has at 100, 150 and 200 %, and one of 2560 x 1440 at 200 %."""
    check(qtbot, window, *size)
    check_dialogs(qtbot, window, size[0], size[1] - BARS)


def test_every_screen_is_whole_with_letters_twice_as_large(qtbot: QtBot, window: MainWindow) -> None:
    window.appearance._choose(200)
    check(qtbot, window, 1920, 1080)


@pytest.mark.usefixtures("longer")
def test_every_screen_is_whole_in_longer_words(qtbot: QtBot, window: MainWindow) -> None:
    assert window.show_rules.text().startswith("[Stylé rûlés~")
    check(qtbot, window, 1440, 900)
    check(qtbot, window, *SMALL)
    check_dialogs(qtbot, window, SMALL[0], SMALL[1] - BARS)


def test_light_dark_and_letters_change_at_once_and_are_kept(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, qapp: QApplication
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(open_app(tmp_path / "profile"), settings)
    window.show()
    pane = window.appearance
    window.show_appearance.trigger()
    for wanted, look in ((Theme.DARK, theme.DARK), (Theme.LIGHT, theme.LIGHT), (Theme.DARK, theme.DARK)):
        pane.themes[wanted].click()
        assert theme.tones(window.palette()) == look
        assert look.accent in qapp.styleSheet()
    title = pane.findChildren(QLabel)[0]
    before, body = title.fontMetrics().height(), window.rail.fontMetrics().height()
    for _ in range(3):
        pane.larger_action.trigger()
    assert pane.sizes.currentText() == "150 %"
    qtbot.waitUntil(lambda: title.fontMetrics().height() > 1.4 * before)
    assert window.rail.fontMetrics().height() > 1.4 * body
    window.close()
    window.deleteLater()
    gone()
    qapp.setFont(theme.sized(qapp.font(), 9))
    theme.choose(qapp, None)
    again = MainWindow(open_app(tmp_path / "profile"), settings)
    assert again.appearance.themes[Theme.DARK].isChecked()
    assert theme.tones(again.palette()) == theme.DARK
    assert again.appearance.sizes.currentData() == 150
    again.appearance._choose(100)
    again.close()
    again.deleteLater()
