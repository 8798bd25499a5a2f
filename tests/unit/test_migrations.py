"""Migrations go forward one by one, each whole or not at all, after an encrypted backup copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.domain import AdapterKind, Context, Example, ExchangeId
from core.errors import ProfileError
from core.store.adapters import AdapterRepository
from core.store.codec import to_json
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.migrations import MIGRATIONS, Migration, backup_path, migrate
from core.store.rules import RuleRepository
from tests.store_things import KEY, incoming, open_database

LAST = len(MIGRATIONS)
NEXT = Migration(LAST + 1, ("CREATE TABLE extra (word TEXT)", "INSERT INTO extra VALUES ('new')"))
BROKEN = Migration(LAST + 1, ("CREATE TABLE extra (word TEXT)", "INSERT INTO nowhere VALUES (1)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_database(tmp_path) as database:
        JobRepository(database).set("learn", "plain-marker")
    return tmp_path / "longhand.db"


@pytest.fixture
def connection(path: Path) -> Iterator[Any]:
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    yield connection
    connection.close()


def version(connection: Any) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_file_is_brought_to_the_last_version(connection: Any) -> None:
    assert version(connection) == LAST
    assert [step.number for step in MIGRATIONS] == list(range(1, LAST + 1))


def test_an_older_file_is_copied_first_and_then_changed(path: Path, connection: Any) -> None:
    connection.execute("INSERT INTO jobs VALUES ('late', '\"still in the log\"')")
    migrate(connection, path, (*MIGRATIONS, NEXT))
    assert version(connection) == LAST + 1
    assert connection.execute("SELECT word FROM extra").fetchall() == [("new",)]
    copy = backup_path(path, LAST)
    assert b"plain-marker" not in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    with Database.open(copy, KEY) as before:
        assert JobRepository(before).get("learn", str) == "plain-marker"
        assert JobRepository(before).get("late", str) == "still in the log"


def test_an_adapter_of_the_first_version_is_of_no_known_family(tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    migrate(connection, path, MIGRATIONS[:1])
    connection.execute("INSERT INTO adapters VALUES (1, 0, 'mini-small', 1, '', 12, 0.5, '{}')")
    connection.close()
    with Database.open(path, KEY) as database:
        (adapter,) = AdapterRepository(database).all()
    assert (adapter.base, adapter.family) == ("mini-small", "")


def test_a_rule_of_the_second_version_has_no_dates(tmp_path: Path) -> None:
    path = tmp_path / "second.db"
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    migrate(connection, path, MIGRATIONS[:2])
    connection.execute(
        "INSERT INTO rules VALUES (1, 'length', 'short', 'Be brief.', 'everyone', '', 'learned', 'active',"
        " 9, 1, '[]')"
    )
    connection.close()
    with Database.open(path, KEY) as database:
        (rule,) = RuleRepository(database).all()
    assert (rule.sentence, rule.since, rule.until) == ("Be brief.", None, None)


def test_what_was_learned_by_the_third_version_is_the_agents(tmp_path: Path) -> None:
    path = tmp_path / "third.db"
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    migrate(connection, path, MIGRATIONS[:3])
    made = Example(ExchangeId(1), Context(incoming()), "y_z", "thinking", (), "full", "rules 2", "mini")
    connection.execute(
        "INSERT INTO exchanges VALUES (1, NULL, NULL, ?, 'y', 0, 'thread', 'other', 1, 'learning')",
        (to_json(incoming()),),
    )
    connection.execute("INSERT INTO examples VALUES (1, 'full', ?)", (to_json(made),))
    connection.execute("INSERT INTO adapters VALUES (1, 0, 'mini-small', 1, '', 12, 0.5, '{}', 'mini')")
    connection.close()
    with Database.open(path, KEY) as database:
        (adapter,) = AdapterRepository(database).all()
        assert ExampleRepository(database).all() == (made,)
        assert ExampleRepository(database, AdapterKind.UNTHOUGHT).all() == ()
        ExchangeRepository(database).remove(ExchangeId(1))
        assert ExampleRepository(database).all() == ()
    assert (adapter.kind, adapter.seconds, adapter.live) == (AdapterKind.AGENT, 0, True)


def test_a_step_that_fails_leaves_the_version_before_it(path: Path, connection: Any) -> None:
    with pytest.raises(sqlcipher.OperationalError):
        migrate(connection, path, (*MIGRATIONS, BROKEN))
    assert version(connection) == LAST
    connection.close()
    with Database.open(path, KEY) as database:
        assert database.read("SELECT name FROM sqlite_master WHERE name = 'extra'") == []
        assert JobRepository(database).get("learn", str) == "plain-marker"


def test_a_newer_file_is_refused_and_left_alone(path: Path, connection: Any) -> None:
    migrate(connection, path, (*MIGRATIONS, NEXT))
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="newer version"):
        Database.open(path, KEY)
    assert path.read_bytes() == before


def test_an_up_to_date_file_is_not_copied(path: Path, connection: Any) -> None:
    migrate(connection, path)
    assert list(path.parent.glob("*.backup*")) == []


@pytest.mark.parametrize("numbers", [(1, 1), (2,), (1, 3), (2, 1)])
def test_numbers_with_gaps_or_twins_are_a_bug(connection: Any, path: Path, numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="numbered"):
        migrate(connection, path, [Migration(number, ()) for number in numbers])
