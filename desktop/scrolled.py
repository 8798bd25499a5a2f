"""What scrolls where a screen has too little room for it, as at 200 % on a small laptop."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.theme import SPACE

FRAME = QSize(16, 48)  # what a window manager draws around a dialog, at most


class Scrolled(QScrollArea):
    """Wants as much room as what it holds, and makes do with little."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setWidget(inner)

    def sizeHint(self) -> QSize:  # noqa: N802
        inner = self._inner
        hint = inner.sizeHint()
        if inner.hasHeightForWidth():
            hint.setHeight(max(hint.height(), inner.heightForWidth(hint.width())))
        return hint

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.fontMetrics().averageCharWidth() * 20, self.fontMetrics().lineSpacing() * 4)


class Pages(QStackedWidget):
    """Pages of which only the one that is shown says how much room is needed."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def sizeHint(self) -> QSize:  # noqa: N802
        shown = self.currentWidget()
        return shown.sizeHint() if shown else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        shown = self.currentWidget()
        return shown is not None and shown.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        shown = self.currentWidget()
        return shown.heightForWidth(width) if shown else -1


def fit_on_screen(dialog: QDialog, wanted: QSize | None = None) -> None:
    """As large as `wanted`, or as what it holds where that is more, but never more than its screen shows."""
    room = dialog.screen().availableSize() - FRAME
    for one in dialog.findChildren(Scrolled):
        one.updateGeometry()  # layouts remember what it wanted before
    hint = dialog.sizeHint()
    dialog.resize((hint if wanted is None else wanted.expandedTo(dialog.minimumSize())).boundedTo(room))


def scrolled_form(dialog: QDialog, buttons: QWidget) -> QVBoxLayout:
    """The column for a dialog's form, which scrolls where need be; the buttons always stand below it."""
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE * 2)
    whole = QVBoxLayout(dialog)
    whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
    whole.setSpacing(SPACE * 2)
    whole.addWidget(Scrolled(inner), 1)
    whole.addWidget(buttons)
    return column
