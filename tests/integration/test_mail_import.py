"""Mail from files: mbox, Maildir, .eml and folders of them, into a real store."""

import mailbox
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from core.domain import AccountId
from core.engine.reader import Reader
from core.errors import Cancelled, InputError
from core.mail.importer import Importer, check_mail, guess_owner, read_mail
from core.mail.reading import DirectReader
from core.mail.text import parse_file, seen_in
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.messages import MessageRepository
from core.tasks import CancelToken, Progress, Step
from tests.outlook_file import outlook_file

OWN = frozenset({"me@home.example"})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "longhand.db", bytes(32))
    yield database
    database.close()


def account_of(database: Database) -> AccountId:
    return AccountRepository(database).add(Account(AccountId(0), "me@home.example", "Me", "", 0, "none", ""))


def message(number: int, sender: str = "me@home.example", text: str = "Hello.") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = sender, "ann@x.example", f"<{number}@home.example>"
    made.set_content(text)
    return made


def load(database: Database, path: Path, cancel: CancelToken | None = None) -> tuple[int, int, int]:
    result = Importer(database, DirectReader()).run(
        path, account_of(database), OWN, Progress(), cancel or CancelToken()
    )
    return result.sent, result.received, result.unreadable


def test_mbox_with_from_lines_in_the_text(database: Database, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "sent.mbox")
    box.add(message(1, text="One.\n\nFrom here on it is easy.\n"))
    box.add(message(2, "ann@x.example"))
    box.close()
    assert load(database, tmp_path / "sent.mbox") == (1, 1, 0)
    assert MessageRepository(database).sent()[0].mail.text == "One.\n\nFrom here on it is easy."
    assert load(database, tmp_path / "sent.mbox") == (0, 0, 0), "a second import adds nothing"


def test_maildir_eml_and_a_folder_of_both(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    box = mailbox.Maildir(folder / "Archive")
    box.add(message(1))
    box.add(message(2))
    (folder / "one.eml").write_bytes(message(3).as_bytes())
    (folder / "notes.doc").write_bytes(b"From: not mail")
    assert load(database, folder / "one.eml") == (1, 0, 0)
    assert load(database, folder) == (2, 0, 0)
    assert {one.folder for one in MessageRepository(database).all()} == {"mail", "Archive"}


def test_progress_reaches_its_end_and_cancel_keeps_what_was_done(database: Database, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "sent.mbox")
    for number in range(250):
        box.add(message(number))
    box.close()
    told: list[Step] = []
    cancel = CancelToken()

    def report(step: Step) -> None:
        told.append(step)
        cancel.cancel()

    importer = Importer(database, DirectReader())
    with pytest.raises(Cancelled):
        importer.run(tmp_path / "sent.mbox", account_of(database), OWN, Progress(report), cancel)
    assert MessageRepository(database).count() == 100
    again = importer.run(
        tmp_path / "sent.mbox", account_of(database), OWN, Progress(told.append), CancelToken()
    )
    assert again.sent == 150
    assert told[-1].done == told[-1].total


def outlook(number: int) -> bytes:
    own = {0x001A: "IPM.Note", 0x0037: "Crates", 0x1000: "Hello.\r\n", 0x5D01: "me@home.example"}
    return outlook_file({**own, 0x1035: f"<o{number}@home.example>"}, [{0x39FE: "ann@x.example", 0x0C15: 1}])


def test_outlook_files_through_the_reader_child(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "one.msg").write_bytes(outlook(1))
    (folder / "two.MSG").write_bytes(outlook(2))
    (folder / "cut.msg").write_bytes(outlook(3)[:700])
    (folder / "report.doc").write_bytes(outlook(4))
    (folder / "three.eml").write_bytes(message(5).as_bytes())
    reader = Reader()
    try:
        importer = Importer(database, reader)
        done = importer.run(folder, account_of(database), OWN, Progress(), CancelToken())
        assert (done.sent, done.received, done.unreadable) == (3, 0, 1)
        assert guess_owner(folder / "one.msg", reader) == "me@home.example"
        assert parse_file(folder / "one.msg", reader).text == "Hello."
        with pytest.raises(InputError, match=r"Outlook \.msg file"):
            parse_file(folder / "cut.msg", reader)
    finally:
        reader.close()
    assert {one.mail.to[0].email for one in MessageRepository(database).all()} == {"ann@x.example"}
    with pytest.raises(InputError, match="holds no mail"):
        check_mail(folder / "report.doc")


@pytest.mark.parametrize("name", ["Outlook.pst", "archive.mbox"])
def test_an_outlook_data_file_is_named_as_not_supported(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"!BDN" + bytes(600))
    with pytest.raises(InputError, match=r"PST, OST\) are not supported"):
        check_mail(tmp_path / name)


def test_a_folder_of_nothing_but_data_files(tmp_path: Path) -> None:
    (tmp_path / "Outlook.PST").write_bytes(b"!BDN" + bytes(600))
    with pytest.raises(InputError, match="not supported"):
        check_mail(tmp_path)
    (tmp_path / "one.eml").write_bytes(message(1).as_bytes())
    check_mail(tmp_path)


@pytest.mark.parametrize("make", [Path.exists, Path.mkdir])
def test_nothing_to_import_is_told(database: Database, tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "nothing")
    with pytest.raises(InputError):
        load(database, tmp_path / "nothing")


def test_text_and_one_file(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(message(1, text="Yes.\n\n-- \nMe\n").as_bytes())
    facts = {
        "file": str(path),
        "kind": "first",
        "text": "Yes.",
        "signature": "--\nMe",
        "quoted": "",
        "hidden": False,
    }
    assert list(seen_in([path], DirectReader())) == [(facts, "")]
    assert parse_file(path, DirectReader()).text == "Yes."
    path.write_bytes(b"Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n")
    assert [note for _, note in seen_in([path], DirectReader())] == ["encrypted"]
    path.write_bytes(b"")
    with pytest.raises(InputError):
        parse_file(path, DirectReader())


def test_a_real_persons_sent_mail(database: Database, shared: Path) -> None:
    path = shared / "people" / "david.mbox"
    assert sum(1 for _ in read_mail(path)) == 166
    owner = guess_owner(path, DirectReader())
    assert owner == "david@example.org"
    result = Importer(database, DirectReader()).run(
        path, account_of(database), frozenset({owner}), Progress(), CancelToken()
    )
    assert (result.sent, result.received, result.unreadable) == (166, 0, 0)
    stored = MessageRepository(database).sent()
    assert all(one.mail.text for one in stored)
    closed = sum("regards" in one.mail.text.lower() or "best" in one.mail.text.lower() for one in stored)
    raw_closed = sum(b"regards" in one.raw.lower() or b"best" in one.raw.lower() for one in read_mail(path))
    assert closed >= 0.97 * raw_closed, "closings are style: they stay with the text"
