"""Every screen and dialog of the window, one after another, and what of them is cut off."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from core.models.budget import Used
from core.store.settings import Cloud
from desktop.care.account_dialog import AccountDialog
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.first_run.setup import ASKED
from desktop.main_window import MainWindow
from desktop.replies.first_request import FirstRequest
from desktop.rules.dialog import RuleDialog
from desktop.text_dialog import show_text

NAMES = ("replies", "rules", "learning", "models", "accounts", "privacy", "appearance", "about", "empty")
ROUNDING = 2  # of layouts, in pixels
ADDRESSES = ["ann@firm.example", "office@firm.example"]


class Longer(QTranslator):
    """Every text of ours with accents and a third longer, as German would be."""

    def translate(self, context: str, text: str, *_rest: object) -> str:
        if context != "Longhand":
            return text
        return "[" + text.translate(str.maketrans("aeiou", "äéîöû")) + "~" * (len(text) // 3) + "]"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


def screens(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    for name in NAMES:
        window.screens.setCurrentWidget(getattr(window, name))
        yield name, getattr(window, name)
    for step in ASKED:
        window.set_up(step)
        yield step.value, window.setup


def dialogs(window: MainWindow) -> Iterator[tuple[str, QDialog]]:
    made: dict[str, Callable[[], QDialog]] = {
        "account": lambda: AccountDialog(window.desk, window),
        "account by hand": partial(_account, window, False),
        "account, never": partial(_account, window, True),
        "service": lambda: CloudDialog(window, ADDRESSES),
        "terms": lambda: TermsDialog(window, Cloud(model="big"), Used(0, 0), tuple(ADDRESSES)),
        "rule": lambda: RuleDialog(window),
        "merged": lambda: RuleDialog(window, merged=window.desk.app.rules.all()[:6]),
        "first request": lambda: FirstRequest(window, "big (api.example.com)", "text\n" * 200),
        "text": lambda: show_text(window, "Licences", "text\n" * 200),
        "mail": lambda: window.rules.detail.open_mail(window.replies.model.message(0)),
    }
    for name, make in made.items():
        dialog = make()
        dialog.show()
        yield name, dialog
        dialog.close()
        dialog.deleteLater()


def _account(window: MainWindow, second: bool) -> AccountDialog:
    dialog = AccountDialog(window.desk, window)
    dialog.show()
    dialog.by_hand.click()
    dialog._tell(
        "A sentence on what was found, as long as those that tell of a server of another domain. " * 2
    )
    if second:
        dialog.next.setEnabled(True)
        dialog.next.click()
    return dialog


def cut_off(screen: QWidget) -> list[str]:
    """Buttons and labels that are smaller than what they say, or reach out of what holds them; and what is
    wider than a place that scrolls up and down only."""
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
    boxes = (one for one in screen.findChildren(QComboBox) if one.isVisible())
    found += [one.accessibleName() for one in boxes if one.width() + ROUNDING < one.minimumSizeHint().width()]
    for area in screen.findChildren(QScrollArea):
        inner, never = area.widget(), area.horizontalScrollBarPolicy().name == "ScrollBarAlwaysOff"
        if never and inner and area.isVisible() and inner.width() > area.viewport().width() + ROUNDING:
            found.append(f"{area.accessibleName()} {inner.width()} in {area.viewport().width()}")
    return found


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=60_000)
    for _ in range(4):
        QApplication.processEvents()


def check(qtbot: QtBot, window: MainWindow, width: int, height: int) -> None:
    """Every screen in a window of this size, which it must not outgrow."""
    window.resize(width, height)
    wrong = []
    for name, screen in screens(window):
        settle(qtbot, window)
        wrong += [f"{name}: {one}" for one in cut_off(screen)]
        if window.width() > width or window.height() > height:
            wrong.append(f"{name}: wants {window.width()} x {window.height()} of {width} x {height}")
            window.resize(width, height)
    assert wrong == [], "\n".join(wrong)


def check_dialogs(qtbot: QtBot, window: MainWindow, width: int, height: int) -> None:
    wrong = []
    for name, dialog in dialogs(window):
        dialog.resize(dialog.size().boundedTo(dialog.size().__class__(width, height)))
        settle(qtbot, window)
        wrong += [f"{name}: {one}" for one in cut_off(dialog)]
        if dialog.width() > width or dialog.height() > height:
            wrong.append(f"{name}: wants {dialog.width()} x {dialog.height()} of {width} x {height}")
    assert wrong == [], "\n".join(wrong)
