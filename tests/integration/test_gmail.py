"""Gmail's extensions: its threads pair mail, and 'All Mail' neither brings a message twice nor one that lies
in an excluded folder too. Dovecot behind a proxy of the tests that speaks them; Gmail itself is not asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import AccountId
from core.mail.imap import Fetched, ImapSession
from core.mail.pairing import pair
from core.mail.reading import DirectReader
from core.mail.sync import sync
from core.mail.sync_result import SyncResult, Wanted
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.messages import MessageRepository
from core.store.settings import Exclude
from tests import dovecot
from tests.dovecot import Dovecot
from tests.gmail_wire import GmailWire, Known

ME = "me@home.example"
FOLDERS = {"Sent": "\\Sent", "AllMail": "\\All", "Privileged": ""}
Mail = tuple[str, tuple[str, ...], bytes]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "longhand.db", bytes(32)) as database:
        yield database


def mail(name: str, sender: str, to: str, day: int, filler: str = "") -> bytes:
    """Without a Message-ID that anything refers to."""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {name}\r\nMessage-ID: <{name}@x.example>\r\n"
        f"Date: Tue, {day:02} Jan 2024 09:00:00 +0000\r\n\r\nThis is {name}.{filler}\r\n"
    ).encode()


QUESTION = mail("question", "ann@x.example", ME, 2)
ANSWER = mail("answer", ME, "ann@x.example", 3).replace(b"Subject: answer", b"Subject: Re: question")
OTHER = mail("other", "ann@x.example", ME, 4)
SECRET = mail("secret", "bo@x.example", ME, 5)
ARCHIVED = mail("archived", "cy@x.example", ME, 6, " word" * 40_000)  # large enough to come by its parts
PLACED: tuple[tuple[str, bytes, Known], ...] = (
    ("INBOX", QUESTION, Known(2**63 + 1, 77)),
    ("INBOX", OTHER, Known(2**63 + 3, 78)),
    ("INBOX", SECRET, Known(2**63 + 4, 79, ("Privileged",))),
    ("Sent", ANSWER, Known(2**63 + 2, 77)),
    ("Privileged", SECRET, Known(2**63 + 4, 79, ("\\Inbox",))),
    ("AllMail", QUESTION, Known(2**63 + 1, 77, ("\\Inbox", '"\\\\Important"'))),
    ("AllMail", ANSWER, Known(2**63 + 2, 77, ("\\Sent",))),
    ("AllMail", OTHER, Known(2**63 + 3, 78, ("\\Inbox", '"Entw&APw-rfe"', "2024"))),
    ("AllMail", SECRET, Known(2**63 + 4, 79, ("\\Inbox", "Privileged"))),
    ("AllMail", ARCHIVED, Known(2**63 + 5, 80)),
)


@contextmanager
def gmail() -> Iterator[tuple[Dovecot, GmailWire]]:
    dovecot.need()
    counts: dict[str, int] = {}
    known: dict[tuple[str, int], Known] = {}
    for folder, _, told in PLACED:
        counts[folder] = counts.get(folder, 0) + 1
        known[folder, counts[folder]] = told
    mails: list[Mail] = [(folder, (), raw) for folder, raw, _ in PLACED]
    with dovecot.dovecot(mails, uses=FOLDERS) as server, GmailWire(server.port, known) as wire:
        yield server, wire


class Counting(ImapSession):
    """Knows how many bodies were fetched."""

    bodies = 0

    def fetch(self, uids: list[int], large: set[int] = frozenset()) -> list[Fetched]:  # type: ignore[override,assignment]
        self.bodies += len(uids)
        return super().fetch(uids, large)


def run(
    database: Database, server: Dovecot, wire: GmailWire, wanted: Wanted | None = None
) -> tuple[SyncResult, int]:
    account = Account(AccountId(0), ME, "Me", "127.0.0.1", wire.port, "none", server.user)
    account = replace(account, id=AccountRepository(database).add(account))
    with Counting(account, server.password) as session:
        return sync(session, account, DirectReader(), database, wanted=wanted), session.bodies


def subjects(database: Database) -> list[str]:
    return sorted(one.mail.message_id.split("@")[0][1:] for one in MessageRepository(database).all())


def test_every_message_comes_once(database: Database) -> None:
    with gmail() as (server, wire):
        done, bodies = run(database, server, wire)
        assert (done.sent, done.received, bodies) == (1, 4, 5), "All Mail brings the archived one alone"
        assert run(database, server, wire)[1] == 0
    assert subjects(database) == ["answer", "archived", "other", "question", "secret"]
    folders = {one.mail.subject: one.folder for one in MessageRepository(database).all()}
    assert folders == {
        "Re: question": "Sent",
        "question": "INBOX",
        "other": "INBOX",
        "secret": "INBOX",
        "archived": "AllMail",
    }


def test_what_lies_in_an_excluded_folder_too_is_never_fetched(database: Database) -> None:
    with gmail() as (server, wire):
        done, bodies = run(database, server, wire, Wanted(Exclude(folders=("privileged",))))
    assert (done.received, bodies) == (3, 4)
    assert "secret" not in subjects(database)


def test_an_excluded_inbox_is_not_read_by_way_of_all_mail(database: Database) -> None:
    with gmail() as (server, wire):
        done, bodies = run(database, server, wire, Wanted(Exclude(folders=("INBOX",))))
        assert (done.sent, done.received, bodies) == (1, 1, 2)
    assert subjects(database) == ["answer", "archived"]


def test_its_threads_pair_mail_that_no_header_does(database: Database) -> None:
    with gmail() as (server, wire):
        run(database, server, wire)
    stored = MessageRepository(database).all()
    threads = {one.mail.subject: one.mail.thread for one in stored}
    assert threads == {
        "question": "77",
        "Re: question": "77",
        "other": "78",
        "secret": "79",
        "archived": "80",
    }
    (made,) = pair(stored)
    assert made.answers is not None
    assert made.answers.mail.subject == "question"


def test_without_the_extension_nothing_is_asked_of_it(database: Database) -> None:
    dovecot.need()
    with dovecot.dovecot([("Sent", (), ANSWER)], uses=FOLDERS) as server:
        account = Account(AccountId(0), ME, "Me", server.host, server.port, "none", server.user)
        with ImapSession(account, server.password) as session:
            assert not session.is_gmail
            session.examine("Sent")
            (one,) = session.fetch([1])
    assert (one.thread, one.provider_id) == ("", "")
