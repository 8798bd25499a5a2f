"""From the start of the process to a window that hears the user: Longhand with 100,000 messages in its
profile, by turns with a bare window of PySide6. Warm: each was started once before."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, at_most, reported
from tests.bench.large_profile import WAITING, WAITING_QUICK, large_profile
from tests.bench.program import environment

TURNS, TURNS_QUICK = 15, 5


def run(quick: bool) -> Iterator[Figure]:
    home = large_profile(WAITING_QUICK if quick else WAITING)
    turns = TURNS_QUICK if quick else TURNS
    times = [(_started("real", home), _started("bare", home)) for _ in range(turns + 1)][1:]
    real, bare = ([wall for wall, _ in kind] for kind in zip(*times, strict=True))
    worked, bare_worked = (statistics.median(cpu for _, cpu in kind) for kind in zip(*times, strict=True))
    seconds, bare_seconds = statistics.median(real), statistics.median(bare)
    yield at_most(
        "window_start.seconds", seconds, 1.0, "s", least=round(min(real), 3), most=round(max(real), 3),
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip
    yield reported("window_start.over_bare", seconds / bare_seconds, "x", bare=round(bare_seconds, 3))
    yield reported("window_start.processor_time", worked, "s", bare=round(bare_worked, 3))


def _started(kind: str, home: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor. Raises RuntimeError."""
    command = [sys.executable, "-m", "tests.bench.window_process", kind, str(time.monotonic())]
    kept = {name: value for name, value in environment(home).items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"{kind}: {done.stderr.strip()[-300:]}")
    wall, worked = json.loads(done.stdout.splitlines()[0])
    return wall, worked
