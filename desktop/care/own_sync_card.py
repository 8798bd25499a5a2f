"""How often the window looks for new mail by itself: never, until the user says so."""

from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QVBoxLayout

from core.store.settings import Watch
from desktop.desk import Desk
from desktop.operations import mail as operations
from desktop.parts import label, row
from desktop.theme import SPACE
from desktop.words import say

OFFERED = (5, 15, 30, 60, 240)  # minutes


class OwnSyncCard(QFrame):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        title = label(say("Look for new mail"), bold=True)
        title.setWordWrap(False)
        self.often = QComboBox()
        self.often.setAccessibleName(title.text())
        self.often.setMinimumHeight(SPACE * 4)
        self.often.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.on_battery = QCheckBox(say("On &battery too"))
        self.on_battery.setToolTip(say("Look for new mail while the computer is not plugged in, as well"))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        column.setSpacing(SPACE)
        column.addLayout(row(title, self.often, self.on_battery, 1, spacing=SPACE * 2))
        column.addWidget(
            label(
                say("By itself, while this window is open. Your mail server is asked, and nobody else."),
                role="muted",
            )
        )
        self.often.activated.connect(lambda _place: self._keep())
        self.on_battery.clicked.connect(lambda _on: self._keep())

    def reload(self) -> None:
        now = self._desk.app.settings.now.watch
        self.often.clear()
        self.often.addItem(say("Only when I press Sync"), 0)
        for minutes in sorted({*OFFERED, now.minutes} - {0}):
            told = say("Every {0} minutes").format(minutes)
            if minutes >= 60 and minutes % 60 == 0:
                hours = minutes // 60
                told = say("Every hour") if hours == 1 else say("Every {0} hours").format(hours)
            self.often.addItem(told, minutes)
        self.often.setCurrentIndex(self.often.findData(now.minutes))
        self.on_battery.setChecked(now.on_battery)
        self.on_battery.setEnabled(bool(now.minutes))

    def _keep(self) -> None:
        watch = Watch(int(self.often.currentData()), self.on_battery.isChecked())
        self.on_battery.setEnabled(bool(watch.minutes))
        operations.set_watch(self._desk, watch=watch)
