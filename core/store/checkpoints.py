"""Checkpoints of a training run: rows of the encrypted database, as they can memorise mail."""

import time
from dataclasses import dataclass

from core.store.database import Database


@dataclass(frozen=True)
class Checkpoint:
    run: str
    step: int
    state: bytes


class CheckpointRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, run: str, step: int, state: bytes) -> None:
        """Earlier ones of the run make room in the same transaction: only the latest is of use."""
        with self._database.transaction():
            self._database.write("DELETE FROM checkpoints WHERE run = ?", (run,))
            self._database.write(
                "INSERT INTO checkpoints (run, step, at, state) VALUES (?, ?, ?, ?)",
                (run, step, time.time(), state),
            )

    def latest(self, run: str) -> Checkpoint | None:
        row = self._database.read_one(
            "SELECT run, step, state FROM checkpoints WHERE run = ? ORDER BY step DESC LIMIT 1", (run,)
        )
        return Checkpoint(row[0], row[1], bytes(row[2])) if row else None

    def clear_all(self) -> None:
        self._database.write("DELETE FROM checkpoints")

    def clear(self, run: str) -> None:
        self._database.write("DELETE FROM checkpoints WHERE run = ?", (run,))
