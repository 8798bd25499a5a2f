"""Sync against Dovecot: folders, new UIDs, flags, limits, exclusions, large mail, waiting for news."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from imapclient import IMAPClient

from core import cli
from core.domain import AccountId
from core.errors import Cancelled, InputError, MailError
from core.mail.imap import Fetched, ImapSession
from core.mail.reading import DirectReader
from core.mail.servers import Servers
from core.mail.sync import sync
from core.mail.sync_result import SyncResult, Wanted
from core.privacy.egress import Guard, Ledger
from core.privacy.keychain import open_keychain
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.messages import MessageRepository
from core.store.settings import Exclude, SyncLimits
from core.store.sync_state import SyncStateRepository
from core.tasks import CancelToken, Progress
from tests import dovecot
from tests.dovecot import Certificate, Dovecot
from tests.faulty_wire import FaultyWire
from tests.integration.mail_wire import certificate, mailbox

ME = "me@home.example"
COUNT = 12


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "longhand.db", bytes(32)) as database:
        yield database


@pytest.fixture
def server() -> Iterator[Dovecot]:
    dovecot.need()
    with dovecot.dovecot(mailbox(COUNT)) as server:
        yield server


def account_of(database: Database, server: Dovecot) -> Account:
    wanted = Account(AccountId(0), ME, "Me", server.host, server.port, "none", server.user)
    return replace(wanted, id=AccountRepository(database).add(wanted))


class Counting(ImapSession):
    """Knows whose bodies were fetched."""

    def __init__(self, account: Account, password: str) -> None:
        super().__init__(account, password)
        self.bodies = 0

    def fetch(self, uids: list[int], large: set[int] = frozenset()) -> list[Fetched]:  # type: ignore[override,assignment]
        self.bodies += len(uids)
        return super().fetch(uids, large)


def run(database: Database, server: Dovecot, wanted: Wanted | None = None) -> tuple[SyncResult, int]:
    """What came, and how many bodies were fetched for it."""
    account = account_of(database, server)
    with Counting(account, server.password) as session:
        return sync(session, account, DirectReader(), database, wanted=wanted), session.bodies


def identities(database: Database) -> list[str]:
    return sorted(one.mail.message_id for one in MessageRepository(database).all())


def client(server: Dovecot, folder: str) -> IMAPClient:
    made = IMAPClient(server.host, server.port, ssl=False)
    made.login(server.user, server.password)
    made.select_folder(folder)
    return made


def test_a_first_sync_by_tls_and_a_private_authority(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.need()
    chain, key = certificate(tmp_path)
    with dovecot.dovecot(mailbox(COUNT), certificate=Certificate(chain, key)) as server:
        for tls, port in (("implicit", server.tls_port), ("starttls", server.port)):
            account = replace(account_of(database, server), tls=tls, port=port)  # type: ignore[arg-type]
            monkeypatch.delenv("SSL_CERT_FILE", raising=False)
            with pytest.raises(MailError, match="certificate"):
                ImapSession(account, server.password)
            monkeypatch.setenv("SSL_CERT_FILE", str(chain))
            with ImapSession(account, server.password) as session:
                sync(session, account, DirectReader(), database)
    assert len(identities(database)) == 2 * COUNT


def test_an_authority_that_one_account_trusts(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.need()
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    folders = [tmp_path / name for name in ("own", "other")]
    for folder in folders:
        folder.mkdir()
    (chain, key), (other, _) = map(certificate, folders)
    with dovecot.dovecot(mailbox(COUNT), certificate=Certificate(chain, key)) as server:
        for tls, port in (("implicit", server.tls_port), ("starttls", server.port)):
            plain = replace(account_of(database, server), tls=tls, port=port)  # type: ignore[arg-type]
            with ImapSession(replace(plain, authority=chain.read_text()), server.password) as session:
                assert session.find("Sent") == "Sent"
            for account in (plain, replace(plain, authority=other.read_text())):
                with pytest.raises(MailError, match="--ca"):
                    ImapSession(account, server.password)


def test_the_authority_is_shown_agreed_to_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dovecot.need()
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    chain, key = certificate(tmp_path)
    digest = x509.load_pem_x509_certificate(chain.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()

    def longhand(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(server.password))
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        return int(str(ended.value.code)), *capsys.readouterr()

    with dovecot.dovecot(mailbox(COUNT), certificate=Certificate(chain, key)) as server:
        wanted = ["account", "add", ME, "--host", server.host, "--port", str(server.tls_port)]
        code, _, told = longhand(*wanted)
        assert code == 1
        assert "--ca" in told
        code, _, told = longhand(*wanted, "--ca", str(chain))
        assert code == 1, "nobody was there to compare it"
        assert digest in told
        code, out, told = longhand(*wanted, "--ca", str(chain), "--yes", "--json")
        assert (code, json.loads(out)["own_authority"]) == (0, True)
        assert digest in told
        chain.unlink()  # it is in the profile now
        assert json.loads(longhand("sync", "--json")[1])["sent"] == COUNT


def test_new_uids_are_mapped_without_fetching_bodies(database: Database, server: Dovecot) -> None:
    first, bodies = run(database, server)
    assert (first.sent, first.received, bodies) == (COUNT, COUNT, 2 * COUNT)
    before = {one.mail.message_id: one.id for one in MessageRepository(database).all()}
    server.stop()
    for folder in ("INBOX", "Sent"):
        server.renumber(folder)
    extra = b"From: me@home.example\r\nMessage-ID: <extra@home.example>\r\n\r\nExtra.\r\n"
    server.add([("Sent", (), extra)])
    server.start()
    second, bodies = run(database, server)
    assert (second.sent, second.received, bodies) == (1, 0, 1)
    after = {one.mail.message_id: one.id for one in MessageRepository(database).all()}
    assert {name: after[name] for name in before} == before
    assert {one.uid for one in MessageRepository(database).sent()} == set(range(1, COUNT + 2))
    assert run(database, server)[1] == 0


def test_what_was_answered_elsewhere_waits_no_longer(database: Database, server: Dovecot) -> None:
    run(database, server, Wanted(Exclude(folders=("Sent",))))
    assert MessageRepository(database).waiting_count() == COUNT
    with client(server, "INBOX") as other:
        other.add_flags([2, 5], [b"\\Answered"])
    run(database, server, Wanted(Exclude(folders=("Sent",))))
    assert MessageRepository(database).waiting_count() == COUNT - 2
    state = SyncStateRepository(database).get(account_of(database, server).id, "INBOX")
    assert state is not None
    assert state.modseq > 0


def test_only_what_is_wanted(database: Database, server: Dovecot) -> None:
    few = Wanted(limits=SyncLimits(messages=3))
    assert run(database, server, few)[0].received == 3
    assert run(database, server, few)[1] == 0
    assert run(database, server)[1] == 2 * (COUNT - 3), "the older ones, once the limit is lifted"
    assert len(identities(database)) == 2 * COUNT
    assert run(database, server)[1] == 0


def test_old_mail_is_left_where_it_is(database: Database, server: Dovecot) -> None:
    """Dovecot goes by the file's time, which is a minute ago."""
    with client(server, "INBOX") as other:
        other.append(
            "INBOX", b"Message-ID: <old@x>\r\n\r\nOld.\r\n", msg_time=datetime(2015, 5, 5, tzinfo=UTC)
        )
    run(database, server, Wanted(limits=SyncLimits(days=30)))
    assert "<old@x>" not in identities(database)
    run(database, server)
    assert "<old@x>" in identities(database)


@pytest.mark.parametrize(
    "exclude",
    [Exclude(people=("Ann@X.example",)), Exclude(domains=("x.example",)), Exclude(words=("matter",))],
)
def test_what_is_excluded_is_never_stored(database: Database, server: Dovecot, exclude: Exclude) -> None:
    done, _ = run(database, server, Wanted(exclude))
    assert (done.sent, done.received) == (0, 0)
    assert run(database, server, Wanted(exclude))[1] == 0


def test_the_folder_of_sent_mail_by_whose_mail_it_holds(database: Database) -> None:
    dovecot.need()
    mails = [("Postausgangsbuch" if folder == "Sent" else folder, f, raw) for folder, f, raw in mailbox(5)]
    theirs = [("Ablage", flags, raw) for folder, flags, raw in mailbox(5) if folder == "INBOX"]
    with dovecot.dovecot([*mails, *theirs], uses={"Postausgangsbuch": "", "Ablage": ""}) as server:
        done, _ = run(database, server)
    assert (done.sent, done.received) == (5, 5)


def test_no_folder_of_sent_mail_is_asked_for(database: Database) -> None:
    dovecot.need()
    mails = [("Dossier", flags, raw) for folder, flags, raw in mailbox(5) if folder == "Sent"][:2]
    with dovecot.dovecot(mails, uses={"Dossier": ""}) as server:
        with pytest.raises(MailError, match="account sent"):
            run(database, server)
        assert run(database, server, Wanted(sent="Dossier"))[0].sent == 2
        with pytest.raises(MailError, match="not on the server any more"):
            run(database, server, Wanted(sent="Dossier 2"))


def large(inner: bytes) -> bytes:
    """Text, HTML and a picture inside of it, a note with a name, and 3 MB of attachment."""
    boundary = b"outer"
    parts = [
        b'Content-Type: multipart/alternative; boundary="inner"\r\n\r\n' + inner,
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * 750_000,
        b"Content-Type: text/plain\r\n\r\nA last line.",
    ]
    head = b"From: me@home.example\r\nMessage-ID: <big@home.example>\r\nSubject: Big\r\nMIME-Version: 1.0\r\n"
    head += b"Content-Type: multipart/mixed; boundary=outer\r\n\r\n"
    return head + b"".join(b"--%s\r\n%s\r\n" % (boundary, one) for one in parts) + b"--outer--\r\n"


def test_attachments_are_not_fetched(database: Database) -> None:
    dovecot.need()
    plain = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    page = b"Content-Type: text/html\r\n\r\n<p>See the file.</p>"
    inner = b"--inner\r\n%s\r\nGr=C3=BC=C3=9Fe, see the file.\r\n--inner\r\n%s\r\n--inner--" % (plain, page)
    read: list[int] = []
    with dovecot.dovecot([("Sent", (), large(inner))]) as server:
        account = account_of(database, server)
        with ImapSession(account, server.password, lambda _, came: read.append(came)) as session:
            sync(session, account, DirectReader(), database)
    (stored,) = MessageRepository(database).all()
    assert stored.mail == DirectReader().parse([large(inner)])[0]
    assert read[0] < 3_000


def test_waiting_ends_with_new_mail_or_a_cancel(database: Database, server: Dovecot) -> None:
    account = account_of(database, server)
    with ImapSession(account, server.password) as session:
        session.examine("INBOX")
        assert not session.idle(CancelToken(), 1.0)
        threading.Timer(0.5, lambda: append(server)).start()
        started = time.monotonic()
        assert session.idle(CancelToken(), 30.0)
        assert time.monotonic() - started < 10
        assert session.uids_after(COUNT) == [COUNT + 1]
        cancel = CancelToken()
        threading.Timer(0.3, cancel.cancel).start()
        with pytest.raises(Cancelled):
            session.idle(cancel, 30.0)
        assert session.uids_after(COUNT) == [COUNT + 1], "the connection serves on"


def append(server: Dovecot, message_id: str = "<news@x>") -> None:
    with client(server, "Sent") as other:
        other.append("INBOX", f"Message-ID: {message_id}\r\nFrom: cy@x.example\r\n\r\nNews.\r\n".encode())


def test_a_broken_line_is_tried_again(database: Database, server: Dovecot, tmp_path: Path) -> None:
    with FaultyWire(server.port, "FETCH", "cut") as wire, closing(Guard()) as guard:
        account = replace(account_of(database, server), port=wire.port)
        AccountRepository(database).add(account)
        keychain = open_keychain(tmp_path, "a passphrase of the tests")
        keychain.set(account.secret_name, server.password)
        servers = Servers(database, keychain, guard, Ledger(lambda _: None))
        servers.sync(DirectReader(), Progress(), CancelToken())
        assert wire.met.is_set()
    assert len(identities(database)) == 2 * COUNT


def test_the_servers_tell_of_new_mail(database: Database, server: Dovecot, tmp_path: Path) -> None:
    with closing(Guard()) as guard:
        account = account_of(database, server)
        keychain = open_keychain(tmp_path, "a passphrase of the tests")
        keychain.set(account.secret_name, server.password)
        servers = Servers(database, keychain, guard, Ledger(lambda _: None))
        threading.Timer(1.0, lambda: append(server)).start()
        started = time.monotonic()
        servers.wait_for_mail(CancelToken(), 60.0)
        assert time.monotonic() - started < 20
        servers.sync(DirectReader(), Progress(), CancelToken())
        append(server, "<in-between@x>")  # before anybody waits
        started = time.monotonic()
        servers.wait_for_mail(CancelToken(), 60.0)
        assert time.monotonic() - started < 20
        assert servers.folders(account.id) == ("Drafts", "INBOX", "Sent", "Trash")
        servers.choose_sent_folder(account.id, "Trash")
        assert servers.sync(DirectReader(), Progress(), CancelToken()).sent == 0
        with pytest.raises(InputError):
            servers.choose_sent_folder(account.id, "Elsewhere")
