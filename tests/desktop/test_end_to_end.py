"""The real program on a real display, by real keys and clicks, from the first start to a draft on the
server."""

import imaplib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.domain import RuleState
from core.privacy.keychain import open_keychain
from core.store import settings
from core.store.accounts import AccountRepository
from core.store.examples import ExampleRepository
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.rules import RuleRepository
from core.store.settings import Learning, Settings
from tests.bench.program import PASSPHRASE, environment

Seen = dict[str, Any]
PATIENCE = 180.0  # seconds: a small machine that does much else


class Hand:
    """Starts the program, acts by xdotool, and sees what its eye tells."""

    def __init__(self, home: Path, display: str) -> None:
        self._around = {**environment(home), "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        command = [sys.executable, "-m", "tests.desktop.watched_window"]
        self.process = subprocess.Popen(
            command, env=self._around, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._do("windowfocus", "--sync", str(self.see()["id"]))

    def see(self) -> Seen:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        seen: Seen = json.loads(self.process.stdout.readline())
        return seen

    def until(self, holds: Callable[[Seen], object]) -> Seen:
        end = time.monotonic() + PATIENCE
        while not holds(seen := self.see()):
            assert time.monotonic() < end, {**seen, "draft": len(seen["draft"])}
            time.sleep(0.1)
        return seen

    def click(self, where: tuple[int, int]) -> None:
        self._do("mousemove", "--sync", str(where[0]), str(where[1]), "click", "1")

    def key(self, *keys: str) -> None:
        self._do("key", *keys)

    def type(self, text: str) -> None:
        self._do("type", "--delay", "20", text)

    def quit(self) -> None:
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.key("ctrl+q")
        self.process.wait(20)
        _, alive = psutil.wait_procs(children, timeout=3)
        assert not alive

    def _do(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._around, check=True, timeout=30)


@pytest.fixture
def display() -> Iterator[str]:
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}, which the set-up installs where it may")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


@pytest.fixture
def start(tmp_path: Path, display: str) -> Iterator[Callable[[], Hand]]:
    home = tmp_path / "profile"
    Profile(home).create()
    few = Settings(learning=Learning(examples=8, gate=8, on_battery=True))
    settings.save(Profile(home).settings, few)
    hands: list[Hand] = []

    def begin() -> Hand:
        hands.append(Hand(home, display))
        return hands[-1]

    yield begin
    for hand in hands:
        hand.process.kill()
        hand.process.communicate()


def test_from_the_first_start_to_a_draft_on_the_server(tmp_path: Path, start: Callable[[], Hand]) -> None:
    home = tmp_path / "profile"
    hand = start()
    seen = hand.until(lambda seen: seen["screen"] == "EmptyState")
    hand.click(seen["buttons"]["Try it with a sample mailbox"])
    hand.until(lambda seen: seen["waiting"] and not seen["jobs"])

    hand.key("ctrl+l")
    hand.until(lambda seen: seen["learned"] >= 2)
    hand.quit()  # in the middle of learning
    begun = examples(home)
    assert begun

    hand = start()
    hand.until(lambda seen: not seen["jobs"])
    hand.key("ctrl+l")
    hand.until(lambda seen: seen["jobs"])
    hand.until(lambda seen: not seen["jobs"])
    assert begun.items() <= examples(home).items()  # none was made again

    hand.key("ctrl+1", "ctrl+Down")
    hand.click(hand.see()["notes"])
    hand.type("yes, Thursday at 3 pm")
    hand.key("ctrl+Return")
    seen = hand.until(lambda seen: seen["draft"] and not seen["jobs"] and len(seen["chips"]) > 1)
    out = seen["chips"][0]
    hand.click(out["leave"])
    hand.key("ctrl+Return")
    hand.until(lambda seen: "Writing" in seen["status"] or seen["jobs"])
    seen = hand.until(lambda seen: seen["draft"] and not seen["jobs"])
    kept = next(one for one in seen["chips"] if one["rule"] and one["trait"] != out["trait"])
    hand.click(kept["pin"])
    hand.until(lambda _: kept["rule"] in pinned(home))

    hand.click(seen["page"])
    hand.key("ctrl+End", "Return")
    hand.type("PS: bring the plans")
    hand.key("ctrl+s")
    hand.until(lambda seen: "Saved" in seen["status"] and not seen["jobs"])
    saved = drafts(home)
    assert len(saved) == 1
    assert b"PS: bring the plans" in saved[0]
    hand.quit()


def examples(home: Path) -> dict[object, object]:
    database = open_database(Profile(home), open_keychain(home, PASSPHRASE))
    try:
        return {(one.exchange, one.brief_form): one for one in ExampleRepository(database).all()}
    finally:
        database.close()


def pinned(home: Path) -> set[int]:
    database = open_database(Profile(home), open_keychain(home, PASSPHRASE))
    try:
        return {rule.id for rule in RuleRepository(database).all() if rule.state is RuleState.PINNED}
    finally:
        database.close()


def drafts(home: Path) -> list[bytes]:
    """What lies in the server's Drafts folder, asked of the server itself."""
    keychain = open_keychain(home, PASSPHRASE)
    database = open_database(Profile(home), keychain)
    account = AccountRepository(database).all()[0]
    database.close()
    server = imaplib.IMAP4(account.host, account.port)
    server.login(account.user, keychain.get(account.secret_name) or "")
    server.select("Drafts", readonly=True)
    _, found = server.search(None, "ALL")
    held = [server.fetch(number.decode(), "(RFC822)")[1][0] for number in found[0].split()]
    server.logout()
    return [one[1] for one in held if isinstance(one, tuple)]
