"""What every screen owes its users: translated texts, names for a screen reader, shortcuts."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.models.budget import Used
from core.store.settings import Cloud
from desktop import words
from desktop.care.account_dialog import AccountDialog
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.first_run.begin import EmptyState
from desktop.main_window import MainWindow
from desktop.rules.dialog import RuleDialog

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


class Pseudo(QTranslator):
    """Marks all texts that pass through Qt's translation."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"«{text}»"


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[None]:
    translator = Pseudo()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def texts(root: QWidget) -> list[str]:
    found = [one.text() for one in root.findChildren(QLabel)]
    found += [one.text() for one in root.findChildren(QAbstractButton)]
    found += [one.placeholderText() for one in root.findChildren(QPlainTextEdit)]
    found += [one.toolTip() for one in root.findChildren(QAbstractButton)]
    return [text for text in found if text.strip("0123456789 ·–") and not text.endswith(".example")]


@pytest.mark.parametrize("screen", ["empty", "account", "rule", "cloud", "terms"])
def test_every_text_is_translated(qtbot: QtBot, pseudo: None, empty_window: MainWindow, screen: str) -> None:
    made = {
        "empty": EmptyState,
        "account": lambda: AccountDialog(empty_window.desk, empty_window),
        "rule": lambda: RuleDialog(empty_window),
        "cloud": lambda: CloudDialog(empty_window, ["ann@firm.example", "office@firm.example"]),
        "terms": lambda: TermsDialog(empty_window, Cloud(model="m"), Used(), ("ann@firm.example",)),
    }[screen]()
    qtbot.addWidget(made)
    found = texts(made)
    assert len(found) > 4
    assert [text for text in found if not text.startswith("«")] == []


def test_every_text_of_the_window_is_translated(pseudo: None, empty_window: MainWindow) -> None:
    found = texts(empty_window)
    assert len(found) > 20
    assert [text for text in found if not text.startswith(("«", "<span>«"))] == []
    menus = [one for one in empty_window.menuBar().findChildren(QMenu) if one.title()]
    assert len(menus) == 10
    for menu in menus:
        assert menu.title().startswith("«")
        assert all(act.isSeparator() or act.text().startswith("«") for act in menu.actions())


def test_whatever_takes_the_focus_has_a_name(window: MainWindow) -> None:
    nameless = []
    for widget in window.findChildren(QWidget):
        owners = (widget.parent(), widget.parent().parent() if widget.parent() else None)
        inner = any(isinstance(one, QComboBox | QLineEdit) for one in owners) or not widget.isEnabled()
        if widget.focusPolicy() is Qt.FocusPolicy.NoFocus or inner:
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not widget.accessibleName() and not text and not widget.objectName().startswith("qt_"):
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []


def test_every_action_has_a_tooltip_and_its_own_shortcut(window: MainWindow) -> None:
    acts = [act for act in window.findChildren(type(window.quit_action)) if act.parent() is window]
    assert len(acts) > 7
    keys = [act.shortcut().toString() for act in acts if act.shortcut().toString()]
    assert len(keys) == len(set(keys))
    assert all(act.toolTip() for act in acts)


def test_keyboard_alone_goes_from_the_list_to_a_draft(qtbot: QtBot, window: MainWindow) -> None:
    window.replies.messages.setFocus()
    QTest.keyClick(window.replies.messages, Qt.Key.Key_Down)
    assert window.replies.messages.currentIndex().row() == 1
    composer = window.replies.composer
    QTest.keyClick(window.replies.messages, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert composer.sheet is not None
    assert composer.sheet.job is not None
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: composer.sheet is not None and composer.sheet.job is None, timeout=10_000)
    assert composer.status.text() in ("Stopped", "")
    page = window.replies.reading
    assert isinstance(page, QTextEdit)
    assert page.tabChangesFocus()


def spoken(tree: ast.AST) -> Iterator[str]:
    """All texts of a module but its docstrings, as they stand in its source."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield ast.unparse(node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield from spoken(node)


def test_no_sentence_of_cores_tells_a_window_to_type_a_command(repository: Path) -> None:
    """In every room but the command line's own."""
    named = [
        text
        for path in (repository / "core").rglob("*.py")
        if "cli" not in path.parts and path.name != "demo.py"
        for text in spoken(ast.parse(path.read_text("utf-8")))
        if re.search(r"['`]longhand [a-z]+[^'`]*['`]|same command", text) and " " in text.strip()
    ]
    named = [text for text in named if not re.search(r"longhand (mailbox|people) ", text)]  # seeds
    assert len(named) > 20
    told = [words.in_window(text) for text in named]
    assert [text for text in told if re.search(r"['`]longhand |same command", text)] == []


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (2, "a few seconds left"),
        (31, "about 30 seconds left"),
        (61, "about a minute left"),
        (600, "about 10 minutes left"),
        (7300, "about 2 hours left"),
    ],
)
def test_time_left(seconds: float | None, told: str) -> None:
    assert words.time_left(seconds) == told


@pytest.mark.parametrize(
    ("before", "told"),
    [(timedelta(days=1), "Tuesday"), (timedelta(days=40), "23 Jan"), (timedelta(days=400), "28 Jan 2025")],
)
def test_short_dates(before: timedelta, told: str) -> None:
    assert words.short_date(NOW - before, NOW) == told
