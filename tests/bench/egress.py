"""A whole local-only demo under strace: where it and its children connect, as the kernel saw it, and whether
its ledger says the same."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import tracing
from tests.bench.figure import REPOSITORY, Figure, at_most, reported
from tests.bench.program import environment

QUICK = ("16", "8")  # examples and gate replies
WHOLE = ("0", "0")


def run(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="longhand-egress-") as name:
        folder = Path(name)
        told = folder / "ledger.json"
        demo = [sys.executable, "-m", "tests.bench.demo_ledger", "3", *(QUICK if quick else WHOLE), str(told)]
        done, trace = tracing.run(demo, folder, cwd=REPOSITORY, env=environment(folder / "profile"))
        if done.returncode != 0 or not told.exists():
            raise RuntimeError((done.stderr.strip() or "no output").splitlines()[-1])
        ledger = json.loads(told.read_text("utf-8"))
    server, rows = (ledger["host"], ledger["port"]), ledger["ledger"]
    reached = trace.reached[server]
    away = {
        f"{host}:{port}": count for (host, port), count in trace.reached.items() if (host, port) != server
    }
    yield reported("egress.unix_sockets", sum(trace.local.values()), paths=sorted(trace.local))
    yield at_most("egress.elsewhere", sum(away.values()), 0, "calls", reached=away)
    yield at_most("egress.other_ways", sum(trace.other.values()), 0, "calls", calls=dict(trace.other))
    yield at_most("egress.ledger_elsewhere", sum(row["host"] != server[0] for row in rows), 0, "rows")
    missing = abs(reached - len(rows))
    yield at_most("egress.connections_not_in_the_ledger", missing, 0, connections=reached)
    # The ledger counts mail, the kernel the protocol's own words too.
    noted, seen = sum(row["bytes_in"] for row in rows), trace.served_bytes(server[1])
    share = noted / max(1, seen)
    yield at_most("egress.ledger_bytes_in_over_those_seen", share, 1, "share", noted=noted, seen=seen)
