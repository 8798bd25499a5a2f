"""Useful (non-padding) tokens a second of our training run against a transformers `Trainer` left as it comes:
the same base in NF4, LoRA, lessons, batches and epochs, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.figure import REPOSITORY, Figure, reported

WAYS = ("ours", "ours_grouped", "default")
LESSONS, LESSONS_QUICK = 120, 24
EPOCHS = 2


def run(quick: bool) -> Iterator[Figure]:
    lessons = LESSONS_QUICK if quick else LESSONS
    found = {way: _trained(way, lessons) for way in WAYS}
    default = found["default"]
    for way, one in found.items():
        name = f"trainer_vs_default.{way}"
        yield reported(f"{name}.tokens", _speed(one, "seconds"), "useful tokens/s", steps=one["steps"])
        yield reported(f"{name}.padding", 1 - one["useful"] / one["fed"], "of tokens fed")
        yield reported(f"{name}.peak", one["peak_mb"], "MB")
        if way != "default":
            for clock in ("seconds", "processor"):
                ratio = _speed(one, clock) / _speed(default, clock)
                yield reported(f"{name}.by_{clock}", ratio, "x default")


def _speed(one: dict[str, Any], clock: str) -> float:
    return float(one["useful"] / one[clock])


def _trained(way: str, lessons: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.trainer_process", way, str(lessons), str(EPOCHS)],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},  # as Longhand's children run
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or "no output").splitlines()[-1])
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made
