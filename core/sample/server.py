"""A real IMAP server for the demo and the tests: pymap in a child process of its own, on loopback, on a
port and with a password of the moment, holding the mailbox it is given."""

import base64
import contextlib
import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from core.errors import ChildDied

SPECIAL_USE = {"Sent": "Sent", "Drafts": "Drafts", "Trash": "Trash", "Junk": "Junk", "Archive": "Archive"}
START_SECONDS = 60.0


@dataclass(frozen=True)
class ServedMessage:
    """`received` is the server's own date of it, in seconds since 1970."""

    folder: str
    flags: tuple[str, ...]
    raw: bytes
    received: float = 1_700_000_000.0


class SampleServer:
    """Runs until `stop`, or until its parent ends. Made by `start`."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, user: str, password: str) -> None:
        self._process = process
        self.host = "127.0.0.1"
        self.port = port
        self.user = user
        self.password = password

    @classmethod
    def start(
        cls,
        mailbox: Iterable[tuple[str, Iterable[str], bytes] | ServedMessage],
        *,
        user: str = "demo",
        password: str | None = None,
        port: int = 0,
        uid_validity: int = 1,
        special_use: bool = True,
        folders: tuple[str, ...] = ("INBOX", "Sent", "Drafts"),
    ) -> "SampleServer":
        """Serves the messages, each (folder, flags such as '\\\\Seen', raw bytes), in their order. The same
        `port`, `password` and `uid_validity` give the same server again after a stop. Raises ChildDied."""
        secret = password if password is not None else secrets.token_urlsafe(18)
        held = [
            one if isinstance(one, ServedMessage) else ServedMessage(one[0], tuple(one[1]), one[2])
            for one in mailbox
        ]
        names = list(dict.fromkeys([*folders, *(one.folder for one in held)]))
        order = {
            "user": user,
            "password": secret,
            "port": port,
            "folders": [_folder(name, held, uid_validity, special_use) for name in names],
        }
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows: no console of its own on the screen
        process = subprocess.Popen(
            _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=hidden
        )
        return cls(process, _ordered(process, order), user, secret)

    def stop(self) -> None:
        """Ends the child; at once, and for good."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it died first, with the order half read
                self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """As `stop`, without a goodbye to its clients."""
        self._process.kill()
        self.stop()

    def __enter__(self) -> "SampleServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        # Windows: the window has a program of its own, without streams.
        own = Path(sys.executable)
        program = own.with_name("longhand.exe") if sys.platform == "win32" else own
        return [str(program), "--child", "imap-sample"]
    return [sys.executable, "-m", "core.sample.server_child"]


def _folder(name: str, held: list[ServedMessage], uid_validity: int, special_use: bool) -> dict[str, object]:
    return {
        "name": name,
        "use": SPECIAL_USE.get(name, "") if special_use else "",
        "uid_validity": uid_validity,
        "messages": [
            {"flags": one.flags, "received": one.received, "raw": base64.b64encode(one.raw).decode("ascii")}
            for one in held
            if one.folder == name
        ],
    }


def _ordered(process: "subprocess.Popen[bytes]", order: dict[str, object]) -> int:
    """Sends the mailbox and waits for the port."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the child was started without pipes")
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    try:
        process.stdin.write(json.dumps(order).encode("ascii") + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except OSError:
        line = b""
    finally:
        late.cancel()
    if not line:
        process.kill()
        process.wait()
        raise ChildDied("The sample mail server did not start; try again, or run `longhand doctor`.")
    return int(json.loads(line)["port"])
