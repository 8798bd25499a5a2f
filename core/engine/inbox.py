"""The child's end of the conversation: a control thread reads the pipe while the main thread works,
so that a Cancel is heard at once and the end of the parent is the end of the child."""

import os
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from core.engine.pipe import Cancel, Pipe

Request = TypeVar("Request")


class Flag(Protocol):
    """threading.Event, or anything like it that native code can look at."""

    def set(self) -> None: ...

    def clear(self) -> None: ...


class Inbox(Generic[Request]):
    """Requests in the order they came. `flag` is set by a Cancel and cleared by the next request;
    a Cancel that comes after its request was answered thus stops nothing else."""

    def __init__(
        self, pipe: Pipe, requests: Any, flag: Flag, heed: Mapping[type, Callable[[], None]] | None = None
    ) -> None:
        """`requests` is the union of message types this role takes, Cancel among them; `heed`: those that are
        no requests, and what is done at once when one comes."""
        self._pipe = pipe
        self._decoder: msgspec.msgpack.Decoder[Request | Cancel] = msgspec.msgpack.Decoder(requests)
        self._flag = flag
        self._heed = heed or {}
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="control", daemon=True).start()

    def next(self, idle: float | None) -> Request | None:
        """Waits for a request; None after `idle` seconds without one."""
        try:
            return self._requests.get(timeout=idle)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        try:
            while (body := self._pipe.receive()) is not None:
                message = self._decoder.decode(body)
                if isinstance(message, Cancel):
                    self._flag.set()
                elif heeded := self._heed.get(type(message)):
                    heeded()
                else:
                    self._flag.clear()
                    self._requests.put(message)
        finally:
            os._exit(0)  # the parent is gone or done, whatever the main thread is at
