"""The loss of every step of training, as a curve: how far the rules it guesses are from those it is to
learn; and beside it the same for mail it does not learn from, by which training stops in time. Drawn with
pyqtgraph, which is imported only here, off the main thread, and only once there is a curve to be seen."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.parts import label
from desktop.theme import SPACE, tones
from desktop.words import say

SMOOTH = 10  # steps of the running mean


def load_library() -> None:
    """Imports pyqtgraph, and with it numpy: some tenths of a second."""
    import pyqtgraph  # noqa: F401


class LossChart(QWidget):
    """`load` has `load_library` called on another thread, and then, on the main one, what it is given."""

    def __init__(self, load: Callable[[Callable[[], None]], object]) -> None:
        super().__init__()
        self._load = load
        self._asked = self._loaded = False
        self.losses: list[float] = []
        self.checks: list[tuple[int, float]] = []  # (step, loss)
        self._plot: Any = None
        self._each: Any = None
        self._mean: Any = None
        self._checked: Any = None
        self._legend: Any = None
        self._empty = label(say("The curve appears with the first steps of training."), role="muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._empty, 0, Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(SPACE * 28)
        self.setAccessibleName(say("Loss of each step of training"))

    def show_course(self, losses: Sequence[float], checks: Sequence[tuple[int, float]] = ()) -> None:
        """`checks`: (step, loss) on mail that is not learned from."""
        self.losses, self.checks = list(losses), list(checks)
        self._draw()

    def back_to(self, step: int) -> None:
        """A run that goes on from a checkpoint does again what came after it."""
        self.show_course(self.losses[:step], [one for one in self.checks if one[0] <= step])

    def add(self, loss: float) -> None:
        self.losses.append(loss)
        self._draw()

    def add_check(self, step: int, loss: float) -> None:
        self.checks.append((step, loss))
        self._draw()

    def retint(self) -> None:
        if self._plot is not None:
            self._dress()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        """The curve only where it can be seen; what it says in words always."""
        self._tell()
        if self.isVisible() and len(self.losses) > 1 and not self._asked:
            self._asked = True
            self._load(self._on_loaded)
        if self.isVisible() and self._loaded:
            self._draw_curve()

    def _on_loaded(self) -> None:
        self._loaded = True
        self._draw()

    def _tell(self) -> None:
        told = ""
        if self.losses:
            told = say("After {0} steps the loss is {1:.2f}").format(
                len(self.losses), running_mean(self.losses[-SMOOTH:], SMOOTH)[-1]
            )
        if told and self.checks:
            told += say(", and {0:.2f} on mail it does not learn from").format(self.checks[-1][1])
        self.setAccessibleDescription(told)
        self.setToolTip(told)

    def _draw_curve(self) -> None:
        if len(self.losses) < 2:
            self._empty.show()
            if self._plot is not None:
                self._plot.hide()
            return
        if self._plot is None:
            self._make_plot()
        self._empty.hide()
        self._plot.show()
        steps = list(range(1, len(self.losses) + 1))
        self._each.setData(steps, self.losses)
        self._mean.setData(steps, running_mean(self.losses, SMOOTH))
        self._checked.setData([step for step, _ in self.checks], [loss for _, loss in self.checks])

    def _make_plot(self) -> None:
        import pyqtgraph

        pyqtgraph.setConfigOptions(antialias=True)
        self._plot = pyqtgraph.PlotWidget()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self._plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0.03)
        item.setLabel("bottom", say("step"))
        item.setLabel("left", say("loss"))
        for name in ("left", "bottom"):
            item.getAxis(name).enableAutoSIPrefix(False)  # else 0.35 reads "350 (x0.001)"
        self._legend = item.addLegend(offset=(-SPACE, SPACE))
        self._each = self._plot.plot()
        self._mean = self._plot.plot(name=say("mail it learns from"))
        self._checked = self._plot.plot(name=say("mail it does not"), symbol="o", symbolSize=5)
        self._dress()
        self._column.addWidget(self._plot)

    def _dress(self) -> None:
        import pyqtgraph

        look = tones(self.palette())
        self._plot.setBackground(look.base)
        for name in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(name)
            axis.setPen(look.border)
            axis.setTextPen(look.muted)
        self._each.setPen(pyqtgraph.mkPen(look.muted, width=0.6))
        self._mean.setPen(pyqtgraph.mkPen(look.accent, width=2))
        self._checked.setPen(pyqtgraph.mkPen(look.warn, width=2))
        self._checked.setSymbolBrush(look.warn)
        self._checked.setSymbolPen(None)
        self._legend.setLabelTextColor(look.muted)


def running_mean(values: Sequence[float], over: int) -> list[float]:
    """Of each value and the `over` - 1 before it, fewer at the beginning."""
    means = []
    for end in range(1, len(values) + 1):
        window = values[max(0, end - over) : end]
        means.append(sum(window) / len(window))
    return means
