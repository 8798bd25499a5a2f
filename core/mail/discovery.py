"""Finds the IMAP server of an address from the address alone. No password is asked for or sent here, and of
the address nothing but its domain leaves the machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core import messages
from core.errors import InputError
from core.mail import providers
from core.mail.autoconfig import LARGEST, read_autoconfig
from core.mail.network import Network
from core.mail.server_settings import ServerSettings, is_host
from core.store.accounts import Tls
from core.tasks import CancelToken, Progress

_ISPDB = "https://autoconfig.thunderbird.net/v1.1"
_SERVICES: tuple[tuple[str, Tls], ...] = (("_imaps._tcp", "implicit"), ("_imap._tcp", "starttls"))


class Origin(StrEnum):
    """Where settings come from, in the order it is looked for them."""

    BUNDLED = "bundled"
    AUTOCONFIG = "autoconfig"
    SRV = "srv"
    MX = "mx"
    ISPDB = "ispdb"
    GUESS = "guess"


@dataclass(frozen=True)
class Found:
    """`source`: who told, such as the provider's name or the host asked. `unproven`: plain DNS alone, which
    others on the way can forge, names a server outside the address's domain, so that somebody has to look
    at it (RFC 6186, 6)."""

    origin: Origin
    source: str
    settings: ServerSettings
    unproven: bool = False


@dataclass(frozen=True)
class Looked:
    """`tried`: the places looked in, the last of which is where it was found."""

    found: Found | None
    tried: tuple[Origin, ...]


@dataclass(frozen=True)
class _Address:
    whole: str
    domain: str


class Discovery:
    def __init__(self, network: Network) -> None:
        self._network = network

    def find(
        self, address: str, progress: Progress, cancel: CancelToken, *, ask_ispdb: bool = False
    ) -> Looked:
        """`ask_ispdb`: tell the domain to Thunderbird's public database too, which is nobody's own.
        Raises InputError for what is no address, and Cancelled."""
        parts = _address(address)
        steps: dict[Origin, Callable[[_Address], Iterator[Found]]] = {
            Origin.BUNDLED: self._bundled,
            Origin.AUTOCONFIG: self._autoconfig,
            Origin.SRV: self._srv,
            Origin.MX: self._mx,
            Origin.ISPDB: self._ispdb,
            Origin.GUESS: self._guess,
        }
        if not ask_ispdb:
            del steps[Origin.ISPDB]
        tried: list[Origin] = []
        for origin, step in steps.items():
            cancel.check()
            progress.update("look for the mail server", len(tried), len(steps))
            tried.append(origin)
            if (found := next(step(parts), None)) is not None:
                return Looked(found, tuple(tried))
        return Looked(None, tuple(tried))

    def _bundled(self, address: _Address) -> Iterator[Found]:
        if (provider := providers.by_domain(address.domain)) is not None:
            yield Found(Origin.BUNDLED, provider.name, provider.settings(address.whole))

    def _autoconfig(self, address: _Address) -> Iterator[Found]:
        places = (f"autoconfig.{address.domain}/mail", f"{address.domain}/.well-known/autoconfig/mail")
        for place in places:
            yield from self._read(Origin.AUTOCONFIG, f"https://{place}/config-v1.1.xml", address)

    def _ispdb(self, address: _Address) -> Iterator[Found]:
        yield from self._read(Origin.ISPDB, f"{_ISPDB}/{address.domain}", address)

    def _read(self, origin: Origin, url: str, address: _Address) -> Iterator[Found]:
        raw = self._network.fetch(url, LARGEST)
        settings = read_autoconfig(raw, address.whole) if raw else None
        if settings is not None:
            yield Found(origin, url.split("/")[2], settings)

    def _srv(self, address: _Address) -> Iterator[Found]:
        """RFC 6186; the whole address is the user name to try first."""
        for service, tls in _SERVICES:
            for one in self._network.services(f"{service}.{address.domain}"):
                if is_host(one.host):
                    outside = not f".{one.host}".endswith(f".{address.domain}")
                    settings = ServerSettings(one.host, one.port, tls, address.whole)
                    yield Found(Origin.SRV, address.domain, settings, unproven=outside)

    def _mx(self, address: _Address) -> Iterator[Found]:
        """A forged answer can lead to no server but a bundled one."""
        for host in self._network.exchangers(address.domain):
            if (provider := providers.by_exchanger(host)) is not None:
                yield Found(Origin.MX, provider.name, provider.settings(address.whole))

    def _guess(self, address: _Address) -> Iterator[Found]:
        for host in (f"imap.{address.domain}", f"mail.{address.domain}"):
            if self._network.greets(host, 993):
                yield Found(Origin.GUESS, host, ServerSettings(host, 993, "implicit", address.whole))


def _address(address: str) -> _Address:
    local, _, domain = address.strip().rpartition("@")
    try:
        plain = domain.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    if not local or not local.isprintable() or " " in local or not is_host(plain):
        raise InputError(messages.mail.NO_ADDRESS)
    return _Address(f"{local}@{plain}", plain)
