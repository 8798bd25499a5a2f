"""How far each folder was synced: the last UID under its UIDVALIDITY."""

from dataclasses import dataclass

from core.domain import AccountId
from core.store.database import Database


@dataclass(frozen=True)
class FolderState:
    """`modseq` is 0 where the server tells none (RFC 7162); `limits` are those the folder was synced with,
    in words of the caller's."""

    uidvalidity: int
    last_uid: int
    modseq: int = 0
    limits: str = ""


class SyncStateRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: AccountId, folder: str) -> FolderState | None:
        row = self._database.read_one(
            "SELECT uidvalidity, last_uid, modseq, limits FROM sync_state WHERE account = ? AND folder = ?",
            (account, folder),
        )
        return FolderState(*row) if row else None

    def set(self, account: AccountId, folder: str, state: FolderState) -> None:
        self._database.write(
            "INSERT INTO sync_state (account, folder, uidvalidity, last_uid, modseq, limits)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET uidvalidity = excluded.uidvalidity,"
            " last_uid = excluded.last_uid, modseq = excluded.modseq, limits = excluded.limits",
            (account, folder, state.uidvalidity, state.last_uid, state.modseq, state.limits),
        )

    def clear(self, account: AccountId) -> None:
        self._database.write("DELETE FROM sync_state WHERE account = ?", (account,))
