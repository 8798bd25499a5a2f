"""The headers Longhand needs, out of whatever a message really holds. Never raises."""

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from core.domain import Address
from core.mail.charsets import header_text

MOST_ADDRESSES = 500
_NEEDS_PARSER = re.compile(r"[()\[\]:;\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|=\?|\"[^\"]*,")
_PLAIN_ADDRESS = re.compile(
    r"(?:(\"[^\"<>@]*\"|[^\"<>@]*?)\s*<([^<>\s@\"]+@[^<>\s@\"]+)>|([^<>\s@\"]+@[^<>\s@\"]+))"
)
_ID = re.compile(r"<[^<>\s]{1,900}>")
_BARE_ADDRESS = re.compile(r"[^\s<>\"'(),;:]{1,128}@[^\s<>\"'(),;:]{1,255}")

Mime = Message


class Headers:
    """The headers of one message, by lower-case name, decoded when asked for."""

    def __init__(self, message: "Mime[str, str]") -> None:
        self._values: dict[str, list[str]] = {}
        self._addresses: dict[str, tuple[Address, ...]] = {}
        for name, value in message.raw_items():
            self._values.setdefault(str(name).lower(), []).append(str(value))

    def text(self, name: str) -> str:
        """The first header of that name, decoded; empty where there is none."""
        values = self._values.get(name)
        return header_text(values[0]) if values else ""

    def has(self, name: str) -> bool:
        return name in self._values

    def ids(self, name: str) -> tuple[str, ...]:
        """Message-IDs in their angle brackets, in order, each once."""
        raw = " ".join(self._values.get(name, []))[:100_000]
        found = _ID.findall(re.sub(r"\s+(?=[^<>]*>)", "", raw))
        if not found:
            found = [f"<{word}>" for word in raw.split() if "@" in word and "<" not in word][:50]
        return tuple(dict.fromkeys(one.encode("ascii", "replace").decode() for one in found))

    def addresses(self, name: str) -> tuple[Address, ...]:
        if name not in self._addresses:
            found: list[Address] = []
            for value in self._values.get(name, []):
                found += _plain_addresses(value) or _addresses(value[:200_000])
            self._addresses[name] = tuple(dict.fromkeys(found))[:MOST_ADDRESSES]
        return self._addresses[name]

    def date(self) -> datetime | None:
        """When it was sent, with its own offset (UTC where it names none): the Date header, else the
        newest Received."""
        dates = [
            *self._values.get("date", []),
            *(v.rpartition(";")[2] for v in self._values.get("received", [])[:1]),
        ]
        return next((date for value in dates if (date := _date(value)) is not None), None)


def _plain_addresses(value: str) -> list[Address]:
    """The addresses of a header as nearly all are, 'Ann Marsh <ann@x.example>, bo@y.example', at a tenth of
    the parser's cost; none where anything needs the parser."""
    if len(value) > 10_000 or _NEEDS_PARSER.search(value) or not value.isascii():
        return []
    found: list[Address] = []
    for one in value.split(","):
        match = _PLAIN_ADDRESS.fullmatch(one.strip())
        if match is None:
            return []
        name, email = match.group(1) or "", (match.group(2) or match.group(3)).lower()
        words = " ".join(name.split()).strip("'\" ")
        found.append(Address("" if words.lower() == email else words, email))
    return found


def _addresses(value: str) -> list[Address]:
    unfolded = (
        re.sub(r"\r?\n[ \t]*", " ", value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
    try:
        pairs = getaddresses([unfolded])
    except (ValueError, IndexError, AttributeError, TypeError, RecursionError):
        pairs = []
    made = [_address(name, email) for name, email in pairs if "@" in email]
    # A name with a bare comma or other broken quoting loses the parser; the addresses are still there.
    return made or [_address("", email) for email in _BARE_ADDRESS.findall(unfolded)]


def _address(name: str, email: str) -> Address:
    words = " ".join(header_text(name).split()).strip("'\" ")
    clean = re.sub(r"[\s<>\x00-\x1f]", "", header_text(email)).lower()
    return Address("" if words.lower() == clean else words, clean)


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(re.sub(r"\s+", " ", value).strip()[:200])
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return date
