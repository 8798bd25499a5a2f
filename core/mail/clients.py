"""Under which client id to sign in on a provider's web page: the user's own, or the one that their firm's
policy names. Longhand has none of its own: providers give those to who runs a service or a firm."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import InputError
from core.mail import providers
from core.mail.oauth import OAuthClient, SignInPage

_LARGEST = 100_000  # bytes of a client file


@dataclass(frozen=True)
class GivenClient:
    """What the user says of it; what is empty is taken from the firm's policy, then from what is known of the
    provider. `file`: the JSON that Google's console hands out for a desktop program."""

    client_id: str = ""
    file: Path | None = None
    authorize: str = ""
    token: str = ""
    scope: str = ""


def oauth_client(host: str, given: GivenClient, firm: Mapping[str, Mapping[str, str]]) -> OAuthClient:
    """The client for a mail server. Raises InputError where an id or a page is missing."""
    provider = providers.by_host(host)
    known = provider.page if provider else None
    theirs = firm.get(host.lower(), {})
    said = _read(given.file) if given.file else {"client_id": given.client_id}
    if said["client_id"] in ("", theirs.get("client_id")):
        said = {"client_id": "", **theirs}
    usual = {"authorize": known.authorize, "token": known.token, "scope": known.scope} if known else theirs
    told = {
        name: asked or said.get(name, "") or usual.get(name, "")
        for name, asked in (("authorize", given.authorize), ("token", given.token), ("scope", given.scope))
    }
    if not all(told.values()):
        raise InputError(
            "Longhand does not know this provider's sign-in page; give --authorize-url,"
            " --token-url and --scope."
        )
    redirect: Literal["127.0.0.1", "localhost"] = known.redirect if known else "127.0.0.1"
    page = SignInPage(**told, redirect=redirect)
    return OAuthClient(said["client_id"], page, said.get("secret", "")).checked()


def has_page(host: str, firm: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether one can sign in to this mail server by a web page that we know."""
    provider = providers.by_host(host)
    return bool(provider and provider.page) or "authorize" in firm.get(host.lower(), {})


def _read(path: Path) -> dict[str, str]:
    """Raises InputError."""
    try:
        with path.open("rb") as file:
            held = json.loads(file.read(_LARGEST))
        client = held.get("installed") or held
        return {"client_id": client["client_id"], "secret": str(client.get("client_secret", ""))}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise InputError(
            "The client file cannot be read; give the JSON file that the provider's console hands out for a "
            "desktop program."
        ) from None
