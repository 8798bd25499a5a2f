"""Model services that Longhand knows by name, so that nobody has to look for an address."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import InputError

_RESOURCE = "RESOURCE"  # in an address: the user's own name with that service


@dataclass(frozen=True)
class KnownService:
    """`kind`: what it understands; `key`: whether it always wants one."""

    name: str
    title: str
    kind: Literal["openai", "anthropic"]
    url: str
    key: bool = True

    @property
    def whole(self) -> bool:
        """Whether its address can be used as it stands."""
        return _RESOURCE not in self.url


def services() -> tuple[KnownService, ...]:
    """In the order in which to offer them."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(KnownService(name, **fields) for name, fields in data.items())


def known_service(name: str) -> KnownService:
    """Raises InputError for a name that is not known."""
    for one in services():
        if one.name == name:
            return one
    known = ", ".join(one.name for one in services())
    raise InputError(f"There is no service of that name; known are {known}, and any other by its --url.")


def checked_url(url: str) -> str:
    """Raises InputError for an address that still lacks the user's own name."""
    if _RESOURCE in url:
        raise InputError(
            f"Put the name of your own resource in place of {_RESOURCE} in the service's address."
        )
    return url
