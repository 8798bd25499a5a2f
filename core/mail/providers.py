"""The large mail providers, whose settings are part of Longhand."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.mail.oauth import SignInPage
from core.mail.server_settings import ServerSettings
from core.store.accounts import Tls


@dataclass(frozen=True)
class Provider:
    """`mx`: the ends of the names of its mail exchangers, by which a customer's own domain is known.
    `user`: whether the user name is the whole address or the part before the @. `page`: where its users sign
    in on the web, for those who have a client id there."""

    name: str
    host: str
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    port: int = 993
    tls: Tls = "implicit"
    user: Literal["address", "local"] = "address"
    app_password: bool = False
    web_only: bool = False
    help: str = ""
    page: SignInPage | None = None

    def settings(self, address: str) -> ServerSettings:
        user = address if self.user == "address" else address.rpartition("@")[0]
        return ServerSettings(
            self.host, self.port, self.tls, user, self.app_password, self.web_only, self.help
        )


def providers() -> tuple[Provider, ...]:
    data = tomllib.loads(Path(__file__).with_name("providers.toml").read_text("utf-8"))
    return tuple(_provider(name, fields) for name, fields in data.items())


def by_domain(domain: str) -> Provider | None:
    return next((one for one in providers() if domain in one.domains), None)


def by_host(host: str) -> Provider | None:
    """The provider whose IMAP server this is."""
    return next((one for one in providers() if one.host == host.lower()), None)


def by_exchanger(host: str) -> Provider | None:
    """The provider a mail exchanger belongs to."""
    return next((one for one in providers() if any(f".{host}".endswith(f".{end}") for end in one.mx)), None)


def _provider(name: str, fields: dict[str, Any]) -> Provider:
    lists = {key: tuple(fields.get(key, ())) for key in ("domains", "mx")}
    page = SignInPage(**fields["page"]) if "page" in fields else None
    return Provider(name=name, **{**fields, **lists, "page": page})
