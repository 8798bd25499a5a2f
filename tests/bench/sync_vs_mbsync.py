"""A first sync of 10,000 sent mails beside mbsync's. From Dovecot on loopback down to clean text in the
encrypted store with its full-text index; mbsync writes a Maildir and, as by default, waits for the disk."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import dovecot
from tests.bench import mbsync
from tests.bench.figure import Figure, at_most, reported
from tests.bench.sent_mails import sent_mails
from tests.bench.sync_process import synced

MAILS, MAILS_QUICK = 10_000, 2_000
TURNS, TURNS_QUICK = 3, 1


def run(quick: bool) -> Iterator[Figure]:
    """Both by turns, so that what else the machine does slows both."""
    if why := dovecot.missing():
        raise RuntimeError(why)
    count, turns = (MAILS_QUICK, TURNS_QUICK) if quick else (MAILS, TURNS)
    mails = (("Sent", ("\\Seen",), raw) for raw in sent_mails(count))
    ours, theirs, unsafe, work, peak = [], [], [], [], 0.0
    with dovecot.dovecot(mails) as server:
        mbsync.fetched(server.port, server.user, server.password, count, fsync=False)  # Dovecot's index
        for _ in range(turns):
            theirs.append(mbsync.fetched(server.port, server.user, server.password, count))
            unsafe.append(mbsync.fetched(server.port, server.user, server.password, count, fsync=False))
            with tempfile.TemporaryDirectory(prefix="longhand-sync-") as folder:
                done = synced(Path(folder), server.port, server.password)
            if done.sent != count:
                raise RuntimeError(f"{done.sent} of {count} mails were stored")
            ours.append(done.seconds)
            work.append(done.cpu_seconds)
            peak = max(peak, done.peak_mb)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    yield at_most("sync_vs_mbsync.ratio", ratio, 1.0, "x mbsync")
    yield reported(
        "sync_vs_mbsync.seconds", statistics.median(ours), "s", mbsync=theirs, ours=ours, mails=count
    )
    yield reported(
        "sync_vs_mbsync.ratio_without_fsync",
        statistics.median(a / b for a, b in zip(ours, unsafe, strict=True)),
        "x mbsync with FSync no",
        mbsync=unsafe,
    )
    yield reported("sync_vs_mbsync.cpu_seconds", statistics.median(work), "s, the program and its reader")
    yield reported("sync_vs_mbsync.peak_memory", peak, "MB")
