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


def heights(window: MainWindow) -> dict[str, int]:
    """Of letters: in a title, in the list of screens, in a button, in a field to write in."""
    return {
        "title": window.appearance.findChildren(QLabel)[0].fontMetrics().height(),
        "rail": window.rail.fontMetrics().height(),
        "button": window.replies.composer.write_button.fontMetrics().height(),
        "field": window.replies.search.fontMetrics().height(),
        "draft": window.replies.composer.draft.fontMetrics().height(),
    }


@pytest.mark.parametrize("percent", [100, 150])
def test_letters_follow_the_system_while_the_window_is_open(
    qtbot: QtBot, window: MainWindow, qapp: QApplication, percent: int
) -> None:
    """And keep the size that the user has chosen beside it."""
    window.appearance._choose(percent)
    qtbot.wait(1)
    before, points = heights(window), qapp.font().pointSizeF()
    system = theme.sized(qapp.font(), 2 * points * 100 / percent)
    qapp.setFont(system)  # what Qt does when the system's settings change
    qtbot.waitUntil(lambda: all(now > 1.7 * before[name] for name, now in heights(window).items()))
    assert qapp.font().pointSizeF() == pytest.approx(2 * points, abs=0.1)
    window.appearance._choose(100)
    assert qapp.font().pointSizeF() == pytest.approx(system.pointSizeF(), abs=0.1)


def test_letters_that_changed_while_another_program_was_in_front_are_followed(
    qtbot: QtBot, window: MainWindow, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt tells a program nothing that has set its own."""
    window.appearance._choose(150)
    system = theme.sized(qapp.font(), 30)
    monkeypatch.setattr("desktop.appearance.system_font", lambda: system)
    window.changeEvent(QEvent(QEvent.Type.ActivationChange))
    qtbot.waitUntil(lambda: qapp.font().pointSizeF() == pytest.approx(45, abs=0.1))


def test_no_size_of_letters_stands_in_the_style_sheet(qapp: QApplication) -> None:
    assert "font-size" not in theme.sheet(theme.LIGHT)
