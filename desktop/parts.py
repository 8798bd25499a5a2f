"""The small pieces every screen is made of, so that they look and speak alike."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.icon import icon
from desktop.theme import SPACE, scaled


def tip(text: str) -> str:
    """A tooltip's text, which Qt would read as HTML where it looks like it."""
    return f"<span>{escape(text)}</span>" if text else ""


def label(text: str = "", *, role: str = "", size: float = 1.0, bold: bool = False) -> QLabel:
    """A label that wraps; `role` names its look in the style sheet."""
    made = QLabel(text)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)  # it may hold what a stranger wrote
    made.setObjectName(role)
    made.setFont(scaled(made.font(), size, bold=bold))
    return made


def heading(text: str) -> QLabel:
    """The quiet title of a part of the screen."""
    return label(text, role="heading", size=0.95, bold=True)


def button(
    text: str,
    on_click: Callable[[], object],
    *,
    symbol: str = "",
    hint: str = "",
    shortcut: str = "",
    primary: bool = False,
) -> QPushButton:
    """A button with its icon, and a tooltip that ends with its shortcut."""
    made = QPushButton(text)
    made.clicked.connect(lambda _checked: on_click())
    if primary:
        made.setObjectName("primary")
    if symbol:
        made.setIcon(icon(symbol, "on_accent" if primary else "text"))
        made.setProperty("symbol", symbol)
        made.setProperty("tone", "on_accent" if primary else "text")
    if shortcut:
        made.setShortcut(QKeySequence(shortcut))
    keys = f" ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})" if shortcut else ""
    made.setToolTip((hint or text) + keys)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


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
            one.setIcon(icon(symbol, one.property("tone") or "text"))


def restyle(widget: QWidget) -> None:
    """Makes the style sheet look again at the widget's properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
