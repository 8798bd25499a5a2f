"""The schema and how it grows: numbered steps forward, one transaction each, after a backup copy of
the (encrypted) file. `PRAGMA user_version` holds the number of the last step.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.errors import ProfileError
from core.store import schema


class _Connection(Protocol):
    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str) -> Any: ...


@dataclass(frozen=True)
class Migration:
    """`number` follows the one before by 1; `statements` run in one transaction."""

    number: int
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, schema.VERSION_1),
    Migration(2, schema.VERSION_2),
    Migration(3, schema.VERSION_3),
    Migration(4, schema.VERSION_4),
    Migration(5, schema.VERSION_5),
    Migration(6, schema.VERSION_6),
    Migration(7, schema.VERSION_7),
    Migration(8, schema.VERSION_8),
    Migration(9, schema.VERSION_9),
)


def migrate(connection: _Connection, path: Path, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings the open file at `path` to the last of `steps`. Raises ProfileError if it is newer,
    or if there is no room for the backup copy; a step that fails leaves the version before it."""
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError("migrations are numbered 1, 2, 3, ...")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(steps):
        raise ProfileError(
            "This profile was written by a newer version of Longhand; install that version to open it."
        )
    if 0 < version < len(steps):
        _back_up(connection, path, version)
    for step in steps[version:]:
        _apply(connection, step)


def backup_path(path: Path, version: int) -> Path:
    return path.with_name(f"{path.name}.version-{version}.backup")


def drop_backups(path: Path) -> None:
    """They hold what was in the profile before, forgotten mail too. Raises ProfileError."""
    try:
        for copy in path.parent.glob(f"{path.name}.version-*.backup*"):
            copy.unlink(missing_ok=True)
    except OSError:
        raise ProfileError(
            "A backup of the profile could not be deleted; delete the files that end in .backup in its "
            "folder."
        ) from None


def _apply(connection: _Connection, step: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in step.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {step.number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _back_up(connection: _Connection, path: Path, version: int) -> None:
    """Copies the file as it lies on disk, so that the copy is encrypted with the same key."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    target = backup_path(path, version)
    partial = target.with_name(target.name + ".partial")
    try:
        with path.open("rb") as source, partial.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        partial.chmod(0o600)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise ProfileError(
            "There is no room on disk to back the profile up before bringing it up to date; "
            "free some space and try again."
        ) from None
