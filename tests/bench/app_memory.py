"""Memory of the window's process with 100,000 messages that wait for an answer: the list scrolled through
to its end, mails opened, searches made."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, at_most, reported
from tests.bench.large_profile import WAITING, WAITING_QUICK, large_profile
from tests.bench.program import environment


def run(quick: bool) -> Iterator[Figure]:
    seen = looked(large_profile(WAITING_QUICK if quick else WAITING), "memory", 0)
    yield at_most("app_memory.peak", seen["peak"], 200, "MB", rows=seen["rows"])
    for when in ("start", "scrolled", "read", "searched"):
        yield reported(f"app_memory.{when}", seen[when]["rss"], "MB", pss=round(seen[when]["pss"], 1))
    yield reported(
        "app_memory.scrolling", seen["scroll_seconds"], "s", slowest_page_ms=round(seen["slowest"] * 1000),
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip


def looked(home: Path, what: str, times: int) -> dict[str, Any]:
    """What the window's process tells. Raises RuntimeError."""
    command = [sys.executable, "-m", "tests.bench.memory_process", str(home), what, str(times)]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(done.stderr.strip()[-500:])
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen
