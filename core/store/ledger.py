"""The egress ledger's rows: when, where to, what for, how many bytes."""

from core.privacy.egress import LedgerEntry
from core.store.codec import from_seconds, to_seconds
from core.store.database import Database


class LedgerRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: LedgerEntry) -> None:
        self._database.write(
            "INSERT INTO ledger (at, host, purpose, bytes_out, bytes_in) VALUES (?, ?, ?, ?, ?)",
            (to_seconds(entry.at), entry.host, entry.purpose, entry.bytes_out, entry.bytes_in),
        )

    def all(self, limit: int = 1000) -> tuple[LedgerEntry, ...]:
        """Newest first."""
        rows = self._database.read(
            "SELECT at, host, purpose, bytes_out, bytes_in FROM ledger ORDER BY id DESC LIMIT ?", (limit,)
        )
        return tuple(LedgerEntry(from_seconds(row[0]), *row[1:]) for row in rows)
