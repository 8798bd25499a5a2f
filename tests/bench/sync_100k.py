"""A mailbox of 100,000 sent mails: memory and cost of its first sync, a sync with nothing new, search. From
Dovecot on loopback; the figures are sync_memory_100k, sync_idle and search_100k."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from core.store.database import Database
from core.store.messages import MessageRepository
from tests import dovecot
from tests.bench.figure import Figure, at_most, reported
from tests.bench.sent_mails import sent_mails
from tests.bench.sync_process import KEY, synced
from tests.slow_wire import SlowWire

MAILS, MAILS_QUICK = 100_000, 10_000
SEARCHES = (
    "thanks", "the", "kind regards", "house", "meeting today", "invoice", "café", "person7", "firm3", "ann",
    "of the", "strateg", "in", "wh", "something that course confirmed", "pentagon", "zanzibar", "me myself",
    "relationships goal", "a", "th", "government water school", "co", "re", "london", "perhaps tomorrow morn",
)  # fmt: skip


def run(quick: bool) -> Iterator[Figure]:
    if why := dovecot.missing():
        raise RuntimeError(why)
    count = MAILS_QUICK if quick else MAILS
    mails = (("Sent", ("\\Seen",), raw) for raw in sent_mails(count))
    with dovecot.dovecot(mails) as server, tempfile.TemporaryDirectory(prefix="longhand-100k-") as name:
        small, whole = Path(name) / "small", Path(name) / "whole"
        small.mkdir()
        whole.mkdir()
        tenth = synced(small, server.port, server.password, newest=count // 10)
        done = synced(whole, server.port, server.password)
        if (tenth.sent, done.sent) != (count // 10, count):
            raise RuntimeError(f"{tenth.sent} and {done.sent} mails were stored")
        growth = (done.cpu_seconds / done.sent) / (tenth.cpu_seconds / tenth.sent)
        yield at_most("sync_memory_100k.peak", done.peak_mb, 400, "MB", mails=count, seconds=done.seconds)
        yield at_most("sync_memory_100k.cost_per_mail", growth, 1.2, "x that of a tenth (processor time)")
        with SlowWire(server.port) as wire:
            again = synced(whole, wire.port, server.password)
            yield at_most("sync_idle.round_trips", wire.round_trips, 6, seconds=again.seconds, new=again.sent)
        yield from _searched(whole)


def _searched(home: Path) -> Iterator[Figure]:
    with Database.open(home / "longhand.db", KEY) as database:
        messages = MessageRepository(database)
        taken, worked = {}, {}
        for words in SEARCHES:
            times = [_seconds(messages, words) for _ in range(5)]
            taken[words] = statistics.median(wall for wall, _ in times)
            worked[words] = statistics.median(cpu for _, cpu in times)
    slowest = max(taken, key=lambda words: taken[words])
    yield at_most("search_100k.slowest", taken[slowest] * 1000, 50, "ms", words=slowest)
    yield reported("search_100k.slowest_processor_time", max(worked.values()) * 1000, "ms")
    yield reported("search_100k.median", statistics.median(taken.values()) * 1000, "ms")


def _seconds(messages: MessageRepository, words: str) -> tuple[float, float]:
    """On the clock, and of the processor."""
    started, worked = time.perf_counter(), time.process_time()
    messages.search(words)
    return time.perf_counter() - started, time.process_time() - worked
