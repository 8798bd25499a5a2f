"""A TCP proxy before Dovecot that speaks Gmail's extension (X-GM-EXT-1) as its documentation has it: the
capability, and X-GM-MSGID, X-GM-THRID and X-GM-LABELS in FETCH. No server that can be installed has it."""

import contextlib
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.proxy import Proxy, end, in_background

_ASKED = re.compile(rb" ?X-GM-(MSGID|THRID|LABELS)")
_SELECTS = re.compile(rb'\S+ (?:SELECT|EXAMINE) "?([^"\r\n]+?)"?(?: \(CONDSTORE\))?\r\n', re.IGNORECASE)
_ANSWER = re.compile(rb"(?m)^(\* \d+ FETCH \(UID (\d+))")
_CAPABILITY = re.compile(rb"CAPABILITY IMAP4rev1")


@dataclass(frozen=True)
class Known:
    """What Gmail knows of a message. Labels as they stand in the answer: quoted, or '\\\\Inbox' as it is."""

    number: int
    thread: int
    labels: tuple[str, ...] = ()


class GmailWire(Proxy):
    """`mail`: (folder, UID) -> what is known."""

    def __init__(self, port: int, mail: Mapping[tuple[str, int], Known]) -> None:
        self._mail = mail
        super().__init__(port)

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        _Talk(client, server, self._mail).start()


class _Talk:
    def __init__(
        self, client: socket.socket, server: socket.socket, mail: Mapping[tuple[str, int], Known]
    ) -> None:
        self._client, self._server, self._mail = client, server, mail
        self._folder, self._wanted = "", frozenset[bytes]()

    def start(self) -> None:
        in_background(self._until_the_end, self._asks)
        in_background(self._until_the_end, self._answers)

    def _until_the_end(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            work()
        end(self._client)
        end(self._server)

    def _asks(self) -> None:
        """By lines: the client waits for the answer to each."""
        with self._client.makefile("rb") as lines:
            while line := lines.readline():
                if match := _SELECTS.match(line):
                    self._folder = match[1].decode()
                self._wanted = frozenset(_ASKED.findall(line))
                self._server.sendall(_ASKED.sub(b"", line).replace(b"()", b"(UID)"))

    def _answers(self) -> None:
        """By lines; literals are carried through untouched."""
        with self._server.makefile("rb") as lines:
            while line := lines.readline():
                line = _CAPABILITY.sub(b"CAPABILITY IMAP4rev1 X-GM-EXT-1", line)
                self._client.sendall(_ANSWER.sub(self._told, line))
                while match := re.search(rb"\{(\d+)\}\r\n$", line):
                    self._client.sendall(lines.read(int(match[1])))
                    line = lines.readline()
                    self._client.sendall(line)

    def _told(self, match: "re.Match[bytes]") -> bytes:
        known = self._mail[self._folder, int(match[2])]
        values = {
            b"MSGID": str(known.number),
            b"THRID": str(known.thread),
            b"LABELS": f"({' '.join(known.labels)})",
        }
        more = b"".join(b" X-GM-%s %s" % (one, values[one].encode()) for one in sorted(self._wanted))
        return match[1] + more
