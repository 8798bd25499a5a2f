"""Steps of one job side by side: an iterator that works in a thread of its own, a little ahead of whoever
takes from it. Waiting for the network, for the reader child and for the disk then overlap."""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")
_LOOK = 0.1  # seconds between looks at whether anybody still wants more


@contextmanager
def ahead(items: Iterable[Item], most: int = 2) -> Iterator[Iterator[Item]]:
    """The same items in the same order, at most `most` of them waiting. What `items` raises is raised where
    they are taken. Leaving ends the thread, once its iterator gives its next item or an error."""
    worker = _Worker(items, most)
    try:
        yield worker.taken()
    finally:
        worker.stop()


class _Worker(Generic[Item]):
    def __init__(self, items: Iterable[Item], most: int) -> None:
        self._items = items
        self._made: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(most)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)
        self._thread.start()

    def taken(self) -> Iterator[Item]:
        while (made := self._made.get()) is not None:
            if isinstance(made, BaseException):
                raise made
            yield made[0]

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for item in self._items:
                if not self._put((item,)):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are taken
            self._put(error)

    def _put(self, made: tuple[Item] | BaseException | None) -> bool:
        while not self._over.is_set():
            try:
                self._made.put(made, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False
