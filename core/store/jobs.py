"""How far resumable jobs have come: a JSON value for each key, such as the state of learning."""

from core.store.codec import Thing, from_json, to_json
from core.store.database import Database


class JobRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str, kind: type[Thing]) -> Thing | None:
        """The value as a `kind` (a dataclass, or `dict[str, int]` and the like)."""
        row = self._database.read_one("SELECT value_json FROM jobs WHERE key = ?", (key,))
        return from_json(row[0], kind) if row else None

    def set(self, key: str, value: object) -> None:
        self._database.write(
            "INSERT INTO jobs (key, value_json) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET value_json = excluded.value_json",
            (key, to_json(value)),
        )

    def clear(self, key: str) -> None:
        self._database.write("DELETE FROM jobs WHERE key = ?", (key,))

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        rows = self._database.read("SELECT key FROM jobs ORDER BY key")
        return tuple(row[0] for row in rows if row[0].startswith(prefix))
