"""Kill -9 of the program or a child at random moments of learning: what is lost, and whether the end is the
same as undisturbed. A run that came to its end is begun again from a copy of the same profile."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import killing
from tests.bench.figure import Figure, at_most, reported

REPLIES = 110
KILLS, KILLS_QUICK = 30, 3
WITHIN = 40.0  # seconds; an undisturbed run takes one to two minutes


def run(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="longhand-kills-") as folder:
        fresh = Path(folder) / "fresh" / "profile"
        fresh.parent.mkdir()
        killing.prepare(fresh, 3, REPLIES)
        calm, shot = _copy(fresh, "calm"), _copy(fresh, "shot")
        reference = killing.learn(calm)
        chance, hits, orphans, lost = random.Random(3), list[str](), 0, 0
        ends, before = list[killing.State](), killing.read(shot)
        while len(hits) < (KILLS_QUICK if quick else KILLS):
            strike = killing.learn_and_kill(shot, chance, WITHIN)
            hits += [strike.hit] if strike.hit else []
            orphans += strike.orphans
            lost += before.lost_or_changed(strike.state)
            before = strike.state
            if before.losses:
                ends.append(before)
                shot = _copy(fresh, "shot")
                before = killing.read(shot)
        ends.append(killing.learn(shot))
        lost += before.lost_or_changed(ends[-1])
    differing = sum(len(end.examples.keys() ^ reference.examples.keys()) for end in ends)
    drift = max(abs(end.losses[-1] / reference.losses[-1] - 1) for end in ends)
    yield reported("kills.kills", len(hits), hit=hits, runs=len(ends), examples=len(reference.examples))
    yield at_most("kills.examples_lost_or_redone", lost, 0)
    yield at_most("kills.examples_differing", differing, 0)
    yield at_most("kills.final_loss_drift", drift, 0.01, "share")
    yield at_most("kills.orphans", orphans, 0)


def _copy(fresh: Path, name: str) -> Path:
    home = fresh.parents[1] / name / "profile"
    shutil.rmtree(home.parent, ignore_errors=True)
    shutil.copytree(fresh.parent, home.parent)
    return home
