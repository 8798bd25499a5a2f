"""How a mailbox is reached over IMAP, as a provider, its domain or the DNS tells it."""

import re
from dataclasses import dataclass

from core.store.accounts import Tls

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True)
class ServerSettings:
    """`help`: the provider's own page on signing in, or empty. `app_password`: the usual password is
    refused. `web_only`: no password is taken at all, only sign-in through the provider's web page."""

    host: str
    port: int
    tls: Tls
    user: str
    app_password: bool = False
    web_only: bool = False
    help: str = ""


def is_host(text: str) -> bool:
    """Whether it is a full host name in lower case and ASCII; a number or 'localhost' is none, for no
    certificate proves those."""
    return bool(_HOST.fullmatch(text))
