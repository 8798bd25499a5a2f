"""The window fetches new mail by itself, where the user has said how often: not on battery unless they want
that, never while other mail is being fetched, and after a failure at longer and longer intervals."""

from PySide6.QtCore import QObject, QTimer

from core.errors import SignInRefused
from core.mail.sync_result import SyncResult
from desktop.desk import Desk
from desktop.jobs import Job, Lane
from desktop.operations import mail
from desktop.words import say

MINUTE_MS = 60_000
MOST_MINUTES = 240  # between two tries, however often they fail


class OwnSync(QObject):
    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._failed = 0  # in a row
        self._refused = False
        self._asking: Job | None = None
        self.minute_ms = MINUTE_MS
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)
        desk.jobs.started.connect(self._on_started)
        desk.at_close(self._timer.stop)
        self.wake()

    @property
    def minutes(self) -> int:
        """Until the next try; 0 where there is none by itself."""
        wanted = self._desk.app.settings.now.watch.minutes
        if not wanted or self._refused:
            return 0
        longer: int = wanted * 2**self._failed
        return max(wanted, min(MOST_MINUTES, longer))

    def wake(self) -> None:
        """From now on as the settings are; what failed before is forgotten."""
        self._failed, self._refused = 0, False
        self._wait()

    def _wait(self) -> None:
        self._timer.stop()
        if minutes := self.minutes:
            self._timer.start(minutes * self.minute_ms)

    def _on_time(self) -> None:
        syncs = any(account.host for account in self._desk.app.accounts.all())
        busy = any(job.lane is Lane.MAIL for job in self._desk.jobs.running)
        if not syncs or busy or self._asking is not None:
            self._wait()
            return
        self._asking = mail.may_sync(self._desk)
        self._asking.done.connect(self._on_may)
        self._asking.ended.connect(self._on_asked)

    def _on_may(self, may: bool) -> None:
        if not may or any(job.lane is Lane.MAIL for job in self._desk.jobs.running):
            self._wait()
            return
        job = mail.sync_unasked(self._desk)
        job.failed.connect(self._on_failed)

    def _on_asked(self) -> None:
        self._asking = None

    def _on_started(self, job: Job) -> None:
        """Whoever asked for it: the time until the next one begins when this one has ended."""
        if job.lane is Lane.MAIL:
            self._timer.stop()
            job.done.connect(self._on_done)
            job.failed.connect(lambda _error: self._wait())
            job.cancelled.connect(self._wait)

    def _on_done(self, result: object) -> None:
        if isinstance(result, SyncResult):
            self.wake()
        else:  # an import says nothing about the server
            self._wait()

    def _on_failed(self, error: Exception) -> None:
        """Told once, in the line below: nobody asked for it just now."""
        self._failed += 1
        self._refused = isinstance(error, SignInRefused)  # again and again would lock the account
        self._wait()
        if self._refused:
            self._desk.told.emit(
                say("Your mail server refused the sign-in, so mail is not fetched by itself; press Sync.")
            )
        elif self._failed == 1:
            self._desk.told.emit(say("New mail could not be fetched just now; it is tried again later."))
