"""Light, dark and the size of letters, live; and every screen whole at 100, 150 and 200 %, and in longer
words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.appearance import Theme
from desktop.first_run.setup import ASKED
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow, open_app

NAMES = ("replies", "rules", "learning", "models", "accounts", "privacy", "appearance", "about", "empty")
ROUNDING = 2  # of layouts, in pixels


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


class Longer(QTranslator):
    """Every text of ours with accents and a third longer, as German would be."""

    def translate(self, context: str, text: str, *_rest: object) -> str:
        if context != "Longhand":
            return text
        return "[" + text.translate(str.maketrans("aeiou", "äéîöû")) + "~" * (len(text) // 3) + "]"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture
def longer(qapp: QApplication) -> Iterator[None]:
    made = Longer()
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


def screens(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    for name in (
        "replies",
        "rules",
        "learning",
        "models",
        "accounts",
        "privacy",
        "appearance",
        "about",
        "empty",
    ):
        window.screens.setCurrentWidget(getattr(window, name))
        yield name, getattr(window, name)
    for step in ASKED:
        window.set_up(step)
        yield step.value, window.setup


def cut_off(screen: QWidget) -> list[str]:
    """Buttons and labels that are smaller than what they say, or reach out of what holds them."""
    found = []
    for one in screen.findChildren(QWidget):
        if not one.isVisible() or not isinstance(one, QAbstractButton | QLabel) or not one.text():
            continue
        size, wanted = one.size(), one.sizeHint()
        if isinstance(one, QLabel) and one.wordWrap():
            short = size.height() + ROUNDING < one.heightForWidth(size.width())
        else:
            short = size.width() + ROUNDING < wanted.width() or size.height() + ROUNDING < wanted.height()
        held = one.parentWidget()
        room = held.rect().adjusted(-ROUNDING, -ROUNDING, ROUNDING, ROUNDING) if held else one.geometry()
        out = not room.contains(one.geometry())
        if short or out:
            found.append(f"{type(one).__name__} {one.text()[:40]!r} {size.toTuple()} {wanted.toTuple()}")
    return found


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=30_000)
    for _ in range(4):
        QApplication.processEvents()


def check(qtbot: QtBot, window: MainWindow, width: int, height: int) -> None:
    window.resize(width, height)
    wrong = []
    for name, screen in screens(window):
        settle(qtbot, window)
        wrong += [f"{name}: {one}" for one in cut_off(screen)]
        if window.width() > width or window.height() > height:
            wrong.append(f"{name}: wants {window.width()} x {window.height()} of {width} x {height}")
            window.resize(width, height)
    assert wrong == []


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
def test_every_screen_is_whole(qtbot: QtBot, window: MainWindow, size: tuple[int, int]) -> None:
    """What a usual screen has at 100 and at 150 %, and one of 2560 x 1440 at 200 %."""
    check(qtbot, window, *size)


def test_every_screen_is_whole_with_letters_twice_as_large(qtbot: QtBot, window: MainWindow) -> None:
    window.appearance._choose(200)
    check(qtbot, window, 1920, 1080)


@pytest.mark.usefixtures("longer")
def test_every_screen_is_whole_in_longer_words(qtbot: QtBot, window: MainWindow) -> None:
    assert window.show_rules.text().startswith("[Stylé rûlés~")
    check(qtbot, window, 1440, 900)


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
