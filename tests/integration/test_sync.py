"""Sync and drafts against a real IMAP server on loopback: nothing lost, nothing twice, whatever breaks."""

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from imapclient import IMAPClient

from core.domain import AccountId, Address
from core.errors import Cancelled, MailError
from core.mail.drafts import Manner, compose_reply, message_id_of, save
from core.mail.imap import ImapSession
from core.mail.pairing import pair
from core.mail.parse import parse_message
from core.mail.reading import DirectReader
from core.mail.sync import sync
from core.mail.sync_result import SyncResult
from core.sample.server import SampleServer
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.messages import MessageRepository
from core.store.sync_state import FolderState, SyncStateRepository
from core.tasks import CancelToken, Progress, Step
from tests.integration.mail_wire import Wire, certificate, mailbox

KEY = bytes(32)
ME = Address("Me", "me@home.example")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "longhand.db", KEY)
    yield database
    database.close()


def account_of(database: Database, port: int) -> Account:
    repository = AccountRepository(database)
    wanted = Account(AccountId(0), ME.email, ME.name, "127.0.0.1", port, "none", "demo")
    return replace(wanted, id=repository.add(wanted))


def run(database: Database, server: SampleServer, port: int | None = None) -> SyncResult:
    account = account_of(database, port or server.port)
    with ImapSession(account, server.password) as session:
        return sync(session, account, DirectReader(), database)


def subjects(database: Database) -> list[str]:
    return sorted(message.mail.message_id for message in MessageRepository(database).all())


def expected(count: int) -> list[str]:
    return sorted(
        [f"<asked-{n}@x.example>" for n in range(count)]
        + [f"<answer-{n}@home.example>" for n in range(count)]
    )


def test_first_sync_then_only_what_is_new(database: Database) -> None:
    told: list[Step] = []
    with SampleServer.start(mailbox(130)) as server:
        account = account_of(database, server.port)
        with ImapSession(account, server.password) as session:
            first = sync(session, account, DirectReader(), database, Progress(told.append))
        assert (first.sent, first.received, first.unreadable) == (130, 130, 0)
        with IMAPClient(server.host, server.port, ssl=False) as client:
            client.login(server.user, server.password)
            client.append("INBOX", b"Message-ID: <new@x.example>\r\nFrom: cy@x.example\r\n\r\nNew.\r\n")
            client.select_folder("INBOX", readonly=True)
            assert len(client.search(["UNSEEN"])) == 66, "sync must not mark anything as read"
        second = run(database, server)
    assert (second.sent, second.received) == (0, 1)
    assert subjects(database) == sorted([*expected(130), "<new@x.example>"])
    assert [(step.done, step.total) for step in told if step.stage == "sync INBOX"] == [
        (0, 130),
        (50, 130),
        (130, 130),
    ]


def test_flags_and_pairs(database: Database) -> None:
    with SampleServer.start(mailbox(4)) as server:
        run(database, server)
    stored = MessageRepository(database).all()
    assert [message.seen for message in stored if not message.outgoing] == [False, True, False, True]
    pairs = pair(stored)
    assert [p.answers.mail.text.split("?")[0] for p in pairs if p.answers] == [
        f"Question {n}" for n in range(4)
    ]


def test_a_new_uidvalidity_starts_again_and_stores_nothing_twice(database: Database) -> None:
    with SampleServer.start(mailbox(20), uid_validity=1) as server:
        run(database, server)
    with SampleServer.start(list(mailbox(21))[::-1], uid_validity=2, port=server.port) as server:
        result = run(database, server)
    assert (result.sent, result.received) == (1, 1)
    assert subjects(database) == expected(21)
    account = account_of(database, server.port)
    assert SyncStateRepository(database).get(account.id, "INBOX") == FolderState(2, 21)


def test_a_cut_line_loses_nothing(database: Database) -> None:
    """Cut at many places; each run keeps what came before the cut."""
    with SampleServer.start(mailbox(150, filler=1500)) as server:
        failed = 0
        for limit in (10, 300, 1_000, 60_000, 100_000, 200_000, 250_000, 300_000):
            with Wire(server.port, limit) as wire:
                try:
                    run(database, server, wire.port)
                except MailError:
                    failed += 1
        assert failed >= 5
        run(database, server)
    assert subjects(database) == expected(150)


_RUN = """
import sys
from pathlib import Path
from core.mail.imap import ImapSession
from core.mail.reading import DirectReader
from core.mail.sync import sync
from core.store.accounts import AccountRepository
from core.store.database import Database
database = Database.open(Path(sys.argv[1]), bytes(32))
account = AccountRepository(database).all()[0]
sync(ImapSession(account, sys.argv[2]), account, DirectReader(), database)
"""


def test_kill_9_midway_and_go_on(database: Database, tmp_path: Path) -> None:
    with SampleServer.start(mailbox(250, filler=1500)) as server:
        with Wire(server.port, 300_000, stalls=True) as wire:
            account_of(database, wire.port)
            command = [sys.executable, "-c", _RUN, str(tmp_path / "longhand.db"), server.password]
            child = subprocess.Popen(command)
            assert wire.stalled.wait(60)
            time.sleep(0.3)
            child.send_signal(signal.SIGKILL)
            child.wait()
        kept = MessageRepository(database).count()
        assert 250 <= kept < 500
        rest = run(database, server)
    assert rest.sent + rest.received == 500 - kept
    assert subjects(database) == expected(250)


def test_cancel_does_not_wait_for_a_silent_server(database: Database) -> None:
    with (
        SampleServer.start(mailbox(200, filler=1500)) as server,
        Wire(server.port, 100_000, stalls=True) as wire,
    ):
        account = account_of(database, wire.port)
        cancel = CancelToken()
        with ImapSession(account, server.password) as session:
            threading.Timer(1.0, cancel.cancel).start()
            started = time.monotonic()
            with pytest.raises(Cancelled):
                sync(session, account, DirectReader(), database, cancel=cancel)
        assert time.monotonic() - started < 2.5


def test_wrong_password(database: Database) -> None:
    with SampleServer.start(mailbox(1)) as server:
        account = account_of(database, server.port)
        with pytest.raises(MailError, match="password") as caught:
            ImapSession(account, "wrong-SECRET")
    assert "SECRET" not in str(caught.value)
    assert MessageRepository(database).count() == 0


def test_server_away(database: Database) -> None:
    with SampleServer.start(mailbox(1)) as server:
        account = account_of(database, server.port)
    with pytest.raises(MailError, match="does not answer"):
        ImapSession(account, "x")


def test_a_broken_message_is_read_as_far_as_it_goes(database: Database) -> None:
    broken = b"From: <<<\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n\xff\xfe\x00--\r\n"
    with SampleServer.start([("INBOX", (), broken), *mailbox(2)]) as server:
        result = run(database, server)
    assert (result.received, result.unreadable) == (3, 0)


def test_a_huge_attachment_is_not_fetched(database: Database) -> None:
    head = (
        b'Message-ID: <big@x>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\n\r\nSee the file.\r\n--b\r\n"
    )
    big = head + b"Content-Disposition: attachment\r\n\r\n" + b"x" * 5_000_000 + b"\r\n--b--\r\n"
    read: list[int] = []
    with SampleServer.start([("INBOX", (), big)]) as server:
        account = account_of(database, server.port)
        with ImapSession(account, server.password, lambda _, came: read.append(came)) as session:
            sync(session, account, DirectReader(), database)
    assert MessageRepository(database).all()[0].mail.text == "See the file."
    assert read[0] < 2_000


def test_sent_is_found_by_name_too(database: Database) -> None:
    renamed = [
        ("Gesendete Elemente" if folder == "Sent" else folder, flags, raw)
        for folder, flags, raw in mailbox(2)
    ]
    with SampleServer.start(renamed, special_use=False, folders=("INBOX",)) as server:
        assert run(database, server).sent == 2


def test_no_sent_folder_is_told(database: Database) -> None:
    with SampleServer.start([], folders=("INBOX",)) as server, pytest.raises(MailError, match="sent mail"):
        run(database, server)


def test_plain_text_is_for_loopback_alone(database: Database) -> None:
    account = replace(account_of(database, 143), host="mail.firm.example")
    with pytest.raises(MailError, match="TLS"):
        ImapSession(account, "x")


def test_tls_is_verified(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with SampleServer.start(mailbox(3)) as server, Wire(server.port, tls=context) as wire:
        account = replace(account_of(database, wire.port), tls="implicit")
        with pytest.raises(MailError, match="certificate"):
            ImapSession(account, server.password)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        with ImapSession(account, server.password) as session:
            assert sync(session, account, DirectReader(), database).sent == 3


def drafts_on(server: SampleServer) -> dict[int, tuple[bytes, tuple[bytes, ...]]]:
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(server.user, server.password)
        client.select_folder("Drafts", readonly=True)
        told = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"]) if client.search() else {}
        return {uid: (items[b"BODY[]"], items[b"FLAGS"]) for uid, items in told.items()}


def test_a_draft_is_found_again_and_replaced(database: Database) -> None:
    asked = parse_message(next(mailbox(1))[2])
    with SampleServer.start(mailbox(1)) as server:
        with ImapSession(account_of(database, server.port), server.password) as session:
            raw = compose_reply(asked, "Monday.", Manner(ME))
            first = save(session, raw)
            held, flags = drafts_on(server)[first.uid or 0]
            assert (held, b"\\Draft" in flags) == (raw, True)
            other = compose_reply(asked, "Tuesday.", Manner(ME))
            second = save(session, other, [message_id_of(raw), "<never@saved.example>"])
            assert second.left == ()
        assert [(uid, held) for uid, (held, _) in drafts_on(server).items()] == [(second.uid, other)]


def test_only_ones_own_draft_is_removed(database: Database) -> None:
    asked = parse_message(next(mailbox(1))[2])
    kept = b"Message-ID: <kept@x.example>\r\nSubject: theirs\r\n\r\nTheirs.\r\n"
    theirs = ("Drafts", ("\\Deleted",), kept)
    with SampleServer.start([theirs]) as server:
        with ImapSession(account_of(database, server.port), server.password) as session:
            raw = compose_reply(asked, "Monday.", Manner(ME))
            first = save(session, raw)
            assert first.uid is not None
            second = save(session, compose_reply(asked, "Tuesday.", Manner(ME)), [message_id_of(raw)])
            third = save(session, compose_reply(asked, "Friday.", Manner(ME)), ["<kept@x.example>"])
        assert third.left == ("<kept@x.example>",), "no draft: it stays, and that is told"
        assert set(drafts_on(server)) == {1, second.uid, third.uid}


def test_a_missing_drafts_folder_is_made_on_request_only(database: Database) -> None:
    raw = compose_reply(parse_message(next(mailbox(1))[2]), "Monday.", Manner(ME))
    with SampleServer.start([], folders=("INBOX", "Sent")) as server:
        with ImapSession(account_of(database, server.port), server.password) as session:
            with pytest.raises(MailError, match="no Drafts folder"):
                save(session, raw)
            uid = save(session, raw, create=True).uid
        assert [held for held, _ in drafts_on(server).values()] == [raw]
        assert list(drafts_on(server)) == [uid]


def test_the_server_ends_with_its_parent() -> None:
    script = (
        "import os, sys; from core.sample.server import SampleServer; s = SampleServer.start([]);"
        "print(s._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    pid = int(told.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the server outlived its parent")
