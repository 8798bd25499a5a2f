"""Exchanges: what came in and what the user sent back, each in one part of the split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.domain import Exchange, ExchangeId, Incoming, MessageId
from core.store.codec import from_json, from_seconds, to_json, to_seconds
from core.store.database import Database, Row

Part = Literal["learning", "validation", "gate"]


@dataclass(frozen=True)
class NewExchange:
    """`sent_message` is None for the edit of a draft, which has no message of its own yet; of one
    received message there is one edit at most."""

    incoming: Incoming
    sent: str
    date: datetime
    thread: str
    kind: str = "other"
    weight: float = 1.0
    sent_message: MessageId | None = None
    received_message: MessageId | None = None


class ExchangeRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, exchange: NewExchange) -> ExchangeId:
        """One of the same sent message, or an edit of the same received one, is brought up to date instead,
        and keeps its id and part."""
        with self._database.transaction():
            before = self._database.read_one(
                "SELECT id, sent, incoming_json FROM exchanges WHERE sent_message = ?"
                " OR (? IS NULL AND sent_message IS NULL AND received_message = ?)",
                (exchange.sent_message, exchange.sent_message, exchange.received_message),
            )
            if before is None:
                return self._insert(exchange)
            if (exchange.sent, to_json(exchange.incoming)) != (before[1], before[2]):
                # What was made of the old text is no longer true of the new one.
                self._database.write("DELETE FROM examples WHERE exchange = ?", (before[0],))
                self._database.write("DELETE FROM traits_seen WHERE exchange = ?", (before[0],))
            self._update(ExchangeId(before[0]), exchange)
            return ExchangeId(before[0])

    def replace_pairs(self, exchanges: Iterable[NewExchange]) -> tuple[ExchangeId, ...]:
        """Makes the paired exchanges these and no others, in one transaction; those that stay keep
        their id, part and examples. An edit of a draft gives way to the reply that was really sent."""
        with self._database.transaction():
            before = self._paired()
            kept = tuple(before.get(_mark(exchange)) or self.add(exchange) for exchange in exchanges)
            old = self._database.read("SELECT id FROM exchanges WHERE sent_message IS NOT NULL")
            gone = {row[0] for row in old} - set(kept)
            self._database.write_many("DELETE FROM exchanges WHERE id = ?", [(one,) for one in gone])
            self._database.write(
                "DELETE FROM exchanges WHERE sent_message IS NULL AND received_message IN"
                " (SELECT received_message FROM exchanges WHERE sent_message IS NOT NULL)"
            )
        return kept

    def _paired(self) -> dict[int, ExchangeId]:
        """The paired exchanges by their marks: most stay as they are, and need no write."""
        rows = self._database.read(
            "SELECT id, sent_message, received_message, incoming_json, sent, date, thread, kind, weight"
            " FROM exchanges WHERE sent_message IS NOT NULL"
        )
        return {hash(tuple(row[1:])): ExchangeId(row[0]) for row in rows}

    def get(self, exchange: ExchangeId) -> Exchange | None:
        row = self._database.read_one(f"{_SELECT} WHERE id = ?", (exchange,))
        return _exchange(row) if row else None

    def all(self, part: Part | None = None) -> tuple[Exchange, ...]:
        """Oldest first; of one part of the split, or all."""
        where = "" if part is None else "WHERE part = ?"
        values = () if part is None else (part,)
        return tuple(
            _exchange(row) for row in self._database.read(f"{_SELECT} {where} ORDER BY date, id", values)
        )

    def set_split(self, exchange: ExchangeId, part: Part) -> None:
        self.set_splits(((exchange, part),))

    def set_splits(self, parts: Sequence[tuple[ExchangeId, Part]]) -> None:
        """All in one transaction, so that no half-made split can be seen."""
        self._database.write_many(
            "UPDATE exchanges SET part = ? WHERE id = ?", [(part, exchange) for exchange, part in parts]
        )

    def split(self) -> dict[ExchangeId, Part]:
        """The part of each exchange that has one."""
        rows = self._database.read("SELECT id, part FROM exchanges WHERE part IS NOT NULL")
        return {ExchangeId(row[0]): row[1] for row in rows}

    def edits(self) -> tuple[Exchange, ...]:
        """Those of edited drafts whose reply was not sent yet, or not seen."""
        where = "WHERE sent_message IS NULL AND received_message IS NOT NULL"
        return tuple(_exchange(row) for row in self._database.read(f"{_SELECT} {where} ORDER BY date, id"))

    def drafted(self) -> frozenset[ExchangeId]:
        """Those whose reply may have begun as a draft of ours: it was written after there was one."""
        rows = self._database.read(
            "SELECT id FROM exchanges WHERE weight > 1 OR EXISTS (SELECT 1 FROM drafts"
            " WHERE message = exchanges.received_message AND created <= exchanges.date)"
        )
        return frozenset(ExchangeId(row[0]) for row in rows)

    def state(self) -> str:
        """The same as long as none came or went."""
        row = self._database.read_one("SELECT count(*), max(id), count(sent_message) FROM exchanges")
        return str(tuple(row) if row else ())

    def unsplit(self) -> int:
        """How many came since learning last divided the mail."""
        row = self._database.read_one("SELECT count(*) FROM exchanges WHERE part IS NULL")
        return int(row[0]) if row else 0

    def counts(self) -> dict[Part, int]:
        counts: dict[Part, int] = {"learning": 0, "validation": 0, "gate": 0}
        rows = self._database.read(
            "SELECT part, count(*) FROM exchanges WHERE part IS NOT NULL GROUP BY part"
        )
        return counts | {row[0]: row[1] for row in rows}

    def count(self) -> int:
        row = self._database.read_one("SELECT count(*) FROM exchanges")
        return int(row[0]) if row else 0

    def messages_of(self, exchange: ExchangeId) -> tuple[MessageId | None, MessageId | None]:
        """(sent, received): the rows of the store it was made from, as far as there are any."""
        row = self._database.read_one(
            "SELECT sent_message, received_message FROM exchanges WHERE id = ?", (exchange,)
        )
        if row is None:
            return None, None
        return _message_id(row[0]), _message_id(row[1])

    def remove(self, exchange: ExchangeId) -> None:
        self._database.write("DELETE FROM exchanges WHERE id = ?", (exchange,))

    def remove_edits(self, received: Iterable[MessageId]) -> None:
        """Exchanges from edited drafts of replies to these messages, which nothing else removes."""
        self._database.write_many(
            "DELETE FROM exchanges WHERE received_message = ? AND sent_message IS NULL",
            [(message,) for message in received],
        )

    def _insert(self, exchange: NewExchange) -> ExchangeId:
        return ExchangeId(
            self._database.write(
                "INSERT INTO exchanges (sent_message, received_message, incoming_json, sent, date, thread,"
                " kind, weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (exchange.sent_message, *_columns(exchange)),
            )
        )

    def _update(self, known: ExchangeId, exchange: NewExchange) -> None:
        self._database.write(
            "UPDATE exchanges SET received_message = ?, incoming_json = ?, sent = ?, date = ?, thread = ?,"
            " kind = ?, weight = max(weight, ?) WHERE id = ?",  # an edit stays one when its draft is gone
            (*_columns(exchange), known),
        )


_SELECT = "SELECT id, incoming_json, sent, date, thread, kind, weight FROM exchanges"


def _columns(exchange: NewExchange) -> tuple[int | str | float | None, ...]:
    return (
        exchange.received_message,
        to_json(exchange.incoming),
        exchange.sent,
        to_seconds(exchange.date),
        exchange.thread,
        exchange.kind,
        exchange.weight,
    )


def _mark(exchange: NewExchange) -> int:
    """The same for one that was stored so; the mark alone, as their texts would fill the memory."""
    return hash((exchange.sent_message, *_columns(exchange)))


def _exchange(row: Row) -> Exchange:
    return Exchange(
        id=ExchangeId(row[0]),
        incoming=from_json(row[1], Incoming),
        sent=row[2],
        date=from_seconds(row[3]),
        thread=row[4],
        kind=row[5],
        weight=row[6],
    )


def _message_id(value: int | None) -> MessageId | None:
    return None if value is None else MessageId(value)
