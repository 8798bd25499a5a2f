"""Adapters: every trained preference agent is kept, with its scores and weights; at most one is live. Beside
them those that agents are compared with."""

from core.domain import Adapter, AdapterId, AdapterKind
from core.errors import InputError
from core.store.codec import from_json, from_seconds, to_json, to_seconds
from core.store.database import Database, Row

_UNKNOWN = "There is no such adapter; 'longhand adapters list' shows which there are."


class AdapterRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, adapter: Adapter, gguf: bytes, peft: bytes) -> AdapterId:
        """`adapter.id` is ignored; with `adapter.live` it takes the place of the live one."""
        with self._database.transaction():
            known = AdapterId(
                self._database.write(
                    "INSERT INTO adapters"
                    " (created, base, live, settings, examples, final_loss, scores_json, family,"
                    " kind, seconds) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        to_seconds(adapter.created),
                        adapter.base,
                        adapter.settings,
                        adapter.examples,
                        adapter.final_loss,
                        to_json(adapter.scores),
                        adapter.family,
                        adapter.kind,
                        adapter.seconds,
                    ),
                )
            )
            self._database.write(
                "INSERT INTO adapter_weights (adapter, gguf, peft) VALUES (?, ?, ?)", (known, gguf, peft)
            )
            if adapter.live:
                self.make_live(known)
        return known

    def live(self) -> Adapter | None:
        row = self._database.read_one(f"{_SELECT} WHERE live")
        return _adapter(row) if row else None

    def get(self, adapter: AdapterId) -> Adapter | None:
        row = self._database.read_one(f"{_SELECT} WHERE id = ?", (adapter,))
        return _adapter(row) if row else None

    def all(self, *kinds: AdapterKind) -> tuple[Adapter, ...]:
        """Oldest first; of some kinds, or of every kind where none is named."""
        found = (_adapter(row) for row in self._database.read(f"{_SELECT} ORDER BY id"))
        return tuple(one for one in found if not kinds or one.kind in kinds)

    def gguf(self, adapter: AdapterId) -> bytes:
        """The weights for llama.cpp. Raises InputError for an unknown adapter."""
        return self._weights("SELECT gguf FROM adapter_weights WHERE adapter = ?", adapter)

    def peft(self, adapter: AdapterId) -> bytes:
        """The weights as they were trained. Raises InputError for an unknown adapter."""
        return self._weights("SELECT peft FROM adapter_weights WHERE adapter = ?", adapter)

    def make_live(self, adapter: AdapterId) -> None:
        """Also how to roll back to an earlier one. Raises InputError for an unknown adapter."""
        with self._database.transaction():
            self.retire()
            if not self._database.change("UPDATE adapters SET live = 1 WHERE id = ?", (adapter,)):
                raise InputError(_UNKNOWN)

    def choose(self, adapter: AdapterId | None) -> None:
        """The user's choice: None for no adapter. Raises InputError for one that is unknown or has no scores
        yet."""
        if adapter is None:
            self.retire()
            return
        found = self.get(adapter)
        if found is not None and not found.scores:
            raise InputError("This agent is not judged yet; 'longhand learn' goes on with that.")
        self.make_live(adapter)

    def retire(self) -> None:
        """No adapter is live any more."""
        self._database.write("UPDATE adapters SET live = 0 WHERE live")

    def set_scores(self, adapter: AdapterId, scores: dict[str, float]) -> None:
        self._database.write("UPDATE adapters SET scores_json = ? WHERE id = ?", (to_json(scores), adapter))

    def remove(self, adapter: AdapterId) -> None:
        self._database.write("DELETE FROM adapters WHERE id = ?", (adapter,))

    def _weights(self, sql: str, adapter: AdapterId) -> bytes:
        row = self._database.read_one(sql, (adapter,))
        if row is None:
            raise InputError(_UNKNOWN)
        return bytes(row[0])


_SELECT = (
    "SELECT id, created, base, live, settings, examples, final_loss, scores_json, family, kind, seconds"
    " FROM adapters"
)


def _adapter(row: Row) -> Adapter:
    return Adapter(
        id=AdapterId(row[0]),
        created=from_seconds(row[1]),
        base=row[2],
        live=bool(row[3]),
        settings=row[4],
        examples=row[5],
        final_loss=row[6],
        scores=from_json(row[7], dict[str, float]),
        family=row[8],
        kind=AdapterKind(row[9]),
        seconds=row[10],
    )
