"""What the detectors saw in each sent text: kept, as it stays the same while the text and they do."""

from collections.abc import Mapping, Sequence

from core.domain import ExchangeId
from core.store.codec import from_json, to_json
from core.store.database import Database

Values = Sequence[str | None]  # one for each trait, in the order of the detectors


class TraitsSeenRepository:
    """Rows go with their exchange, and when its text changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, detectors: int) -> dict[ExchangeId, Values]:
        """As far as this version of the detectors has looked."""
        rows = self._database.read(
            "SELECT exchange, values_json FROM traits_seen WHERE detectors = ?", (detectors,)
        )
        return {ExchangeId(row[0]): from_json(row[1], list[str | None]) for row in rows}

    def put(self, detectors: int, found: Mapping[ExchangeId, Values]) -> None:
        self._database.write_many(
            "INSERT OR REPLACE INTO traits_seen (exchange, detectors, values_json) VALUES (?, ?, ?)",
            [(exchange, detectors, to_json(values)) for exchange, values in found.items()],
        )
