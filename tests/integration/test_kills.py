"""Kill -9 of the program or a child while it learns or drafts, and the same command again: it goes on."""

import json
import random
from email import message_from_bytes
from pathlib import Path

import pytest
from imapclient import IMAPClient

from core.app import App
from core.domain import AccountId
from core.mail import drafts
from core.mail.drafts import Saved
from core.sample.mailbox import make_mailbox
from core.sample.server import SampleServer
from core.store.accounts import Account
from core.store.paths import Profile
from core.tasks import CancelToken, Progress
from tests import killing
from tests.bench.program import PASSPHRASE, longhand

REPLIES = 40
KILLS = 4
DRAFT_TIME = 4.0  # seconds; a draft takes about two and a half


@pytest.mark.slow
def test_learning_goes_on_after_kills_and_ends_the_same(tmp_path: Path) -> None:
    calm, shot = tmp_path / "calm" / "profile", tmp_path / "shot" / "profile"
    for home in (calm, shot):
        home.parent.mkdir()
        killing.prepare(home, seed=5, replies=REPLIES)
    reference = killing.learn(calm)
    chance = random.Random(5)
    before = killing.read(shot)
    for _ in range(KILLS):
        strike = killing.learn_and_kill(shot, chance, within=25)
        assert strike.orphans == 0
        assert before.lost_or_changed(strike.state) == 0
        before = strike.state
    after = killing.learn(shot)
    assert before.lost_or_changed(after) == 0
    assert after.examples.keys() == reference.examples.keys()
    assert after.losses[-1] == pytest.approx(reference.losses[-1], rel=0.01)


def answered(server: SampleServer) -> list[str]:
    """Which messages the drafts on the server answer."""
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(server.user, server.password)
        client.select_folder("Drafts", readonly=True)
        held = client.fetch(client.search(), ["BODY.PEEK[]"]).values()
        return sorted(str(message_from_bytes(items[b"BODY[]"])["In-Reply-To"]) for items in held)


@pytest.mark.slow
def test_each_draft_is_saved_once_whatever_is_killed(tmp_path: Path) -> None:
    home, mailbox = tmp_path / "profile", make_mailbox(5, replies=10, unread=KILLS)
    messages = [(one.folder, one.flags, one.raw) for one in mailbox.messages]
    chance = random.Random(6)
    with SampleServer.start(messages) as server:
        there = ("--host", server.host, "--port", str(server.port), "--tls", "none", "--user", server.user)
        longhand(
            home, "account", "add", mailbox.user.email, *there, typed=f"{server.password}\n"
        ).check_returncode()
        longhand(home, "sync").check_returncode()
        waiting = json.loads(longhand(home, "draft", "--list", "--json").stdout)
        for message in waiting:
            drafting = ("draft", "--message", str(message["id"]), "--save", "--json")
            _, orphans = killing.run_and_kill(home, chance, DRAFT_TIME, *drafting)
            assert orphans == 0
            longhand(home, *drafting).check_returncode()
        assert answered(server) == sorted(one.message_id for one in mailbox.unread)


def test_a_draft_cut_off_right_after_its_append_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = make_mailbox(5, replies=2, unread=1)
    messages = [(one.folder, one.flags, one.raw) for one in mailbox.messages]
    saved = drafts.save

    def cut_off(*arguments: object, **named: object) -> Saved:
        saved(*arguments, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with SampleServer.start(messages) as server:
        app = App.open(Profile(tmp_path / "profile"), PASSPHRASE, "the tests")
        try:
            address = mailbox.user.email
            account = Account(AccountId(0), address, "", server.host, server.port, "none", server.user)
            app.accounts.add(account, server.password)
            app.mail.sync(Progress(), CancelToken())
            (message,) = app.mail.waiting()
            with monkeypatch.context() as patched:
                patched.setattr(drafts, "save", cut_off)
                with pytest.raises(KeyboardInterrupt):
                    app.outgoing.save_reply(message.id, "Monday is fine.")
            assert len(answered(server)) == 1
            app.outgoing.save_reply(message.id, "Tuesday is fine.")
            assert len(answered(server)) == 1
        finally:
            app.close()
