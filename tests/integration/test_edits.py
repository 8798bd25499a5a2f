"""From drafts to rules, made and left out, on a real profile with a sample mailbox and its server."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from core.app import App
from core.domain import AppliedRule, Draft, Kept, RuleId, RuleLine
from core.privacy.keychain import open_keychain
from core.sample.mailbox import Mailbox, make_mailbox
from core.sample.server import SampleServer
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.exchanges import ExchangeRepository
from core.store.messages import MessageRepository, StoredMessage
from core.store.opening import open_database
from core.store.paths import Profile
from tests.integration.test_command_line import longhand

DRAFTED = "Hello,\n\nI will see to it on Monday.\n\nBest regards,\nMe"
EDITED = "Hello,\n\nI will see to it on Monday.\n\nOnwards,\nMe"
PASSPHRASE = "a passphrase of the tests"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[SampleServer]:
    """The server of a mailbox with twelve answered messages and four that wait, synced."""
    monkeypatch.setenv("LONGHAND_PASSPHRASE", PASSPHRASE)
    with SampleServer.start([(one.folder, one.flags, one.raw) for one in box().messages]) as server:
        there = ("--host", server.host, "--port", str(server.port), "--tls", "none", "--user", server.user)
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{server.password}\n"))
        assert longhand(capsys, "account", "add", box().user.email, *there)[0] == 0
        assert longhand(capsys, "sync")[0] == 0
        yield server


def box() -> Mailbox:
    return make_mailbox(7, replies=12, unread=4)


@contextmanager
def database(home: Path) -> Iterator[Database]:
    with closing(open_database(Profile(home), open_keychain(home, os.environ["LONGHAND_PASSPHRASE"]))) as one:
        yield one


def draft_all(home: Path) -> list[StoredMessage]:
    """A draft of every message that waits, as a model would have left it."""
    with closing(App.open(Profile(home), PASSPHRASE, "the tests")) as app:
        waiting = list(app.mail.waiting())
    with database(home) as opened:
        for message in waiting:
            DraftRepository(opened).add(message.id, "Monday", Draft(DRAFTED))
    return waiting


def save(home: Path, messages: list[StoredMessage], text: str) -> None:
    with closing(App.open(Profile(home), PASSPHRASE, "the tests")) as app:
        for message in messages:
            app.outgoing.save_reply(message.id, text)


def send(server: SampleServer, message: StoredMessage, text: str) -> None:
    """Into the Sent folder, as a mail program would."""
    reply = EmailMessage()
    reply["From"], reply["To"] = box().user.email, message.mail.sender.email
    reply["Subject"], reply["Message-ID"] = f"Re: {message.mail.subject}", f"<sent.{message.id}@home.example>"
    reply["In-Reply-To"] = message.mail.message_id
    reply["Date"] = format_datetime(datetime.now(UTC) + timedelta(hours=1))
    reply.set_content(f"{text}\n")
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(server.user, server.password)
        client.append("Sent", reply.as_bytes())


def weighed(home: Path) -> list[str]:
    with database(home) as opened:
        return [one.sent for one in ExchangeRepository(opened).all() if one.weight > 1]


def test_edits_become_a_rule_and_are_replaced_by_what_is_sent(
    served: SampleServer, capsys: pytest.CaptureFixture[str], profile_home: Path
) -> None:
    waiting = draft_all(profile_home)
    save(profile_home, waiting[:1], f"{DRAFTED}\n")
    assert weighed(profile_home) == []
    save(profile_home, waiting[:2], EDITED)
    assert weighed(profile_home) == [EDITED, EDITED]
    assert longhand(capsys, "rules", "proposals", "--json")[1].strip() == "[]"
    later = EDITED.replace("Monday", "Monday or Tuesday")
    send(served, waiting[1], later)
    send(served, waiting[2], EDITED)
    status, _, err = longhand(capsys, "sync")
    assert (status, "Your edits speak for 1 rule;" in err) == (0, True)
    assert sorted(weighed(profile_home)) == sorted([EDITED, EDITED, later])
    assert longhand(capsys, "rules", "proposals")[1] == (
        '   1  You changed the closing "Best regards" to "Onwards" in 3 drafts.'
        ' Make it a rule for everyone? sign_off: Sign off with "Onwards,".\n'
    )
    status, out, _ = longhand(capsys, "rules", "accept", "1", "--json")
    made = json.loads(out)
    assert (status, made["value"], made["origin"]) == (0, "Onwards,", "written")
    shown = json.loads(longhand(capsys, "rules", "show", str(made["id"]), "--json")[1])
    assert [one["id"] for one in shown["mails"]] == [one.id for one in waiting[:3]]
    assert longhand(capsys, "rules", "accept", "1")[0] == 1


def test_declined_is_declined_and_forgotten_is_forgotten(
    served: SampleServer, capsys: pytest.CaptureFixture[str], profile_home: Path
) -> None:
    waiting = draft_all(profile_home)
    save(profile_home, waiting[:3], EDITED)
    [one] = json.loads(longhand(capsys, "rules", "proposals", "--json")[1])
    assert one["scope"] == {"kind": "everyone", "value": ""}
    assert longhand(capsys, "rules", "decline", str(one["number"]))[0] == 0
    save(profile_home, waiting[3:], EDITED)
    assert longhand(capsys, "rules", "proposals", "--json")[1].strip() == "[]"
    assert longhand(capsys, "rules", "decline", "1")[0] == 1
    gone = waiting[0].mail.sender.email
    kept = [message for message in waiting if message.mail.sender.email != gone]
    assert longhand(capsys, "privacy", "forget", gone, "--yes")[0] == 0
    assert len(weighed(profile_home)) == len(kept)


def test_ignored_rules_and_proposals_are_told_of_after_a_draft(
    served: SampleServer, capsys: pytest.CaptureFixture[str], profile_home: Path
) -> None:
    """The last of five drafts is a real one."""
    made = json.loads(longhand(capsys, "rules", "add", 'Write the word "zebra".', "--json")[1])
    waiting = draft_all(profile_home)
    line, number = RuleLine("other", made["rule"]), RuleId(made["id"])
    broken = AppliedRule(line, "everyone", Kept.NOT_KEPT, number)
    with database(profile_home) as opened:
        earlier = MessageRepository(opened).received()[:1]
        for message in (*waiting[1:], *earlier):
            DraftRepository(opened).add(message.id, "", Draft(DRAFTED, (broken,), model="mini-large"))
    save(profile_home, waiting[1:], EDITED)
    asked = ("draft", "--message", str(waiting[0].id), "--notes", "yes, on Monday")
    status, out, err = longhand(capsys, *asked, "--save", "--json")
    assert (status, "zebra" in json.loads(out)["text"]) == (0, False)
    assert "The writer often does not follow your rule" in err
    assert f"longhand rules edit {number}" in err
    assert "Your edits speak for 1 rule;" in err
