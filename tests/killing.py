"""Kills `longhand` or one of its children again and again, and looks at what the profile then holds.
Shared by the integration test and the benchmark `kills`."""

import mailbox
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.domain import Example, ExchangeId
from core.privacy.keychain import open_keychain
from core.sample.mailbox import make_mailbox
from core.store import settings
from core.store.adapters import AdapterRepository
from core.store.examples import ExampleRepository
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.settings import Learning, Settings
from tests.bench.program import PASSPHRASE, command, environment, longhand

ORPHANS_GONE = 3.0  # seconds a child may outlive its parent
LEARN_TIME = 1200.0


@dataclass(frozen=True)
class State:
    """What learning left in a profile."""

    examples: dict[tuple[ExchangeId, str], Example]
    losses: tuple[float, ...]  # one for each adapter

    def lost_or_changed(self, later: "State") -> int:
        """Finished examples that a later state no longer holds as they were."""
        return sum(later.examples.get(key) != example for key, example in self.examples.items())


@dataclass(frozen=True)
class Strike:
    """One kill: what was hit ('' if the program had ended before), and which children stayed behind."""

    hit: str
    orphans: int
    state: State


def prepare(home: Path, seed: int, replies: int) -> None:
    """A profile with a fictional person's mail. Raises RuntimeError."""
    file = home.parent / "mail.mbox"
    box = mailbox.mbox(file)
    for message in make_mailbox(seed, replies=replies, unread=0).messages:
        box.add(message.raw)
    box.close()
    _finish(longhand(home, "import", str(file)))
    # A developer's laptop need not be plugged in.
    settings.save(Profile(home).settings, Settings(learning=Learning(on_battery=True)))


def learn(home: Path) -> State:
    """To the end, undisturbed. Raises RuntimeError."""
    _finish(longhand(home, "learn", "--json", timeout=LEARN_TIME))
    return read(home)


def learn_and_kill(home: Path, chance: random.Random, within: float) -> Strike:
    """Starts learning and kills it or a child of it at a moment `within` so many seconds."""
    hit, orphans = run_and_kill(home, chance, within, "learn", "--json")
    return Strike(hit, orphans, read(home))


def run_and_kill(home: Path, chance: random.Random, within: float, *arguments: str) -> tuple[str, int]:
    """The same for any command: what was hit (none if it had ended before), how many children outlived it."""
    program = subprocess.Popen(
        command(*arguments),
        env=environment(home),
        cwd=home.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with program:
        hit, children = _strike(psutil.Process(program.pid), chance, chance.uniform(0.1, within))
        try:  # it goes on by itself after the loss of a child, or says what is wrong
            program.wait(timeout=LEARN_TIME)
        finally:
            program.kill()
    _, orphans = psutil.wait_procs(children, timeout=ORPHANS_GONE)
    return hit, len(orphans)


def read(home: Path) -> State:
    profile = Profile(home)
    database = open_database(profile, open_keychain(home, PASSPHRASE))
    try:
        examples = {(one.exchange, one.brief_form): one for one in ExampleRepository(database).all()}
        losses = tuple(adapter.final_loss for adapter in AdapterRepository(database).all())
    finally:
        database.close()
    return State(examples, losses)


def _strike(program: psutil.Process, chance: random.Random, delay: float) -> tuple[str, list[psutil.Process]]:
    """Waits, then kills; the name of what was hit and the children that were alive just before."""
    time.sleep(delay)
    try:
        children = program.children(recursive=True)
        target = chance.choice([program, *children])
        hit = "program" if target == program else "child"
        target.kill()
    except psutil.NoSuchProcess:
        return "", []
    return hit, children


def _finish(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or "no output").splitlines()[-1])
