"""What may leave the machine: the ledger of it, the app's guard, and the wall around children.

The guard is a belt, not the proof: an audit hook sees Python's own sockets only. The proof is a
trace from outside.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.privacy import sandbox


@dataclass(frozen=True)
class LedgerEntry:
    """`at` in UTC; `purpose` is a word or two of ours ('sync', 'draft'), never mail."""

    at: datetime
    host: str
    purpose: str
    bytes_out: int
    bytes_in: int


class Ledger:
    """Handed to every transport; `record` writes the row (the store's LedgerRepository.add)."""

    def __init__(self, record: Callable[[LedgerEntry], None]) -> None:
        self._record = record

    def note(self, host: str, purpose: str, bytes_out: int, bytes_in: int) -> None:
        self._record(LedgerEntry(datetime.now(UTC), host, purpose, bytes_out, bytes_in))


class EgressRefused(PermissionError):
    """A connection that nobody configured. An OSError, so that libraries treat it as a failed
    connection; the text names no host."""

    def __init__(self) -> None:
        super().__init__("Longhand refused a network connection that is not configured.")


class Guard:
    """Lets through the hosts that were allowed, and their addresses as the resolver gave them.

    Audit hooks cannot be taken out again: `close` makes this one let everything through.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, int] = {}  # host -> how often it is allowed
        self._addresses: dict[str, set[str]] = {}  # allowed host -> its addresses
        self._lock = threading.Lock()
        self._active = True
        self._resolve = socket.getaddrinfo
        # The audit event of a connect holds the address alone; which host it belongs to is known
        # only where a name is resolved.
        socket.getaddrinfo = self._getaddrinfo
        sys.addaudithook(self._hook)

    def allow(self, host: str) -> None:
        with self._lock:
            self._hosts[_plain(host)] = self._hosts.get(_plain(host), 0) + 1

    def disallow(self, host: str) -> None:
        """Takes one `allow` back; its addresses go with the last one."""
        with self._lock:
            left = self._hosts.get(_plain(host), 0) - 1
            if left > 0:
                self._hosts[_plain(host)] = left
            else:
                self._hosts.pop(_plain(host), None)
                self._addresses.pop(_plain(host), None)

    @contextmanager
    def allowing(self, host: str) -> Iterator[None]:
        """For the length of one job, such as a download."""
        self.allow(host)
        try:
            yield
        finally:
            self.disallow(host)

    def close(self) -> None:
        self._active = False
        if socket.getaddrinfo == self._getaddrinfo:
            socket.getaddrinfo = self._resolve

    def _getaddrinfo(self, host: Any, *args: Any, **named: Any) -> Any:
        found = self._resolve(host, *args, **named)
        with self._lock:
            if host is not None and _plain(host) in self._hosts:
                addresses = {_plain(entry[4][0]) for entry in found}
                self._addresses.setdefault(_plain(host), set()).update(addresses)
        return found

    def _allowed(self, host: object) -> bool:
        # getaddrinfo(None) means this machine's own addresses, for listening: nothing leaves.
        if host is None or _plain(host) in self._hosts:
            return True
        with self._lock:
            return any(_plain(host) in addresses for addresses in self._addresses.values())

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self._active and event.startswith("socket."):
            target = _target(event, args)
            if target is not None and not self._allowed(target):
                raise EgressRefused


@dataclass(frozen=True)
class Wall:
    """Which walls stand around this process; the hook always does."""

    seccomp: bool
    namespace: bool


def deny_all_network() -> Wall:
    """For a child, before its heavy imports and before it starts threads. There is no way back. Pipes
    and Unix sockets go on working."""

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith("socket.") and _target(event, args) is not None:
            raise EgressRefused

    sys.addaudithook(refuse)
    namespace = sandbox.leave_network_namespace()
    return Wall(seccomp=sandbox.forbid_sockets(), namespace=namespace)


_RESOLVES = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def _target(event: str, args: tuple[Any, ...]) -> object | None:
    """The host or address an audit event would reach; None where it stays on this machine's own
    Unix sockets or is no connection at all. An unknown shape counts as a host, so it is refused."""
    if event in _RESOLVES:
        return args[0] if args[0] is not None else None
    if event == "socket.getnameinfo":
        return str(args[0][0])
    if event not in _SENDS:
        return None
    connection, address = args[0], args[1]
    if address is None or connection.family == getattr(socket, "AF_UNIX", None):
        return None
    return address[0] if isinstance(address, tuple) and address else "unknown"


def _plain(host: object) -> str:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    return text.strip("[]").rstrip(".").partition("%")[0].lower()
