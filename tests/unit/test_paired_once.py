"""Mail is paired anew only after mail came or went, and then only what changed is written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain import AccountId, Address, MailKind, ParsedMail
from core.drafting.mailbox import Mailbox
from core.mail.reading import DirectReader
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.messages import MessageRepository, NewMessage
from core.store.settings import Exclude

ME, ANN = Address("Me", "me@home.example"), Address("Ann", "ann@x.example")
START = datetime(2024, 1, 2, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "longhand.db", bytes(32)) as database:
        yield database


def add(database: Database, number: int) -> None:
    """A question, and its answer."""
    known = AccountRepository(database).by_address(ME.email)
    account = (
        known.id
        if known
        else AccountRepository(database).add(Account(AccountId(0), ME.email, ME.name, "", 0, "implicit", ""))
    )
    asked, at = f"<q{number}@x.example>", START + timedelta(days=number)
    question = ParsedMail(
        asked, "", (), at, "Matter", ANN, (ME,), (), MailKind.FIRST, f"Question {number}?", "", "", False
    )
    answer = ParsedMail(
        f"<a{number}@home.example>", asked, (asked,), at + timedelta(hours=1), "Re: Matter", ME, (ANN,), (),
        MailKind.REPLY, f"Answer {number}.", "", "", False,
    )  # fmt: skip
    MessageRepository(database).add_batch(
        [
            NewMessage(account, "INBOX", number, question, False),
            NewMessage(account, "Sent", number, answer, True),
        ]
    )


def texts(database: Database) -> list[str]:
    return [one.sent for one in ExchangeRepository(database).all()]


def test_nothing_is_done_twice(database: Database) -> None:
    mailbox = Mailbox(database, DirectReader())
    for number in (1, 2):
        add(database, number)
    mailbox.pair(Exclude())
    assert texts(database) == ["Answer 1.", "Answer 2."]
    ids = [one.id for one in ExchangeRepository(database).all()]
    database.write("UPDATE exchanges SET sent = 'Touched.' WHERE id = ?", (ids[0],))
    mailbox.pair(Exclude())
    assert texts(database) == ["Touched.", "Answer 2."], "nothing came, nothing was looked at"
    add(database, 3)
    mailbox.pair(Exclude())
    assert texts(database) == ["Answer 1.", "Answer 2.", "Answer 3."]
    assert [one.id for one in ExchangeRepository(database).all()][:2] == ids
    mailbox.pair(Exclude(words=("question 2",)))
    assert texts(database) == ["Answer 1.", "Answer 3."], "other exclusions are other mail"
    sent = MessageRepository(database).by_header("<a3@home.example>")
    assert sent is not None
    MessageRepository(database).delete([sent.id])
    mailbox.pair(Exclude())
    assert texts(database) == ["Answer 1.", "Answer 2."]


def test_an_unchanged_exchange_is_not_written(database: Database) -> None:
    mailbox = Mailbox(database, DirectReader())
    for number in range(5):
        add(database, number)
    mailbox.pair(Exclude())
    database.write("CREATE TABLE written (id INTEGER)")
    database.write(
        "CREATE TRIGGER told AFTER UPDATE ON exchanges BEGIN INSERT INTO written VALUES (new.id); END"
    )
    add(database, 9)
    mailbox.pair(Exclude())
    assert len(texts(database)) == 6
    assert database.read_one("SELECT count(*) FROM written") == (0,)
