"""The real program, with an eye in it for tests that act from outside: it answers each line of its standard
input with one of JSON that says what can be seen and where. `python -m tests.desktop.watched_window`."""

import json
import os
import sys

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QAbstractButton, QWidget

from core.store.paths import Profile
from desktop.main_window import MainWindow
from desktop.start import load


class Eye(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._asked = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._asked.activated.connect(self._answer)
        self._answer()

    def _answer(self) -> None:
        if sys.stdin.readline():
            sys.stdout.write(json.dumps(self._seen()) + "\n")
            sys.stdout.flush()

    def _seen(self) -> dict[str, object]:
        window, pane = self._window, self._window.replies
        buttons = [one for one in window.findChildren(QAbstractButton) if one.isVisible()]
        return {
            "id": int(window.winId()),
            "screen": type(window.screens.currentWidget()).__name__,
            "jobs": [job.title for job in window.desk.jobs.running],
            "buttons": {one.text(): _middle(one) for one in buttons if one.isEnabled()},
            "waiting": pane.model.rowCount(),
            "list": _middle(pane.messages),
            "notes": _middle(pane.composer.notes),
            "page": _middle(pane.composer.draft),
            "draft": pane.composer.draft.toPlainText(),
            "status": pane.composer.status.text(),
            "learned": window.learning.bar.value() if window.learning.bar.maximum() else 0,
            "chips": [
                {
                    "trait": chip.applied.line.trait,
                    "rule": chip.applied.rule,
                    "leave": _middle(chip.leave_button),
                    "pin": _middle(chip.pin_button),
                }
                for chip in pane.chips.chips
                if not chip.leave_button.visibleRegion().isEmpty()
            ],
        }


def _middle(widget: QWidget) -> list[int]:
    point = widget.mapToGlobal(widget.rect().center())
    return [point.x(), point.y()]


if __name__ == "__main__":
    sys.exit(load()(Profile.locate(), os.environ.pop("LONGHAND_PASSPHRASE"), Eye))
