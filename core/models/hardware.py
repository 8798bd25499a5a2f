"""What this machine can run: facts for `longhand doctor` and for choosing a model."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.models.catalogue import CatalogueEntry


@dataclass(frozen=True)
class Machine:
    """Memory and disk in MB (10^6 bytes); `disk_free_mb` where the profile lies."""

    system: str
    cores: int
    memory_mb: int
    memory_free_mb: int
    disk_free_mb: int


@dataclass(frozen=True)
class Fit:
    """Whether a model runs here; `why` is a sentence for people, empty where there is nothing to say."""

    runs: bool
    why: str = ""


def machine(home: Path) -> Machine:
    """Looks at this machine; `home` need not exist yet."""
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
    )


def fit(entry: CatalogueEntry, here: Machine, fetched: bool) -> Fit:
    """Whether `entry` runs on this machine, and what stands in the way. `fetched`: its file is there."""
    if entry.memory_mb > here.memory_mb * 0.8:
        return Fit(
            False, f"It needs {_gb(entry.memory_mb)} of memory, and this machine has {_gb(here.memory_mb)}."
        )
    if not fetched and not entry.embedded and entry.size_mb * 1.1 > here.disk_free_mb:
        return Fit(False, f"It needs {_gb(entry.size_mb)} on disk, and {_gb(here.disk_free_mb)} are free.")
    if entry.memory_mb > here.memory_free_mb:
        return Fit(True, "Close other programs first: memory is short right now.")
    return Fit(True)


def _gb(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB"
