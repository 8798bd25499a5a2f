"""What this machine can run: facts for `longhand doctor` and for choosing a model."""

import os
import platform
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.models.catalogue import CatalogueEntry, catalogue

_SHARE = 0.8  # of the memory that a model may take
_WORDS = 0.75  # English words to a token, about
_COPYING = 0.25  # seconds
_COPIERS = 4  # threads; more hardly move more
_BUFFER = 64_000_000  # bytes for each of them: too much for a cache


@dataclass(frozen=True)
class Machine:
    """Memory and disk in MB (10^6 bytes); `disk_free_mb` where the profile lies;
    `memory_mb_per_second`: how fast it copies memory, 0 where that was not measured."""

    system: str
    cores: int
    memory_mb: int
    memory_free_mb: int
    disk_free_mb: int
    memory_mb_per_second: int = 0


@dataclass(frozen=True)
class Fit:
    """Whether a model runs here; `why` is a sentence for people, empty where there is nothing to say.
    `words_per_second`: what it may write without a GPU, 0 where that cannot be told."""

    runs: bool
    why: str = ""
    words_per_second: float = 0.0


def machine(home: Path) -> Machine:
    """Looks at this machine, for a third of a second; `home` need not exist yet."""
    import psutil

    memory = psutil.virtual_memory()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        cores=cores,
        memory_mb=memory.total // 1_000_000,
        memory_free_mb=memory.available // 1_000_000,
        disk_free_mb=shutil.disk_usage(there).free // 1_000_000,
        memory_mb_per_second=_copied(min(cores, _COPIERS)) // 1_000_000,
    )


def on_battery() -> bool:
    """Whether this machine runs on its battery now; no where it has none, or does not tell."""
    import psutil

    # On some systems psutil has no such function at all.
    battery = getattr(psutil, "sensors_battery", lambda: None)()
    return battery is not None and battery.power_plugged is False


def estimated_pace(size: float, here: Machine) -> float:
    """An estimate, in words per second, for a GGUF of `size` bytes without a GPU: for every token all
    weights are read once, and llama.cpp was seen to read about as fast as memory is copied. 0 for one
    that caches may hold."""
    if size < _BUFFER:
        return 0.0
    return _WORDS * here.memory_mb_per_second * 1e6 / size


def fit(entry: CatalogueEntry, here: Machine, fetched: bool) -> Fit:
    """Whether `entry` runs on this machine, how fast, and what stands in the way. `fetched`: its file is
    there."""
    if entry.memory_mb > here.memory_mb * _SHARE:
        return Fit(
            False, f"It needs {_gb(entry.memory_mb)} of memory, and this machine has {_gb(here.memory_mb)}."
        )
    if not fetched and not entry.embedded and entry.size_mb * 1.1 > here.disk_free_mb:
        return Fit(False, f"It needs {_gb(entry.size_mb)} on disk, and {_gb(here.disk_free_mb)} are free.")
    short = entry.memory_mb > here.memory_free_mb
    why = "Close other programs first: memory is short right now." if short else ""
    return Fit(True, why, estimated_pace(entry.size_mb * 1e6, here))


def check_memory(size: int, here: Machine) -> None:
    """Raises ModelError, with the next best choice, where a GGUF of `size` bytes would not run. How much
    memory it takes is a rule of thumb: its weights, with some context and the prompts that are kept."""
    needed = round(1.4 * size / 1e6 + 500)
    if needed > here.memory_mb * _SHARE:
        raise ModelError(
            f"This model needs about {_gb(needed)} of memory, and this machine has {_gb(here.memory_mb)}."
            f" {next_best(here)}"
        )


def next_best(here: Machine) -> str:
    """The largest model of the catalogue that runs on this machine, in a sentence."""
    large = [one for one in catalogue() if one.role == "large"]
    best = max(
        (one for one in large if fit(one, here, fetched=False).runs),
        key=lambda one: one.size_mb,
        default=large[0],
    )
    if best.embedded:
        return f"What runs here is {best.name}, for trying Longhand out."
    return f"The next best choice is {best.name}: 'longhand models get {best.name}'."


def _copied(threads: int) -> int:
    """Bytes in a second. numpy lets go of the interpreter while it copies, so that threads add up."""
    import numpy as np

    def copy(_thread: int) -> float:
        source = np.ones(_BUFFER // 8)
        target = source.copy()  # its pages are there before the clock runs
        copies, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < _COPYING:
            np.copyto(target, source)
            copies += 1
        return copies * _BUFFER / passed

    with ThreadPoolExecutor(threads, "memory") as pool:
        return int(sum(pool.map(copy, range(threads))))


def _gb(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB"
