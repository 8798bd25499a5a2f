"""Opening and closing every screen of the window 500 times, with 10,000 messages in the profile: what of
memory, handles, threads and processes is still taken afterwards."""

import os
from collections.abc import Iterator

from tests.bench.app_memory import looked
from tests.bench.figure import Figure, at_most
from tests.bench.large_profile import WAITING_QUICK, large_profile

TIMES, TIMES_QUICK = 500, 60
SLACK_MB = 5  # the allocator's own ups and downs


def run(quick: bool) -> Iterator[Figure]:
    times = TIMES_QUICK if quick else TIMES
    seen = looked(large_profile(WAITING_QUICK), "screens", times)
    warm, end = seen["warm"], seen["end"]
    yield at_most(
        "screens.memory_growth", end["rss"] - warm["rss"], SLACK_MB, "MB", times=times,
        rss=round(end["rss"], 1), load=round(os.getloadavg()[0], 1),
    )  # fmt: skip
    for kind in ("handles", "threads", "children"):
        yield at_most(f"screens.{kind}_growth", end[kind] - warm[kind], 0, at_end=end[kind])
