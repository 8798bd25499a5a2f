"""The database opens with its key alone, keeps nothing in plain, and turns faults into sentences."""

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import ProfileError
from core.store.database import Database
from core.store.jobs import JobRepository
from tests.store_things import KEY, open_database

_PAGE = 4096


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def test_a_wrong_key_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        JobRepository(database).set("learn", 3)
    before = (tmp_path / "longhand.db").read_bytes()
    with pytest.raises(ProfileError, match="key does not fit"):
        Database.open(tmp_path / "longhand.db", bytes(32))
    assert (tmp_path / "longhand.db").read_bytes() == before
    with open_database(tmp_path) as database:
        assert JobRepository(database).get("learn", int) == 3


def test_nothing_lies_in_plain_on_disk(tmp_path: Path, database: Database) -> None:
    jobs = JobRepository(database)
    for number in range(200):
        jobs.set(f"plain-marker-{number}", "plain-marker " * 20)
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files)
    for file in files:
        content = file.read_bytes()
        assert b"plain-marker" not in content
        assert b"SQLite format" not in content
        assert b"CREATE TABLE" not in content


def test_the_file_is_for_the_user_alone(tmp_path: Path, database: Database) -> None:
    assert stat.S_IMODE((tmp_path / "longhand.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database at all " * 400, b"x", bytes(8192)])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "longhand.db").write_bytes(content)
    with pytest.raises(ProfileError):
        open_database(tmp_path)
    assert (tmp_path / "longhand.db").read_bytes() == content


@pytest.mark.parametrize("page", [0, -2, -9])
def test_a_damaged_page_is_a_sentence_and_not_wrong_data(tmp_path: Path, page: int) -> None:
    with open_database(tmp_path) as database, database.transaction():
        for number in range(200):
            JobRepository(database).set(f"job {number}", "x" * 500)
    file = tmp_path / "longhand.db"
    content = bytearray(file.read_bytes())
    content[page * _PAGE + 100] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(ProfileError, match="damaged"), open_database(tmp_path) as database:
        database.read("SELECT * FROM jobs")


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be opened"):
        open_database(tmp_path / "nowhere")


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    jobs = JobRepository(database)
    jobs.set("kept", 1)

    def fail() -> None:
        with database.transaction():
            jobs.set("kept", 2)
            with database.transaction():
                jobs.set("inner", 1)
            assert jobs.get("kept", int) == 2
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (jobs.get("kept", int), jobs.get("inner", int)) == (1, None)
    jobs.set("after", 1)
    assert jobs.keys() == ("after", "kept")


def test_readers_see_the_last_commit_while_a_writer_is_at_work(database: Database) -> None:
    jobs = JobRepository(database)
    jobs.set("seen", 1)
    inside, looked = threading.Event(), threading.Event()

    def write() -> None:
        with database.transaction():
            jobs.set("seen", 2)
            inside.set()
            looked.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    assert jobs.get("seen", int) == 1
    looked.set()
    writer.join()
    assert jobs.get("seen", int) == 2


def test_threads_lose_no_write(database: Database) -> None:
    jobs = JobRepository(database)
    jobs.set("count", 0)

    def add() -> None:
        for _ in range(50):
            with database.transaction():
                jobs.set("count", (jobs.get("count", int) or 0) + 1)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs.get("count", int) == 400


def test_a_closed_profile_says_so(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    database.read("SELECT 1")
    database.close()
    database.close()
    with pytest.raises(ProfileError, match="closed"):
        database.read("SELECT 1")
    with pytest.raises(ProfileError, match="closed"):
        database.write("DELETE FROM jobs")
    assert not (tmp_path / "longhand.db-wal").exists()


def test_our_own_mistakes_are_not_dressed_up_as_the_users(database: Database) -> None:
    with pytest.raises(sqlcipher.OperationalError):
        database.read("SELECT * FROM nowhere")
    with pytest.raises(sqlcipher.IntegrityError):
        database.write(
            "INSERT INTO sync_state (account, folder, uidvalidity, last_uid) VALUES (999, 'INBOX', 1, 1)"
        )


def test_reading_connections_cannot_write(database: Database) -> None:
    with pytest.raises(ProfileError, match="cannot be written"):
        database.read("DELETE FROM jobs RETURNING key")


def test_a_key_of_another_length_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Database.open(tmp_path / "x.db", KEY[:16])
