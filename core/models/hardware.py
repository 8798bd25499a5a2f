"""What this machine can run: facts for `longhand doctor` and for choosing a model."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.models.catalogue import CatalogueEntry, catalogue

_SHARE = 0.8  # of the memory that a model may take


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
    if entry.memory_mb > here.memory_mb * _SHARE:
        return Fit(
            False, f"It needs {_gb(entry.memory_mb)} of memory, and this machine has {_gb(here.memory_mb)}."
        )
    if not fetched and not entry.embedded and entry.size_mb * 1.1 > here.disk_free_mb:
        return Fit(False, f"It needs {_gb(entry.size_mb)} on disk, and {_gb(here.disk_free_mb)} are free.")
    if entry.memory_mb > here.memory_free_mb:
        return Fit(True, "Close other programs first: memory is short right now.")
    return Fit(True)


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


def _gb(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB"
