"""What was drafted for which message, what was saved to the server, and what the user made of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

from core.domain import Draft, MessageId
from core.store.codec import from_json, from_seconds, to_json, to_seconds
from core.store.database import Database, Row

DraftId = NewType("DraftId", int)


@dataclass(frozen=True)
class StoredDraft:
    """`message` is None for a draft to a message outside the store. `saved_uid`: where it lies in
    the Drafts folder. `edited`: the text as the user left it, or sent it; None while that is not known."""

    id: DraftId
    message: MessageId | None
    created: datetime
    notes: str
    draft: Draft
    saved_uid: int | None
    edited: str | None


class DraftRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: MessageId | None, notes: str, draft: Draft) -> DraftId:
        return DraftId(
            self._database.write(
                "INSERT INTO drafts (message, created, notes, draft_json) VALUES (?, ?, ?, ?)",
                (message, to_seconds(datetime.now(UTC)), notes, to_json(draft)),
            )
        )

    def get(self, draft: DraftId) -> StoredDraft | None:
        row = self._database.read_one(f"{_SELECT} WHERE id = ?", (draft,))
        return _draft(row) if row else None

    def latest(self, message: MessageId) -> StoredDraft | None:
        row = self._database.read_one(f"{_SELECT} WHERE message = ? ORDER BY id DESC LIMIT 1", (message,))
        return _draft(row) if row else None

    def messages(self) -> frozenset[MessageId]:
        """Those that have a draft."""
        rows = self._database.read("SELECT DISTINCT message FROM drafts WHERE message IS NOT NULL")
        return frozenset(MessageId(row[0]) for row in rows)

    def latest_of_each(self) -> dict[MessageId, StoredDraft]:
        """The last draft of every message that has one."""
        return {one.message: one for one in self.all() if one.message is not None}

    def saved_uid(self, message: MessageId) -> int | None:
        """The UID of the last draft of this message that was saved to the server."""
        row = self._database.read_one(
            "SELECT saved_uid FROM drafts WHERE message = ? AND saved_uid IS NOT NULL"
            " ORDER BY id DESC LIMIT 1",
            (message,),
        )
        return None if row is None else int(row[0])

    def all(self) -> tuple[StoredDraft, ...]:
        return tuple(_draft(row) for row in self._database.read(f"{_SELECT} ORDER BY id"))

    def clear(self) -> None:
        self._database.write("DELETE FROM drafts")

    def set_saved(self, draft: DraftId, uid: int | None) -> None:
        self._database.write("UPDATE drafts SET saved_uid = ? WHERE id = ?", (uid, draft))

    def set_edited(self, draft: DraftId, text: str | None) -> None:
        self._database.write("UPDATE drafts SET edited = ? WHERE id = ?", (text, draft))


_SELECT = "SELECT id, message, created, notes, draft_json, saved_uid, edited FROM drafts"


def _draft(row: Row) -> StoredDraft:
    return StoredDraft(
        id=DraftId(row[0]),
        message=None if row[1] is None else MessageId(row[1]),
        created=from_seconds(row[2]),
        notes=row[3],
        draft=from_json(row[4], Draft),
        saved_uid=row[5],
        edited=row[6],
    )
