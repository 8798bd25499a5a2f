"""A TCP proxy before an IMAP server that lets something go wrong at one place of the conversation, once."""

import contextlib
import re
import socket
import threading
from typing import Literal

from tests.proxy import Proxy, end, in_background

Place = Literal["connect", "login", "LIST", "SELECT", "FETCH", "APPEND", "APPENDED"]
Fault = Literal["cut", "stall", "garbage", "BYE"]
PLACES: tuple[Place, ...] = ("connect", "login", "LIST", "SELECT", "FETCH", "APPEND", "APPENDED")
FAULTS: tuple[Fault, ...] = ("cut", "stall", "garbage", "BYE")

_COMMANDS = {
    "login": re.compile(rb"^\S+ (?:LOGIN|AUTHENTICATE)\b", re.IGNORECASE | re.MULTILINE),
    "LIST": re.compile(rb"^\S+ LIST\b", re.IGNORECASE | re.MULTILINE),
    "SELECT": re.compile(rb"^\S+ (?:SELECT|EXAMINE)\b", re.IGNORECASE | re.MULTILINE),
    "FETCH": re.compile(rb"^\S+ UID FETCH \S+ \(.*BODY", re.IGNORECASE | re.MULTILINE),
    "APPEND": re.compile(rb"^\S+ APPEND\b", re.IGNORECASE | re.MULTILINE),
}
_MIDWAY = 3000  # bytes of the answer to FETCH that still come: some messages, and a part of one
_GARBAGE = b"\x00\xff)} {12\r\n* \x80\x81 FETCH ((((\r\n" * 3
_BYE = b"* BYE Too tired to go on\r\n"


class FaultyWire(Proxy):
    """`place` is a command whose answer goes wrong; of FETCH in the middle of a literal; APPENDED is the
    answer after the message was taken. The first connection that comes to the place meets the fault; all
    others are carried through."""

    def __init__(self, port: int, place: Place, fault: Fault) -> None:
        self._place, self._fault = place, fault
        self.met = threading.Event()  # the fault has happened
        super().__init__(port)

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        _Conversation(client, server, self._place, self._fault, self.met).start()


class _Conversation:
    def __init__(
        self, client: socket.socket, server: socket.socket, place: Place, fault: Fault, met: threading.Event
    ) -> None:
        self._client, self._server = client, server
        self._place, self._fault, self._met = place, fault, met
        self._due = threading.Event()
        self._left = 0
        if place == "connect":
            self._due.set()

    def start(self) -> None:
        in_background(self._asks)
        in_background(self._answers)

    def _asks(self) -> None:
        """From the client; sees the command whose answer goes wrong."""
        asked, appended = b"", False
        place = "APPEND" if self._place == "APPENDED" else self._place
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                asked = asked[-4000:] + data
                if appended:  # the message itself
                    self._due.set()
                if place in _COMMANDS and _COMMANDS[place].search(asked):
                    asked = b""
                    appended = self._place == "APPENDED"
                    self._left = _MIDWAY if place == "FETCH" else 0
                    if not appended:
                        self._due.set()
                self._server.sendall(data)
        end(self._server)

    def _answers(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                if self._due.is_set() and not self._met.is_set():
                    before, rest = data[: self._left], data[self._left :]
                    self._left -= len(before)
                    self._client.sendall(before)
                    if not rest and self._left >= 0:
                        continue
                    self._met.set()
                    if not self._go_on_after(rest):
                        return
                else:
                    self._client.sendall(data)
        end(self._client)

    def _go_on_after(self, rest: bytes) -> bool:
        """Lets the fault happen; whether anything comes after it."""
        if self._fault == "stall":
            return False
        if self._fault == "garbage":
            self._client.sendall(_GARBAGE + rest)
            return True
        if self._fault == "BYE":
            self._client.sendall(_BYE)
        end(self._client)
        end(self._server)
        return False
