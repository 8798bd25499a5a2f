"""What may go wrong between Longhand and a mail server, one fault at one place at a time, and what is left of
it: a first sync and a saved draft, both tried again afterwards, against a real Dovecot."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from imapclient import IMAPClient

from core.domain import AccountId, Address
from core.errors import MailError
from core.mail.drafts import Manner
from core.mail.imap import ImapSession
from core.mail.reading import DirectReader
from core.mail.servers import Servers
from core.mail.sync import sync
from core.privacy.egress import Guard, Ledger
from core.privacy.keychain import open_keychain
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.messages import MessageRepository
from core.tasks import CancelToken, Progress
from tests.dovecot import Dovecot
from tests.faulty_wire import FAULTS, PLACES, Fault, FaultyWire, Place

MAILS = 60
SECONDS = 1.5  # that Longhand waits for a server to take a call, and for its answers, here
ME = Address("Me", "me@home.example")
SECRET = "Zanzibarquokka"  # stands in every mail, and in no sentence for the user


@dataclass(frozen=True)
class Outcome:
    """`told` is the sentence for the user, '' where nothing failed; `lost` and `double` count messages once
    all was tried again."""

    told: str
    lost: int
    double: int


def is_clear(told: str) -> bool:
    """One whole sentence or two, without mail, that does not blame a password that was never looked at."""
    whole = told.startswith("The ") and told.endswith(".") and "\n" not in told
    return whole and SECRET not in told and "password" not in told


def cases() -> list[tuple[Place, Fault]]:
    return [(place, fault) for place in PLACES for fault in FAULTS]


def mails() -> Iterator[tuple[str, tuple[str, ...], bytes]]:
    for number in range(MAILS):
        head = f"To: you@x.example\r\nSubject: {SECRET} {number}\r\nDate: Tue, 02 Jan 2024 09:00:00 +0000\r\n"
        text = f"\r\n{SECRET} number {number}.\r\n" + "More of it.\r\n" * 20
        sent = f"From: Me <{ME.email}>\r\nMessage-ID: <sent-{number}@home.example>\r\n{head}{text}"
        got = f"From: Ann <ann@x.example>\r\nMessage-ID: <got-{number}@x.example>\r\n{head}{text}"
        yield "Sent", ("\\Seen",), sent.encode()
        yield "INBOX", (), got.encode()


def outcome(server: Dovecot, place: Place, fault: Fault, home: Path) -> Outcome:
    """`home` is a folder of its own. The server's Drafts folder is empty before and after."""
    waits = patch.multiple("core.mail.imap_connection", CONNECT_SECONDS=SECONDS, READ_SECONDS=SECONDS)
    with FaultyWire(server.port, place, fault) as wire, waits:
        if place in ("APPEND", "APPENDED"):
            return _drafted(server, wire, home)
        return _synced(server, wire, home)


def wrong_certificate(server: Dovecot, tls: str, home: Path) -> Outcome:
    """A certificate that nobody trusts; `tls` as an account has it."""
    port = server.tls_port if tls == "implicit" else server.port
    with _database(home) as database:
        account = _account(database, port)
        told = _try_sync(replace(account, tls=tls), server.password, database)  # type: ignore[arg-type]
        told = told if not MessageRepository(database).count() else "signed in all the same"
        _try_sync(replace(account, port=server.port), server.password, database)
        return Outcome(told, *_missing_and_double(database))


def _synced(server: Dovecot, wire: FaultyWire, home: Path) -> Outcome:
    with _database(home) as database:
        account = _account(database, wire.port)
        told = _try_sync(account, server.password, database)
        again = _try_sync(account, server.password, database)
        return Outcome(told if not again else f"{told} And again: {again}", *_missing_and_double(database))


def _drafted(server: Dovecot, wire: FaultyWire, home: Path) -> Outcome:
    """A draft, and the same one changed: in the end the changed one alone is there."""
    with _database(home) as database:
        account = _account(database, server.port)
        _try_sync(account, server.password, database)
        AccountRepository(database).add(replace(account, port=wire.port))
        told = _try_drafts(database, account, server.password, home)
    held = _take_drafts(server)
    wanted = [raw for raw in held if b"second version" in raw]
    return Outcome(told, int(not wanted), max(0, len(held) - 1))


def _try_drafts(database: Database, account: Account, password: str, home: Path) -> str:
    told = ""
    with closing(Guard()) as guard:
        keychain = open_keychain(home, "a passphrase of the tests")
        keychain.set(account.secret_name, password)
        servers = Servers(database, keychain, guard, Ledger(lambda _: None))
        message = MessageRepository(database).received()[0]
        try:
            servers.save_draft(message, "The first version.", Manner(ME), False)
        except MailError as error:
            told = str(error)
        servers.save_draft(message, "The second version.", Manner(ME), False)
    return told


def _take_drafts(server: Dovecot) -> list[bytes]:
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(server.user, server.password)
        client.select_folder("Drafts")
        uids = client.search()
        told = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
        client.delete_messages(uids)
        client.expunge()
        return [items[b"BODY[]"] for items in told.values()]


def _try_sync(account: Account, password: str, database: Database) -> str:
    try:
        with ImapSession(account, password) as session:
            sync(session, account, DirectReader(), database, Progress(), CancelToken())
    except MailError as error:
        return str(error)
    return ""


def _missing_and_double(database: Database) -> tuple[int, int]:
    held = Counter(
        one.mail.text.split(".")[0] + str(one.outgoing) for one in MessageRepository(database).all()
    )
    wanted = {f"{SECRET} number {n}{own}" for n in range(MAILS) for own in (True, False)}
    return len(wanted - held.keys()), sum(held.values()) - len(held)


@contextmanager
def _database(home: Path) -> Iterator[Database]:
    with Database.open(home / "longhand.db", bytes(32)) as database:
        yield database


def _account(database: Database, port: int) -> Account:
    accounts = AccountRepository(database)
    made = Account(AccountId(0), ME.email, ME.name, "127.0.0.1", port, "none", ME.email)
    return replace(made, id=accounts.add(made))
