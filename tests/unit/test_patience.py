"""When a broken line is tried again, and when not."""

import time

import pytest

from core.errors import Cancelled, ConnectionLost, MailError, ServerBusy
from core.mail.patience import ATTEMPTS, patiently
from core.mail.throttling import busy, is_busy
from core.tasks import CancelToken, Progress, Step


class Failing:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_it_goes_on_after_a_pause() -> None:
    told: list[Step] = []
    work = Failing(ConnectionLost("Broke off."), ServerBusy("Busy.", 0.2))
    assert patiently(work, Progress(told.append), CancelToken(), 0.01) == "done"
    assert work.calls == 3
    assert told[0].stage == "pause the mail server needs"


def test_the_pause_a_server_asks_for_is_kept() -> None:
    started = time.monotonic()
    patiently(Failing(ServerBusy("Busy.", 0.5)), Progress(), CancelToken(), 0.01)
    assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize("error", [MailError("Refused."), ServerBusy("For an hour.", 3600)])
def test_what_no_pause_mends_is_told_at_once(error: MailError) -> None:
    work = Failing(error, error)
    with pytest.raises(MailError):
        patiently(work, Progress(), CancelToken(), 0.01)
    assert work.calls == 1


def test_it_gives_up_in_the_end() -> None:
    work = Failing(*[ConnectionLost("Broke off.")] * 10)
    with pytest.raises(ConnectionLost):
        patiently(work, Progress(), CancelToken(), 0.01)
    assert work.calls == ATTEMPTS


def test_a_cancel_ends_the_pause() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        patiently(Failing(ConnectionLost("Broke off.")), Progress(), cancel, 60)


def test_throttling_is_recognised() -> None:
    for text in (
        "[THROTTLED] slow down",
        "[UNAVAILABLE] Temporary authentication failure",
        "Account exceeded command or bandwidth limits. (Failure)",
        "Request is throttled. Suggested Backoff Time: 299923 milliseconds",
        "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ):
        assert is_busy(text)
    assert not is_busy("[AUTHENTICATIONFAILED] Authentication failed.")
    assert busy("Suggested Backoff Time: 299923 milliseconds").seconds == pytest.approx(299.923)
    assert "5 min" in str(busy("Suggested Backoff Time: 299923 milliseconds"))
