"""How late the window's event loop is while mail is synced and an adapter trained, or drafts written, on two
cores; how long clicks wait; how long children outlive a closed window. Beside it a bare Qt loop on the same
machine at the same time: what is late there is the machine's doing."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests import dovecot
from tests.bench.figure import Figure, at_most, reported
from tests.bench.program import environment
from tests.bench.sent_mails import sent_mails

MAILS, MAILS_QUICK = 6000, 1500


def run(quick: bool) -> Iterator[Figure]:
    if why := dovecot.missing():
        raise RuntimeError(why)
    count = MAILS_QUICK if quick else MAILS
    for what in ("training", "drafting"):
        mails = (("Sent", ("\\Seen",), raw) for raw in sent_mails(count))
        with dovecot.dovecot(mails) as server, tempfile.TemporaryDirectory(prefix="longhand-loop-") as name:
            yield from _figures(what, *_watched(what, Path(name) / "profile", server))


def _figures(what: str, seen: dict[str, Any], beside: Sequence[float]) -> Iterator[Figure]:
    name = f"event_loop.{what}"
    late, clicks = seen["late"], seen["clicks"]
    done = {one: seen[one] for one in ("steps", "drafts")}
    yield at_most(
        f"{name}.p99", _share(late, 0.99) * 1000, 16, "ms", bare=_ms(_share(beside, 0.99)),
        load=round(os.getloadavg()[0], 1), seconds=round(seen["seconds"]), **done,
    )  # fmt: skip
    yield at_most(f"{name}.worst", max(late) * 1000, 100, "ms", bare=_ms(max(beside)))
    yield at_most(
        f"{name}.click", max(clicks) * 1000, 100, "ms", clicks=len(clicks), median=_ms(_share(clicks, 0.5))
    )
    yield at_most(f"{name}.closing", seen["closing"], 3, "s", children=seen["children"], busy=seen["busy"])
    yield reported(f"{name}.median", _share(late, 0.5) * 1000, "ms", bare=_ms(_share(beside, 0.5)))


def _watched(what: str, home: Path, server: dovecot.Dovecot) -> tuple[dict[str, Any], list[float]]:
    """What the window's process tells, and how late the bare loop was meanwhile. Raises RuntimeError."""
    command = [sys.executable, "-m", "tests.bench.loop_process", what, str(home), str(server.port)]
    around = {**environment(home), "BENCH_PASSWORD": server.password}
    bare = [sys.executable, "-m", "tests.bench.bare_loop"]
    with subprocess.Popen(bare, env=around, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loop:
        done = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
        beside, _ = loop.communicate("end\n")
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"{what}: {done.stderr.strip()[-500:]}")
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen, json.loads(beside)


def _share(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
