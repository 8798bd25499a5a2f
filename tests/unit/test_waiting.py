"""Which messages wait for an answer: to the user, from a person, last of their thread, and not answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.domain import Address, MailKind
from core.store.accounts import AccountRepository
from core.store.codec import to_json
from core.store.database import Database
from core.store.messages import _WAITING, MessageRepository
from core.store.migrations import MIGRATIONS, migrate
from tests.store_things import ANN, KEY, ME, account, mail, message, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def waiting(messages: MessageRepository) -> list[str]:
    return [one.mail.subject.removeprefix("Matter ") for one in messages.waiting()]


def identity(number: int) -> str:
    return f"<{number}@firm.example>"


# A conversation of one mail a day: what each goes back to, whether it is the user's, and what kind it is.
THREADS: list[tuple[str, list[tuple[int, int, bool, MailKind]], list[str]]] = [
    (
        "a second mail before any answer",
        [(1, 0, False, MailKind.FIRST), (2, 1, False, MailKind.REPLY)],
        ["2"],
    ),
    (
        "answered in between, and asked again",
        [(1, 0, False, MailKind.FIRST), (2, 1, True, MailKind.REPLY), (3, 2, False, MailKind.REPLY)],
        ["3"],
    ),
    (
        "what the user wrote last goes back to an older mail of the thread",
        [(1, 0, False, MailKind.FIRST), (2, 1, False, MailKind.REPLY), (3, 1, True, MailKind.REPLY)],
        [],
    ),
    (
        "the user hands it on, which is no answer but is the last word",
        [(1, 0, False, MailKind.FIRST), (2, 1, True, MailKind.FORWARD)],
        [],
    ),
    (
        "an absence notice says nothing",
        [(1, 0, False, MailKind.FIRST), (2, 1, False, MailKind.AUTOMATIC)],
        ["1"],
    ),
    (
        "a colleague answers the list",
        [(1, 0, False, MailKind.FIRST), (2, 1, False, MailKind.LIST)],
        [],
    ),
    (
        "a thread of four mails, each naming only the one before",
        [
            (1, 0, False, MailKind.FIRST),
            (2, 1, False, MailKind.REPLY),
            (3, 2, False, MailKind.REPLY),
            (4, 3, False, MailKind.REPLY),
        ],
        ["4"],
    ),
]


@pytest.mark.parametrize(("thread", "left"), [one[1:] for one in THREADS], ids=[one[0] for one in THREADS])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "newest first"])
def test_only_the_last_of_a_thread_waits(
    database: Database, thread: list[tuple[int, int, bool, MailKind]], left: list[str], backwards: bool
) -> None:
    """In whatever order they come: folders are synced one after another."""
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    for number, parent, own, kind in thread[::-1] if backwards else thread:
        before = identity(parent) if parent else ""
        messages.add_batch([message(mail(number, in_reply_to=before, kind=kind), owner, outgoing=own)])
    assert waiting(messages) == left
    assert messages.waiting_count() == len(left)


def test_a_threads_name_is_its_first_mail_of_whose_the_rest_is_not_here(database: Database) -> None:
    """By References, where mails in between were never stored."""
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    early = replace(mail(3, in_reply_to=identity(2)), references=(identity(1), identity(2)))
    late = replace(mail(9, in_reply_to=identity(8)), references=(identity(1), identity(8)))
    other = mail(10)
    messages.add_batch(message(one, owner) for one in (late, early, other))
    assert waiting(messages) == ["10", "9"]


def test_two_mails_that_name_each_other_are_a_thread_and_no_endless_one(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    messages.add_batch(
        message(mail(number, in_reply_to=identity(parent)), owner)
        for number, parent in ((1, 2), (2, 1), (3, 3))
    )
    assert waiting(messages) == ["3", "2"]


def test_what_is_not_addressed_to_the_user_does_not_wait(database: Database) -> None:
    """Once it is known by which addresses they are reached, what came before is looked at again."""
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    other = Address("Office", "office@home.example")
    messages.add_batch(
        [
            message(replace(mail(1), to=(ANN,), cc=(ME,)), owner),
            message(replace(mail(2), to=(other,)), owner),
            message(replace(mail(3), to=(), cc=()), owner),
        ]
    )
    assert waiting(messages) == ["1"]
    messages.note_own(frozenset({ME.email, other.email}))
    assert waiting(messages) == ["2", "1"]
    messages.add_batch([message(replace(mail(4), to=(ANN, other)), owner)])
    assert waiting(messages) == ["4", "2", "1"]
    messages.note_own(frozenset({other.email}))
    assert waiting(messages) == ["4", "2"]


def test_a_copy_in_another_account_is_no_answer_and_an_answer_from_there_is_one(database: Database) -> None:
    messages = MessageRepository(database)
    accounts = AccountRepository(database)
    here, there = accounts.add(account()), accounts.add(account("max@work.example"))
    messages.add_batch([message(mail(1), here), message(mail(1), there)])
    assert waiting(messages) == ["1", "1"]
    messages.add_batch([message(mail(2, in_reply_to=identity(1)), there, outgoing=True)])
    assert waiting(messages) == []


def test_a_mail_without_a_date_is_older_than_any_with_one(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    undated = [replace(mail(number, in_reply_to=identity(1)), date=None) for number in (2, 3)]
    messages.add_batch(message(one, owner) for one in undated)
    assert waiting(messages) == ["3"]
    messages.add_batch([message(mail(1), owner)])
    assert waiting(messages) == ["1"]


def test_where_the_last_of_a_thread_is_forgotten_the_one_before_waits_again(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    messages.add_batch(message(mail(number, in_reply_to=identity(1)), owner) for number in (1, 2, 3))
    messages.delete([one.id for one in messages.waiting()])
    assert waiting(messages) == ["2"]


def test_what_turns_out_to_be_the_users_own_answers(database: Database) -> None:
    """The copy in INBOX came first; its clock is a year slow."""
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    early = replace(mail(2, in_reply_to=identity(1)), date=datetime(2025, 1, 1, tzinfo=UTC))
    messages.add_batch([message(mail(1), owner), message(early, owner)])
    assert waiting(messages) == ["1"]
    messages.add_batch([message(early, owner, outgoing=True)])
    assert waiting(messages) == []


def test_what_waits_is_read_from_one_index(database: Database) -> None:
    """A plan that looks at every message takes seconds where there are a hundred thousand."""
    for asked in ("SELECT count(*)", "SELECT id"):
        plan = database.read(
            f"EXPLAIN QUERY PLAN {asked} FROM messages {_WAITING} ORDER BY date DESC, id DESC"
        )
        assert [row[3].endswith("INDEX messages_waiting") for row in plan] == [True], [row[3] for row in plan]


def test_the_mail_of_the_eighth_version_is_put_into_threads(tmp_path: Path) -> None:
    """Chains of mails that name only the one before, the longest of 65."""
    path = tmp_path / "eighth.db"
    connection: Any = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    migrate(connection, path, MIGRATIONS[:8])
    connection.execute(
        "INSERT INTO accounts (id, email, name, host, port, tls, user)"
        " VALUES (1, ?, '', 'h', 1, 'none', 'u')",
        (ME.email,),
    )
    for number in range(1, 71):
        one = mail(number, in_reply_to=identity(number - 1) if number not in (1, 66) else "")
        one = replace(one, references=())
        connection.execute(
            "INSERT INTO messages (account, identity, in_reply_to, date, sender_name, sender_email, subject,"
            " kind, text, mail_json, folder, uid, outgoing, seen, answered)"
            " VALUES (1, ?, ?, ?, '', '', '', ?, '', ?, 'INBOX', ?, 0, 1, 0)",
            (one.message_id, one.in_reply_to, number, one.kind.value, to_json(one), number),
        )
    connection.close()
    with Database.open(path, KEY) as database:
        assert waiting(MessageRepository(database)) == ["70", "65"]
