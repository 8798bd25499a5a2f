"""Trying again what a mail server or the line to it broke off: after a pause that doubles, with jitter so
that not all clients come back at once, and not before the server wants."""

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from core.errors import ConnectionLost, ServerBusy
from core.tasks import CancelToken, Progress

ATTEMPTS = 4
LONGEST = 120.0  # seconds; a server that asks for a longer pause is told of instead
_PAUSE = "pause the mail server needs"

Result = TypeVar("Result")


def patiently(
    work: Callable[[], Result], progress: Progress, cancel: CancelToken, first: float = 1.0
) -> Result:
    """What `work` returns; `first`: seconds before it is tried again for the first time. Raises what it
    raises: ConnectionLost and ServerBusy after some attempts only. Raises Cancelled."""

    def rest(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            progress.update(_PAUSE, round(seconds - left), round(seconds))
            cancel.check()
            time.sleep(min(0.1, left))

    attempts = Retrying(
        stop=_stop, wait=_Pause(first), retry=retry_if_exception_type((ConnectionLost, ServerBusy)),
        sleep=rest, reraise=True,
    )  # fmt: skip
    return attempts(work)


def _stop(state: RetryCallState) -> bool:
    return stop_after_attempt(ATTEMPTS)(state) or _asked_for(state) > LONGEST


def _asked_for(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.seconds if isinstance(error, ServerBusy) else 0.0


class _Pause(wait_base):
    def __init__(self, first: float) -> None:
        self._doubling = wait_exponential_jitter(multiplier=first, max=LONGEST, jitter=first)

    def __call__(self, retry_state: RetryCallState) -> float:
        return max(self._doubling(retry_state), _asked_for(retry_state))
