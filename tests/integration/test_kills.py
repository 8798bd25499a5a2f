"""Kill -9 of the program or a child while it learns, and the same command again: it goes on."""

import random
from pathlib import Path

import pytest

from tests import killing

REPLIES = 40
KILLS = 4


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
