"""Kill -9 of the program or a child at random moments of learning: what is lost, and whether the end is the
same as undisturbed."""

import random
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests import killing
from tests.bench.figure import Figure, at_most, reported

REPLIES = 170
KILLS, KILLS_QUICK = 12, 3


def run(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="longhand-kills-") as folder:
        calm, shot = Path(folder) / "calm" / "profile", Path(folder) / "shot" / "profile"
        for home in (calm, shot):
            home.parent.mkdir()
            killing.prepare(home, 3, REPLIES)
        reference = killing.learn(calm)
        strikes = _strikes(shot, KILLS_QUICK if quick else KILLS)
        after = killing.learn(shot)
    states = [*(strike.state for strike in strikes), after]
    lost = sum(a.lost_or_changed(b) for a, b in pairwise(states))
    differing = len(after.examples.keys() ^ reference.examples.keys())
    drift = abs(after.losses[-1] / reference.losses[-1] - 1)
    yield reported(
        "kills.kills", sum(strike.hit != "" for strike in strikes), hit=[one.hit for one in strikes]
    )
    yield at_most("kills.examples_lost_or_redone", lost, 0)
    yield at_most("kills.examples_differing", differing, 0)
    yield at_most("kills.final_loss_drift", drift, 0.01, "share")
    yield at_most("kills.orphans", sum(strike.orphans for strike in strikes), 0)


def _strikes(home: Path, count: int) -> list[killing.Strike]:
    chance = random.Random(3)
    return [killing.learn_and_kill(home, chance, within=60) for _ in range(count)]
