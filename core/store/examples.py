"""Examples (x -> rules): made by the large model, one for each exchange and form of the brief, and for each
way of drawing rules from a reply."""

from core.domain import AdapterKind, Example, ExchangeId
from core.store.codec import from_json, to_json
from core.store.database import Database


class ExampleRepository:
    """Those that an adapter of one kind learns from."""

    def __init__(self, database: Database, kind: AdapterKind = AdapterKind.AGENT) -> None:
        self._database = database
        self._kind = kind

    def add(self, example: Example) -> None:
        """Takes the place of one of the same exchange and form."""
        self._database.write(
            "INSERT INTO examples (kind, exchange, brief_form, example_json) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET example_json = excluded.example_json",
            (self._kind, example.exchange, example.brief_form, to_json(example)),
        )

    def done(self) -> frozenset[tuple[ExchangeId, str]]:
        """(exchange, form) of all that are made: where a broken-off run goes on."""
        rows = self._database.read("SELECT exchange, brief_form FROM examples WHERE kind = ?", (self._kind,))
        return frozenset((ExchangeId(row[0]), row[1]) for row in rows)

    def all(self) -> tuple[Example, ...]:
        """In the order of the exchanges' ids, the same on every call."""
        rows = self._database.read(
            "SELECT example_json FROM examples WHERE kind = ? ORDER BY exchange, brief_form", (self._kind,)
        )
        return tuple(from_json(row[0], Example) for row in rows)

    def of(self, exchange: ExchangeId) -> tuple[Example, ...]:
        rows = self._database.read(
            "SELECT example_json FROM examples WHERE kind = ? AND exchange = ? ORDER BY brief_form",
            (self._kind, exchange),
        )
        return tuple(from_json(row[0], Example) for row in rows)

    def count(self) -> int:
        row = self._database.read_one("SELECT count(*) FROM examples WHERE kind = ?", (self._kind,))
        return int(row[0]) if row else 0

    def clear(self) -> None:
        self._database.write("DELETE FROM examples WHERE kind = ?", (self._kind,))
