"""From the start of the process to a window that hears the user: the program that installers bring (made by
packaging/build.py; LONGHAND_FROZEN names another), by turns with the same code from its checkout. Warm."""

import hashlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import REPOSITORY, Figure, at_most, reported
from tests.bench.program import environment

TURNS, TURNS_QUICK = 15, 5
_LIMIT = 60  # seconds


def run(quick: bool) -> Iterator[Figure]:
    frozen = Path(os.environ.get("LONGHAND_FROZEN", REPOSITORY / "build/installers/dist/longhand/longhand"))
    if not frozen.is_file():
        print(f"frozen_start skipped: no program at {frozen}; make package first.", file=sys.stderr)
        return
    checkout = [sys.executable, "-c", "from core.cli import main; main([])"]
    with tempfile.TemporaryDirectory(prefix="longhand-bench-") as folder:
        home = Path(folder) / "profile"
        turns = TURNS_QUICK if quick else TURNS
        times = [(started([str(frozen)], home), started(checkout, home)) for _ in range(turns + 1)][1:]
    ours, others = (sorted(each) for each in zip(*times, strict=True))
    seconds, from_checkout = statistics.median(ours), statistics.median(others)
    load = round(os.getloadavg()[0], 1)
    yield at_most("frozen_start.over_unfrozen", seconds / from_checkout, 1.5, "x", turns=turns, load=load)
    yield reported("frozen_start.seconds", seconds, "s", least=round(ours[0], 3), most=round(ours[-1], 3))
    yield reported(
        "frozen_start.unfrozen", from_checkout, "s", least=round(others[0], 3), most=round(others[-1], 3)
    )


def started(command: list[str], home: Path) -> float:
    """Seconds until the window's event loop answers on the socket by which a second start reaches the first
    (desktop/single.py): from outside, the same for any build. Raises RuntimeError where it does not."""
    digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()
    place = home.parent / f"longhand-{digest[:16]}"
    place.unlink(missing_ok=True)
    kept = {name: value for name, value in environment(home).items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {"TMPDIR": str(home.parent), "PYTHONPATH": str(REPOSITORY)}
    began = time.monotonic()
    program = subprocess.Popen(command, env=kept, cwd=home.parent, stderr=subprocess.DEVNULL)
    try:
        while not _heard(place):
            if program.poll() is not None or time.monotonic() - began > _LIMIT:
                raise RuntimeError(f"{Path(command[0]).name} opened no window.")
            time.sleep(0.002)
        return time.monotonic() - began
    finally:
        program.kill()
        program.wait()


def _heard(place: Path) -> bool:
    """Whether the window took note of a second start. False while nobody listens there yet."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_LIMIT)
        try:
            line.connect(str(place))
            line.shutdown(socket.SHUT_WR)
            return line.recv(1) == b""  # it has listened, and hung up
        except (FileNotFoundError, ConnectionRefusedError):
            return False
