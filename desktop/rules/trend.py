"""How a rule fared over time, as a row of bars: each as high as the share of mails that kept it."""

from collections.abc import Sequence

from PySide6.QtCore import QDate, QEvent, QLocale, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from core.preference.trend import Period
from desktop.parts import heading, label, row
from desktop.theme import SPACE, tones
from desktop.words import say

HEIGHT = SPACE * 5
WIDEST = SPACE * 3  # of a bar: a few months should not look like a wall


class Trend(QWidget):
    """Hidden until there are two stretches of time to compare."""

    def __init__(self) -> None:
        super().__init__()
        self.bars = Bars()
        self.first, self.last = label(role="muted", size=0.92), label(role="muted", size=0.92)
        for one in (self.first, self.last):
            one.setWordWrap(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(heading(say("Over time")))
        column.addWidget(self.bars)
        column.addLayout(row(self.first, 1, self.last))
        self.hide()

    def show_periods(self, periods: Sequence[Period]) -> None:
        self.setVisible(sum(one.mails > 0 for one in periods) > 1)
        self.bars.show_periods(periods)
        if periods:
            self.first.setText(_when(periods[0]))
            self.last.setText(_when(periods[-1]))


class Bars(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.periods: tuple[Period, ...] = ()
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(say("How the rule was kept over time"))

    def show_periods(self, periods: Sequence[Period]) -> None:
        self.periods = tuple(periods)
        self.setAccessibleDescription("; ".join(_told(one) for one in periods if one.mails))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        look, painter = tones(self.palette()), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, period in enumerate(self.periods):
            box = self._box(place)
            if not period.mails:
                continue
            painter.setBrush(QColor(look.border))
            painter.drawRoundedRect(box, 2, 2)
            box.setTop(box.bottom() - box.height() * period.kept / period.mails)
            painter.setBrush(QColor(look.accent))
            painter.drawRoundedRect(box, 2, 2)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = next((n for n in range(len(self.periods)) if self._box(n).contains(event.pos())), None)
            QToolTip.showText(event.globalPos(), "" if at is None else _told(self.periods[at]), self)
            return True
        return super().event(event)

    def _box(self, place: int) -> QRectF:
        """From the left, whatever the direction of reading: time is drawn so everywhere."""
        step = min(self.width() / max(1, len(self.periods)), WIDEST)
        return QRectF(place * step, 0, max(1.0, step - 3), self.height())


def _told(period: Period) -> str:
    if not period.mails:
        return say("{0}: no mail").format(_when(period))
    return say("{0}: in {1} of {2} mails").format(_when(period), period.kept, period.mails)


def _when(period: Period) -> str:
    day, locale = QDate(period.start.year, period.start.month, 1), QLocale()
    if period.months == 12:
        return str(period.start.year)
    if period.months == 1:
        return locale.toString(day, "MMM yyyy")
    return f"{locale.toString(day, 'MMM')} – {locale.toString(day.addMonths(period.months - 1), 'MMM yyyy')}"
