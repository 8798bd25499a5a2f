"""A first sync beside mbsync's, from a server 40 ms away. As sync_vs_mbsync, through a proxy by which every
byte takes 20 ms each way."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import dovecot
from tests.bench import mbsync
from tests.bench.figure import Figure, at_most, reported
from tests.bench.sent_mails import sent_mails
from tests.bench.sync_process import synced
from tests.slow_wire import SlowWire

ONE_WAY = 0.020
MAILS, MAILS_QUICK = 10_000, 2_000
TURNS, TURNS_QUICK = 2, 1


def run(quick: bool) -> Iterator[Figure]:
    if why := dovecot.missing():
        raise RuntimeError(why)
    count, turns = (MAILS_QUICK, TURNS_QUICK) if quick else (MAILS, TURNS)
    ours, theirs, trips = [], [], []
    mails = (("Sent", ("\\Seen",), raw) for raw in sent_mails(count))
    with dovecot.dovecot(mails) as server:
        mbsync.fetched(server.port, server.user, server.password, count, fsync=False)  # Dovecot's index
        for _ in range(turns):
            with SlowWire(server.port, ONE_WAY) as wire:
                theirs.append(mbsync.fetched(wire.port, server.user, server.password, count))
            with (
                SlowWire(server.port, ONE_WAY) as wire,
                tempfile.TemporaryDirectory(prefix="longhand-sync-") as folder,
            ):
                done = synced(Path(folder), wire.port, server.password)
                trips.append(wire.round_trips)
            if done.sent != count:
                raise RuntimeError(f"{done.sent} of {count} mails were stored")
            ours.append(done.seconds)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    yield at_most("sync_vs_mbsync_40ms.ratio", ratio, 1.0, "x mbsync", mbsync=theirs, ours=ours, mails=count)
    yield reported("sync_vs_mbsync_40ms.round_trips", statistics.median(trips))
