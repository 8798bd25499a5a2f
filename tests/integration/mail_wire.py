"""Loopback wires for tests of IMAP: one that cuts or stalls after some bytes, or speaks TLS in front of a
plain server, and messages to serve."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.proxy import Proxy, end, in_background


class Wire(Proxy):
    """Carries bytes to a server and back. After `limit` bytes from the server it cuts the connection, or,
    with `stalls`, keeps it open and silent."""

    def __init__(
        self, port: int, limit: int | None = None, *, stalls: bool = False, tls: ssl.SSLContext | None = None
    ) -> None:
        self._stalls, self._tls = stalls, tls
        self._left = limit
        self.stalled = threading.Event()
        super().__init__(port)

    def welcome(self, client: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(client, server_side=True) if self._tls else client

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        in_background(self._pump, client, server, False)
        self._pump(server, client, True)

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := source.recv(4096):
                if counted and self._left is not None:
                    data, self._left = data[: self._left], self._left - len(data)
                sink.sendall(data)
                if counted and self._left is not None and self._left <= 0:
                    self.stalled.set()
                    if self._stalls:
                        return
                    break
        end(source)
        end(sink)


def certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and these names, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, names)]
            ),
            False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


def mailbox(count: int, filler: int = 400) -> Iterator[tuple[str, tuple[str, ...], bytes]]:
    """`count` mails from Ann in the INBOX, each answered in Sent; half are seen."""
    for number in range(count):
        asked = (
            f"From: Ann Marsh <ann@x.example>\r\nTo: me@home.example\r\nSubject: Matter {number}\r\n"
            f"Message-ID: <asked-{number}@x.example>\r\nDate: Tue, 02 Jan 2024 09:00:00 +0000\r\n\r\n"
            f"Question {number}?\r\n{'word ' * (filler // 5)}\r\n"
        )
        answer = (
            f"From: Me <me@home.example>\r\nTo: ann@x.example\r\nSubject: Re: Matter {number}\r\n"
            f"Message-ID: <answer-{number}@home.example>\r\nIn-Reply-To: <asked-{number}@x.example>\r\n"
            f"Date: Wed, 03 Jan 2024 09:00:00 +0000\r\n\r\nAnswer {number}.\r\n"
        )
        yield "INBOX", ("\\Seen",) if number % 2 else (), asked.encode()
        yield "Sent", ("\\Seen",), answer.encode()
