"""What finding a mail server asks of the network: a small file over https, the DNS, and whether an IMAP
server answers. Each host is let through the guard for that one question, and stands in the ledger."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from core.mail.server_settings import is_host
from core.privacy.egress import Guard, Ledger
from core.privacy.https import Https

SECONDS = 5.0  # for each connection, answer or pause in one
_WHOLE_SECONDS = 10.0  # for one file, however slowly it drips
_MOST_REDIRECTS = 3
_PURPOSE = "find server"


@dataclass(frozen=True)
class Service:
    """An SRV record."""

    host: str
    port: int


class Network:
    """A peer that is away, refuses or talks nonsense is no error here: the answer is then empty."""

    def __init__(
        self, guard: Guard, ledger: Ledger, nameservers: Sequence[tuple[str, int]] | None = None
    ) -> None:
        """`nameservers`: addresses and ports, the system's own where not given."""
        self._guard, self._ledger = guard, ledger
        self._nameservers = nameservers

    def fetch(self, url: str, largest: int) -> bytes | None:
        """A file of at most `largest` bytes, over https alone, from the last of a few redirects."""
        import httpx2  # late: a sync has no use for it

        https = Https(self._guard, self._ledger, _PURPOSE, SECONDS, largest, _WHOLE_SECONDS)
        for _ in range(1 + _MOST_REDIRECTS):
            parts = urlsplit(url)
            if parts.scheme != "https" or not is_host(parts.hostname or ""):
                return None
            try:
                answer = https.ask(url)
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
                return None
            if not answer.moved_to:
                return answer.content if answer.status == 200 else None
            url = answer.moved_to
        return None

    def services(self, name: str) -> tuple[Service, ...]:
        """The SRV records of a name, best first. '.' as a target says that there is no such service (RFC
        2782), and is left out."""
        found = sorted(self._ask(name, "SRV"), key=lambda one: (one.priority, -one.weight))
        return tuple(Service(host, one.port) for one in found if (host := _plain(one.target)) and one.port)

    def exchangers(self, domain: str) -> tuple[str, ...]:
        """The hosts that take a domain's mail in (MX records), most preferred first."""
        found = sorted(self._ask(domain, "MX"), key=lambda one: one.preference)
        return tuple(host for one in found if (host := _plain(one.exchange)))

    def greets(self, host: str, port: int) -> bool:
        """Whether an IMAP server answers there by TLS with a certificate for that name. Nothing is said
        to it."""
        import ssl  # late, as httpx2 is

        greeting = b""
        try:
            with (
                self._guard.allowing(host),
                socket.create_connection((host, port), SECONDS) as plain,
                ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wire,
            ):
                greeting = wire.recv(1000)
        except (OSError, ValueError):
            return False
        finally:
            self._ledger.note(host, _PURPOSE, 0, len(greeting))
        return greeting.startswith(b"* OK")

    def _ask(self, name: str, kind: str) -> list[Any]:
        import dns.exception
        import dns.message
        import dns.query
        import dns.rcode

        try:
            question = dns.message.make_query(name, kind)
        except dns.exception.DNSException:  # too long a name
            return []
        for server, port in self._servers():
            size = 0
            try:
                with self._guard.allowing(server):
                    answer, _ = dns.query.udp_with_fallback(question, server, SECONDS, port)
                size = len(answer.to_wire())
                settled = answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
                if settled and isinstance(answer, dns.message.QueryMessage):
                    return list(answer.resolve_chaining().answer or ())
            except (dns.exception.DNSException, OSError, ValueError):
                continue
            finally:
                self._ledger.note(server, _PURPOSE, len(name), size)
        return []

    def _servers(self) -> Sequence[tuple[str, int]]:
        """Asked one by one, not through the library's resolver, so that the ledger tells which were."""
        if self._nameservers is None:
            import dns.exception
            import dns.resolver

            try:
                system = dns.resolver.Resolver()
            except dns.exception.DNSException:
                return ()
            self._nameservers = tuple(
                (one, system.port) for one in map(str, system.nameservers) if _is_address(one)
            )
        return self._nameservers


def _plain(name: Any) -> str:
    return str(name).rstrip(".").lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
