"""Models from the hub into the profile: asked for, fetched with its checksum, and taken out again.

A file has its own name only once it is whole; until then it is `FILE.CHECKSUM.partial`, from which the
next try goes on.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from core.engine.gguf_file import check_gguf
from core.errors import InputError, ModelError
from core.models.catalogue import catalogue, find
from core.models.hardware import check_memory, machine
from core.models.hub import Hub, HubFile, Tally
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

_RESERVE = 500_000_000  # bytes that stay free on the disk: the profile grows too
_BLOCK = 1 << 20
_NAMED = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+):(?P<file>(?:[\w.-]+/)*\w[\w.-]*\.gguf)", re.ASCII)
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")


@dataclass(frozen=True)
class Fetched:
    """The record of a model that was downloaded: what, in which revision, and when (UTC). `size` in
    bytes; `licence` as in HubFile."""

    repo: str
    file: str
    revision: str
    sha256: str
    size: int
    licence: str
    at: datetime


class Downloads:
    """Raises ModelError and InputError with sentences for the user, and Cancelled."""

    def __init__(self, folder: Path, jobs: JobRepository, connect: Callable[[], Hub]) -> None:
        """`folder`: the profile's models. `connect` makes a hub to use once."""
        self.folder = folder
        self._jobs, self._connect = jobs, connect

    def path(self, file: str) -> Path:
        """Where a file of the hub lies here, whether or not it is there."""
        return self.folder / PurePosixPath(file).name

    def record(self, path: Path) -> Fetched | None:
        """Of a model that was downloaded and is still there."""
        return self._jobs.get(_key(path), Fetched) if path.is_file() else None

    def all(self) -> tuple[tuple[Path, Fetched], ...]:
        """Every downloaded model that is there."""
        found = ((path, self.record(path)) for path in sorted(self.folder.glob("*.gguf")))
        return tuple((path, record) for path, record in found if record)

    def ask(self, name: str, cancel: CancelToken) -> HubFile:
        """What the hub has under a name of the catalogue, or OWNER/NAME:FILE.gguf. Raises ModelError also for
        what fits neither the memory nor the disk of this machine."""
        repo, file = source(name)
        with self._connect() as hub:
            found = hub.describe(repo, file, cancel.check)
        check_memory(found.size, machine(self.folder))
        if not self.has(found):
            self._check_room(found.size - _size(self._partial(found)))
        return found

    def has(self, wanted: HubFile) -> bool:
        """Whether this very file was fetched and is there."""
        earlier = self.record(self.path(wanted.file))
        return earlier is not None and earlier.sha256 == wanted.sha256

    def get(self, wanted: HubFile, progress: Progress, cancel: CancelToken) -> Fetched:
        """Fetches what `ask` found, or the rest of it. Returns at once where it is there already."""
        path = self.path(wanted.file)
        earlier = self.record(path)
        if earlier and self.has(wanted):
            return earlier
        if path.exists() and (earlier is None or earlier.repo != wanted.repo):
            raise InputError(
                f"There is another {path.name} in the profile's folder of models; remove it or move it away"
                " first."
            )
        partial = self._partial(wanted)
        try:
            self._remove_partials(path, but=partial)
            self._transfer(wanted, partial, progress, cancel)
            _verify(partial, wanted, progress, cancel)
            return self._keep(wanted, partial, path)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise ModelError("The disk is full; make room and run the same command again.") from None
            raise ModelError(
                "The model cannot be written to the profile folder; check its permissions."
            ) from None

    def _keep(self, wanted: HubFile, partial: Path, path: Path) -> Fetched:
        """Its name comes last: a kill in between leaves a record without a file, which counts for nothing,
        and never the record of one file beside another."""
        made = Fetched(**_shared(wanted), at=datetime.now(UTC))
        path.unlink(missing_ok=True)
        self._jobs.set(_key(path), made)
        partial.replace(path)
        return made

    def remove(self, path: Path) -> None:
        """A model and what there is of it."""
        self._remove_partials(path)
        path.unlink(missing_ok=True)
        self._jobs.clear(_key(path))

    def begun(self, path: Path) -> bool:
        """Whether some of it has come."""
        return any(self._partials(path))

    def _transfer(self, wanted: HubFile, partial: Path, progress: Progress, cancel: CancelToken) -> None:
        there = Tally(_size(partial))
        if there.bytes > wanted.size:  # never of our making; the check would find it after the download
            partial.unlink()
            there.bytes = 0
        self._check_room(wanted.size - there.bytes)

        def tick() -> None:
            cancel.check()
            progress.update("downloading (MB)", _mb(there.bytes), _mb(wanted.size))

        with self._connect() as hub, open(partial, "ab", opener=_private) as file:
            hub.fetch(wanted, file, there, tick)
            file.flush()
            os.fsync(file.fileno())

    def _check_room(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if size + _RESERVE > free:
            raise ModelError(
                f"The disk has too little room: {_gb(size)} are to come, {_gb(_RESERVE)} should stay free,"
                f" and {_gb(free)} are; make room and run the same command again."
            )

    def _partial(self, wanted: HubFile) -> Path:
        """Where what comes of it lies until it is whole."""
        path = self.path(wanted.file)
        return path.with_name(f"{path.name}.{wanted.sha256[:12]}.partial")

    def _partials(self, path: Path) -> list[Path]:
        return [one for one in self.folder.glob("*.partial") if one.name.startswith(f"{path.name}.")]

    def _remove_partials(self, path: Path, but: Path | None = None) -> None:
        """Of an earlier revision they are of no use."""
        for one in self._partials(path):
            if one != but:
                one.unlink()


def source(name: str) -> tuple[str, str]:
    """The repository and the file in it that a name means. Raises InputError."""
    if any(one.name == name for one in catalogue()):
        entry = find(name)
        if not entry.repo:
            raise InputError(f"{name} is part of Longhand; there is nothing to download.")
        return entry.repo, entry.file
    named = _NAMED.fullmatch(name)
    if named is None or ".." in name:
        known = ", ".join(entry.name for entry in catalogue() if entry.repo)
        raise InputError(f"Name a model to download as OWNER/NAME:FILE.gguf, or one of those known: {known}.")
    if _PART.search(name):
        raise InputError("A model in several parts cannot be fetched; choose one that is a single file.")
    return named["repo"], named["file"]


def _verify(partial: Path, wanted: HubFile, progress: Progress, cancel: CancelToken) -> None:
    """Raises ModelError, and throws the file away, where it is not the one the hub named."""
    sha256, done = hashlib.sha256(), 0
    with partial.open("rb") as file:
        while block := file.read(_BLOCK):
            cancel.check()
            sha256.update(block)
            done += len(block)
            progress.update("checking (MB)", _mb(done), _mb(wanted.size))
    if sha256.hexdigest() != wanted.sha256:
        partial.unlink()
        raise ModelError(
            "What came is not the file that the hub names (its checksum differs), so it was thrown away; run"
            " the same command again."
        )
    try:
        check_gguf(partial)
    except ModelError:
        partial.unlink()
        raise ModelError(
            "The hub's file is no GGUF model that Longhand can use, so it was thrown away; choose another."
        ) from None


def _shared(wanted: HubFile) -> dict[str, Any]:
    fields = asdict(wanted)
    del fields["host"]
    return fields


def _key(path: Path) -> str:
    return f"model/{path.name}"


def _size(path: Path) -> int:
    """In bytes, 0 where it is not there."""
    return path.stat().st_size if path.exists() else 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _mb(size: int) -> int:
    return size // 1_000_000


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
