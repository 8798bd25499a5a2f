"""The small pieces every screen is made of, so that they look and speak alike."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.icon import icon
from desktop.theme import SPACE, scaled

ICON, GAP = 16, 6  # of a button with words, in device-independent pixels


def tip(text: str) -> str:
    """A tooltip's text, which Qt would read as HTML where it looks like it."""
    return f"<span>{escape(text)}</span>" if text else ""


class Label(QLabel):
    """Its size is relative to the application's letters."""

    def __init__(self, text: str, size: float, bold: bool) -> None:
        super().__init__(text)
        self._size, self._bold = size, bold
        self.fit()

    def fit(self) -> None:
        """To the application's letters as they are now."""
        if self._size != 1.0 or self._bold:
            self.setFont(scaled(QApplication.font(), self._size, bold=self._bold))


def label(text: str = "", *, role: str = "", size: float = 1.0, bold: bool = False) -> Label:
    """A label that wraps; `role` names its look in the style sheet."""
    made = Label(text, size, bold)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)  # it may hold what a stranger wrote
    made.setObjectName(role)
    return made


def heading(text: str) -> Label:
    """The quiet title of a part of the screen."""
    made = label(text, role="heading", size=0.95, bold=True)
    made.setWordWrap(False)
    return made


def command(
    owner: QWidget,
    text: str,
    act: Callable[[], object],
    *,
    symbol: str = "",
    hint: str = "",
    shortcut: str | QKeySequence.StandardKey = "",
    checkable: bool = False,
) -> QAction:
    """One thing a user can do on a screen: `owner.actions()` makes up the screen's menu. Its shortcut
    works while the owner can be seen."""
    made = QAction(text, owner)
    made.setProperty("symbol", symbol)
    made.setCheckable(checkable)
    if symbol:
        made.setIcon(icon(symbol))
    if shortcut:
        made.setShortcut(QKeySequence(shortcut))
    shown = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    made.setToolTip((hint or text.rstrip(" …")) + (f" ({shown})" if shown else ""))
    made.triggered.connect(lambda _checked: act())
    owner.addAction(made)
    return made


def separator(owner: QWidget) -> None:
    """A line in the screen's menu."""
    made = QAction(owner)
    made.setSeparator(True)
    owner.addAction(made)


class ActionButton(QPushButton):
    """A command as a button, which looks as the command stands: its words, whether it can be done now.
    `primary` is the filled one, `flat` one of several small ones."""

    def __init__(self, action: QAction, *, primary: bool = False, flat: bool = False) -> None:
        super().__init__()
        self._action = action
        self._tone = "on_accent" if primary else "text"
        if primary or flat:
            self.setObjectName("primary" if primary else "flat")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCheckable(action.isCheckable())
        self.clicked.connect(lambda _checked: action.trigger())
        action.changed.connect(self._follow)
        action.toggled.connect(self.setChecked)
        if (symbol := action.property("symbol")) and not flat:
            self.setIcon(icon(symbol, self._tone, GAP))
            self.setIconSize(QSize(ICON + GAP, ICON))
            self.setProperty("symbol", symbol)
            self.setProperty("tone", self._tone)
            self.setProperty("gap", GAP)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        self.setText(action.text())
        self.setToolTip(action.toolTip())
        self.setEnabled(action.isEnabled())
        if self.parentWidget() is not None or not action.isVisible():  # else it would be a window
            self.setVisible(action.isVisible())


def press(text: str, on_click: Callable[[], object], *, hint: str = "", primary: bool = False) -> QPushButton:
    """A button for what is a command elsewhere, or belongs to one row alone."""
    made = QPushButton(text)
    made.setToolTip(hint or text.rstrip(" …"))
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if primary:
        made.setObjectName("primary")
    made.clicked.connect(lambda _checked: on_click())
    return made


def row(*parts: QWidget | int, spacing: int = SPACE) -> QHBoxLayout:
    """Side by side; a number is a stretch."""
    made = QHBoxLayout()
    made.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            made.addStretch(part)
        else:
            made.addWidget(part)
    return made


def card(*, margin: int = SPACE * 2) -> tuple[QFrame, QVBoxLayout]:
    """A framed part of a screen, and the column to fill it with."""
    made = QFrame()
    made.setObjectName("card")
    column = QVBoxLayout(made)
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(SPACE)
    return made, column


def page(owner: QWidget, title: str, about: str) -> QVBoxLayout:
    """The column of a screen, begun with its title and what it is for."""
    whole = QVBoxLayout(owner)
    whole.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
    whole.setSpacing(SPACE * 2)
    head = QVBoxLayout()
    head.setSpacing(SPACE // 2)
    head.addWidget(label(title, size=1.45, bold=True))
    head.addWidget(label(about, role="muted"))
    whole.addLayout(head)
    return whole


def quiet_button(symbol: str, name: str, on_click: Callable[[], object], tone: str = "muted") -> QToolButton:
    """An icon alone; `name` is its tooltip and what a screen reader says."""
    made = QToolButton()
    made.setObjectName("quiet")
    made.setMinimumSize(SPACE * 3 + 2, SPACE * 3 + 2)  # a full column of chips must not squeeze it
    set_symbol(made, symbol, name, tone)
    made.clicked.connect(lambda _checked: on_click())
    return made


def set_symbol(of: QToolButton, symbol: str, name: str, tone: str = "muted") -> None:
    """Gives an icon button another meaning."""
    of.setProperty("symbol", symbol)
    of.setProperty("tone", tone)
    of.setIcon(icon(symbol, tone))
    of.setToolTip(name)
    of.setAccessibleName(name)


def retint(root: QWidget) -> None:
    """Draws all icons below `root` again, in the colours of the present appearance."""
    drawn: list[QAbstractButton | QAction] = list(root.findChildren(QAbstractButton))
    drawn += root.findChildren(QAction)
    for one in drawn:
        if symbol := one.property("symbol"):
            one.setIcon(icon(symbol, one.property("tone") or "text", one.property("gap") or 0))


def restyle(widget: QWidget) -> None:
    """Makes the style sheet look again at the widget's properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
