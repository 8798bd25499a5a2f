"""Between the columns and the words of core.domain: times as seconds, dataclasses as JSON."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

Thing = TypeVar("Thing")


def to_json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()


def from_json(text: str, kind: type[Thing]) -> Thing:
    """Raises msgspec.ValidationError where `text` is no `kind`: a bug or a missing migration."""
    return msgspec.json.decode(text, type=kind)


def to_seconds(moment: datetime) -> float:
    """A time without a zone counts as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def from_seconds(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
