"""The window at work, watched from inside: `python -m tests.bench.loop_process training|drafting HOME PORT`.
Syncs from the IMAP server at PORT meanwhile, then is closed in the middle of it. One JSON object on standard
output: how late the event loop was, how long clicks waited, how long the children lived on."""

import json
import mailbox
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QToolButton, QWidget

from core.app import App
from core.domain import AccountId
from core.sample.mailbox import make_mailbox
from core.store import settings
from core.store.accounts import Account
from core.store.paths import Profile
from core.store.settings import Learning, Settings
from core.tasks import CancelToken, Progress, Step
from desktop.application import make_application
from desktop.garbage import MainThreadCollector
from desktop.main_window import MainWindow
from desktop.operations import learning, mail
from tests.bench.loop_timer import Loop
from tests.bench.program import PASSPHRASE

CLICK_EVERY, ANSWER_IN = 0.25, 5.0  # seconds
MOST_SECONDS = 90
EXAMPLES, REPLIES = 24, 60


class Clicks(QObject):
    """A thread clicks one screen after another; a click is answered when the screen has been painted."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self.took: list[float] = []
        self._asked, self._painted = 0.0, threading.Event()
        self._ended = threading.Event()
        self._targets = [
            (window.rail.widgetForAction(action), screen)
            for screen, action in window._shown.items()
            if screen not in (window.empty, window.setup)
        ]
        for _, screen in self._targets:
            screen.installEventFilter(self)
        self._thread = threading.Thread(target=self._click_on, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and watched is self._awaited:
            QTimer.singleShot(0, self._on_painted)
        return False

    _awaited: QWidget | None = None

    def _on_painted(self) -> None:
        if self._awaited is not None:
            self._awaited = None
            self.took.append(time.perf_counter() - self._asked)
            self._painted.set()

    def _click_on(self) -> None:
        place = 0
        while not self._ended.is_set():
            button, screen = self._targets[place := (place + 1) % len(self._targets)]
            self._painted.clear()
            self._asked = time.perf_counter() + CLICK_EVERY
            time.sleep(CLICK_EVERY)  # what this thread wakes too late counts as well
            self._awaited = screen
            _post_click(button)
            if not self._painted.wait(ANSWER_IN):
                self.took.append(ANSWER_IN)


def _post_click(button: QToolButton) -> None:
    where = QPointF(button.rect().center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, held in (
        (QEvent.Type.MouseButtonPress, left),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        far = QPointF(button.mapToGlobal(button.rect().center()))
        QCoreApplication.postEvent(button, QMouseEvent(kind, where, far, left, held, none))


class Watch(QObject):
    """One run: what is to be busy, what is measured meanwhile, and the end."""

    def __init__(self, window: MainWindow, drafting: bool) -> None:
        super().__init__(window)
        self._window, self._drafting = window, drafting
        self._loop: Loop | None = None
        self._clicks: Clicks | None = None
        self.sync_seconds = 0.0
        self.drafts, self.steps = 0, 0

    def begin(self) -> None:
        if self._drafting:
            self._window.desk.jobs.started.connect(self._follow)
            self._window.replies.composer.write()
        else:
            learning.learn(self._window.desk).progressed.connect(self._on_step)

    def _follow(self, job: object) -> None:
        if job.lane == "write":
            job.texted.connect(self._on_text)
            job.ended.connect(self._again)

    def _again(self) -> None:
        self.drafts += 1
        QTimer.singleShot(50, self._window.replies.composer.write)

    def _on_text(self, _text: str) -> None:
        self._measure()

    def _on_step(self, step: Step) -> None:
        if step.stage == "training" and step.loss is not None:
            self.steps += 1
            self._measure()

    def _measure(self) -> None:
        if self._loop is not None:
            return
        self._loop, self._clicks = Loop(self), Clicks(self._window, self)
        self._clicks.start()
        self._began = time.perf_counter()
        mail.sync_mail(self._window.desk).ended.connect(self._finish)
        QTimer.singleShot(MOST_SECONDS * 1000, self._finish)

    def _finish(self) -> None:
        if self.sync_seconds:
            return
        self.sync_seconds = time.perf_counter() - self._began
        self._loop.stop()
        self._clicks.stop()
        mail.sync_mail(self._window.desk)  # so that the window is closed while it is busy with both
        QTimer.singleShot(500, self._close)

    def _close(self) -> None:
        self.children = psutil.Process().children(recursive=True)
        self.busy = [job.title for job in self._window.desk.jobs.running]
        self.closing = time.perf_counter()
        self._window.close()

    def result(self) -> dict[str, object]:
        _, alive = psutil.wait_procs(self.children, timeout=30)
        return {
            "late": self._loop.late,
            "clicks": self._clicks.took,
            "closing": time.perf_counter() - self.closing,
            "children": len(self.children),
            "alive": len(alive),
            "busy": self.busy,
            "drafts": self.drafts,
            "steps": self.steps,
            "seconds": self.sync_seconds,
        }


def _prepare(home: Path, port: int, until: Callable[[Step], bool] | None) -> App:
    """A profile that knows an account of the server and has a fictional person's mail, learned from as far
    as the first step of training."""
    home.mkdir(parents=True)
    wanted = Settings(learning=Learning(examples=EXAMPLES, gate=8, on_battery=True))
    settings.save(Profile(home).settings, wanted)
    app = App.open(Profile(home), PASSPHRASE, "a benchmark")
    file = home.parent / f"{home.name}.mbox"
    box = mailbox.mbox(file)
    for message in make_mailbox(3, replies=REPLIES, unread=4).messages:
        box.add(message.raw)
    box.close()
    app.mail.import_path(file, Progress(), CancelToken())
    me = "me@home.example"
    app.accounts.add(
        Account(AccountId(0), me, "Me", "127.0.0.1", port, "none", me), os.environ["BENCH_PASSWORD"]
    )
    if until is not None:
        token = CancelToken()
        _learn_until(app, token, until)
    return app


def _learn_until(app: App, token: CancelToken, until: Callable[[Step], bool]) -> None:
    from core.errors import Cancelled

    def look(step: Step) -> None:
        if until(step):
            token.cancel()

    try:
        app.learning.run(Progress(look), token)
    except Cancelled:
        return
    raise RuntimeError("learning ended before it trained")


def main() -> None:
    what, home, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    drafting = what == "drafting"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    app = _prepare(home, port, None if drafting else lambda step: step.loss is not None)
    qt = make_application(["longhand"])
    window = MainWindow(app)
    window.show()
    collector = MainThreadCollector(qt)
    watch = Watch(window, drafting)
    QTimer.singleShot(1000, watch.begin)
    qt.exec()
    result = watch.result()
    collector.stop()
    print(json.dumps(result), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
