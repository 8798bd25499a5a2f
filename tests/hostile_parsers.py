"""What a parser can do to the reader child, chosen by the message's own first line."""

import os
import re
import signal
import socket
from pathlib import Path

from core.domain import Address, MailKind, ParsedMail


def parse(raw: bytes) -> ParsedMail:
    match raw.split(b"\n")[0]:
        case b"hang":
            re.match(r"(a+)+$", "a" * 64 + "b")  # holds the GIL the whole time
        case b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"crash once":
            flag = Path(raw.split(b"\n")[1].decode())
            if not flag.exists():
                flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case b"raise":
            raise RecursionError(raw.decode())
        case b"surrogate":
            raw = b"\xff"
        case b"print":
            print("noise on standard output")  # noqa: T201
        case b"network":
            return mail(_refused())
    return mail(raw.decode("utf-8", "surrogateescape"))


def mail(text: str) -> ParsedMail:
    nobody = Address("", "a@b.example")
    return ParsedMail("", "", (), None, "", nobody, (), (), MailKind.FIRST, text, "", "", hidden=False)


def _refused() -> str:
    said = []
    for attempt in (
        lambda: socket.create_connection(("127.0.0.1", 9), 1),
        lambda: socket.getaddrinfo("mail.example.com", 25),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    ):
        try:
            attempt()
            said.append("let through")
        except OSError as error:
            said.append(type(error).__name__)
    return " ".join(said)
