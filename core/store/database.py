"""The encrypted database: SQLCipher with a random raw key, one writer at a time and pooled readers.

Every error of the driver leaves here as a ProfileError with a sentence for the user, or as a bug.
"""

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import ProfileError
from core.store import migrations

Value = str | int | float | bytes | None
Row = tuple[Any, ...]

_KEY_BYTES = 32
_LEAST_BYTES = 4096
_IDLE_READERS = 4
_MEMORY = 32 * 2**20  # bytes, beyond which pages held make room for others
# SQLite's primary result codes: https://sqlite.org/rescode.html
_BUSY, _NOMEM, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 7, 8, 10, 11, 13, 14, 26
_SENTENCES = {
    _BUSY: "The profile's database is in use by another program; close that program and try again.",
    _NOMEM: "There is not enough free memory to open the profile; close some programs and try again.",
    _READONLY: "The profile's database cannot be written to; check the permissions of its folder.",
    _IOERR: "The profile's database could not be read or written; check the disk and the room left on it, "
    "then try again.",
    _CORRUPT: "The profile's database is damaged; restore it from a backup of the profile folder.",
    _FULL: "There is no room on disk for the profile's database; free some space and try again.",
    _CANTOPEN: "The profile's database cannot be opened; check that its folder exists and may be written to.",
    _NOTADB: "The profile's database cannot be read: its key does not fit it, or the file is damaged.",
}


class _Connection(Protocol):
    """The part of a DB-API connection that is used here; the driver carries no types."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, values: Sequence[Value] = ...) -> Any: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> Any: ...
    def close(self) -> None: ...


class Database:
    """Made by `open`; safe to use from several threads. Writes of one thread wait for those of
    another; reads see the last commit, or the own transaction's rows while one is open."""

    def __init__(self, path: Path, key: bytes, writer: _Connection) -> None:
        self._path = path
        self._key = key
        self._writer = writer
        self._writing = threading.RLock()
        self._owner: int | None = None  # the thread inside `transaction`
        self._readers: queue.LifoQueue[_Connection] = queue.LifoQueue(_IDLE_READERS)
        self._closed = False
        self._version = 0

    @classmethod
    def open(cls, path: Path, key: bytes) -> "Database":
        """Opens or creates the file and brings it to this program's version. `key` is 32 random
        bytes. Raises ProfileError: wrong key, damaged, newer than this program, no room on disk."""
        if len(key) != _KEY_BYTES:
            raise ValueError("a database key has 32 bytes")
        # SQLite takes a file shorter than a page for a new one and would write over it.
        if path.exists() and 0 < path.stat().st_size < _LEAST_BYTES:
            raise ProfileError(_SENTENCES[_CORRUPT])
        with _driver_errors():
            writer = _connect(path, key)
            try:
                path.chmod(0o600)
                migrations.migrate(writer, path)
            except BaseException:
                writer.close()
                raise
        return cls(path, key, writer)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def version(self) -> int:
        """Grows with every commit: what was read while it stays the same would be read the same again."""
        return self._version

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are committed together or not at all; one inside another joins it."""
        with self._writing:
            if self._owner is not None:
                yield
                return
            with _driver_errors():
                self._connection.execute("BEGIN IMMEDIATE")
                self._owner = threading.get_ident()
                try:
                    yield
                    self._writer.execute("COMMIT")
                    self._version += 1
                except BaseException:
                    # A full disk makes SQLite roll back by itself; a second ROLLBACK would be an error.
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
                finally:
                    self._owner = None

    def write(self, sql: str, values: Sequence[Value] = ()) -> int:
        """One changing statement, a transaction of its own outside of `transaction`. Returns the
        row id of the last insert."""
        with self.transaction():
            return int(self._writer.execute(sql, values).lastrowid or 0)

    def change(self, sql: str, values: Sequence[Value] = ()) -> int:
        """As `write`, but returns the number of rows changed."""
        with self.transaction():
            return int(self._writer.execute(sql, values).rowcount)

    def write_returning(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """As `write`, for a statement with RETURNING: the row it returns, if any."""
        with self.transaction():
            rows: list[Row] = self._writer.execute(sql, values).fetchall()
            return rows[0] if rows else None

    def write_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with self.transaction():
            self._writer.executemany(sql, rows)

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        with _driver_errors(), self._reader() as connection:
            return list(connection.execute(sql, values).fetchall())

    def read_one(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        rows = self.read(sql, values)
        return rows[0] if rows else None

    def scrub(self) -> None:
        """After rows were deleted for good: folds the write-ahead log, which holds what pages were
        before, into the file and drops the copies of earlier versions."""
        with self._writing, _driver_errors():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        migrations.drop_backups(self._path)

    def close(self) -> None:
        """Ends all connections; the write-ahead log is folded into the file. May be called twice."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            while not self._readers.empty():
                self._readers.get_nowait().close()
            with _driver_errors():
                self._writer.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _connection(self) -> _Connection:
        if self._closed:
            raise ProfileError("The profile is closed; open it again to go on.")
        return self._writer

    @contextmanager
    def _reader(self) -> Iterator[_Connection]:
        if self._owner == threading.get_ident():
            yield self._connection
            return
        if self._closed:
            raise ProfileError("The profile is closed; open it again to go on.")
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = _connect(self._path, self._key)
            connection.execute("PRAGMA query_only = ON")
            connection.execute(
                "PRAGMA cache_size = -8000"
            )  # there may be several, and more makes none faster
        try:
            yield connection
        finally:
            self._put_back(connection)

    def _put_back(self, connection: _Connection) -> None:
        if not self._closed:
            try:
                self._readers.put_nowait(connection)
                return
            except queue.Full:
                pass
        connection.close()


def _connect(path: Path, key: bytes) -> _Connection:
    connection: _Connection = sqlcipher.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=10.0
    )
    try:
        # The library prints page numbers and paths to stderr when a key does not fit.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()  # the first use of the key
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL under WAL: a kill loses nothing, a power cut at most the last commits, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # deleted mail is overwritten, not just unlinked
        connection.execute("PRAGMA temp_store = MEMORY")  # no sorted mail in plain temporary files
        connection.execute("PRAGMA journal_size_limit = 16777216")
        connection.execute("PRAGMA cache_size = -24000")  # KiB; each page that is not held is decrypted again
        connection.execute(f"PRAGMA soft_heap_limit = {_MEMORY}")  # of all connections of this process
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _driver_errors() -> Iterator[None]:
    """Turns what the user can act on into ProfileError; the driver's own text may hold values."""
    try:
        yield
    except sqlcipher.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        sentence = _SENTENCES.get(code & 0xFF) if isinstance(code, int) else None
        if sentence is None:
            raise
        raise ProfileError(sentence) from None
