"""From stored mail to exchanges: the quote stands in for a lost mail, and a signature teaches nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import ParsedMail
from core.drafting.mailbox import Mailbox
from core.mail.reading import DirectReader
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.messages import MessageRepository
from core.store.settings import Exclude
from tests.store_things import ANN, ME, account, mail, message, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as opened:
        yield opened


def sent(number: int, text: str, quoted: str = "") -> ParsedMail:
    return replace(mail(number, text, "<lost@x.example>"), sender=ME, to=(ANN,), quoted=quoted)


def exchanges(database: Database, *mails: ParsedMail) -> list[tuple[str, str]]:
    owner = AccountRepository(database).add(account())
    MessageRepository(database).add_batch(message(one, owner, outgoing=True) for one in mails)
    Mailbox(database, DirectReader()).pair(Exclude())
    return [(one.incoming.text, one.sent) for one in ExchangeRepository(database).all()]


def test_a_mail_that_is_not_here_is_known_from_its_quote(database: Database) -> None:
    quoted = "On Tue, 3 Jan 2023 at 09:00, Ann <ann@firm.example> wrote:\n> When do you come?\n>> Bring Cy.\n"
    assert exchanges(database, sent(1, "Monday.", quoted)) == [("When do you come?", "Monday.")]


def test_the_signature_that_comes_back_is_kept_apart(database: Database) -> None:
    ends = "\n\nBest,\nMax\n\nNorthern Office\nOslo"
    bodies = ["Monday.", "I have asked.", "No.", "Thank you for the figures."]
    found = exchanges(database, *(sent(place, body + ends) for place, body in enumerate(bodies)))
    assert [text for _, text in found] == [f"{body}\n\nBest,\nMax" for body in bodies]
