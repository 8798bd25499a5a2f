"""Which models a profile uses: the writer (M_L), by its settings, and the agent's base (M_A)."""

import filecmp
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core import messages
from core.engine.llama import LlamaEngine
from core.errors import InputError, ModelError
from core.models.catalogue import (
    CatalogueEntry,
    catalogue,
    embedded_path,
    embedded_weights,
    find,
    is_embedded,
    to_fetch,
)
from core.models.chat import ChatModel
from core.models.download import Downloads
from core.models.hardware import Machine, check_memory, estimated_pace, fit, machine
from core.models.local import LocalModel
from core.models.prompts import Prompt
from core.models.service import Service
from core.store.settings import LargeModel, Settings

_NF4 = "-nf4"  # ends the name of weights as training saw them
CRAWLING = 1.5  # words per second: with fewer, a reply of a hundred words takes over a minute


@dataclass(frozen=True)
class ModelEntry:
    """`where`: 'embedded', 'file', 'cloud' or 'to fetch'; `role`: 'large' (writes) or 'small' (the
    agent's base). `runs`: whether this machine has what it takes; `words_per_second`: as estimated
    or, `measured`, in its last draft here; 0 where that is not known; `download`: size and licence of what
    is to be fetched and runs here."""

    name: str
    role: str
    where: str
    told: str
    in_use: bool
    runs: bool = True
    words_per_second: float = 0.0
    measured: bool = False
    download: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it can write without a download."""
        return self.where != "to fetch"


def recommended(entries: Iterable[ModelEntry]) -> CatalogueEntry | None:
    """The largest real model of `entries` that runs on their machine and does not crawl there, the smallest
    where all do; None where none runs."""
    real = {one.name: one for one in catalogue() if one.role == "large" and not one.embedded}
    running = [one for one in entries if one.name in real and one.runs]
    fluent = [one for one in running if one.words_per_second >= CRAWLING or not one.words_per_second]
    if fluent:
        return max((real[one.name] for one in fluent), key=lambda one: one.size_mb)
    return min((real[one.name] for one in running), key=lambda one: one.size_mb, default=None)


class ModelChoice:
    def __init__(
        self,
        settings: Settings,
        downloads: Downloads,
        engine: LlamaEngine,
        service: Service,
    ) -> None:
        self._settings, self._downloads, self._engine = settings, downloads, engine
        self._service = service

    @property
    def large_is_embedded(self) -> bool:
        chosen = self._settings.large
        return chosen.source == "catalogue" and bool(find(chosen.name).embedded)

    def judge(self, name: str = "") -> ChatModel:
        """A model to compare drafts: by name as for `use`, the writer where it is empty. Raises InputError
        for a model of Longhand's own, ModelError."""
        chosen = self.use(name) if name else self._settings.large
        if self._is_tiny(chosen):
            raise InputError(
                "The built-in models are too small to judge drafts; name a real one with --judge, or choose"
                " one with 'longhand models use'."
            )
        return self._model(chosen)

    def _is_tiny(self, chosen: LargeModel) -> bool:
        """By its name, or, whatever the file is called, by what it holds."""
        if chosen.source != "file":
            return is_embedded(chosen.name.rpartition("/")[2].lower())
        path = Path(chosen.name)
        own = (embedded_path(entry.name) for entry in catalogue() if entry.embedded)
        return path.is_file() and any(filecmp.cmp(path, one, shallow=False) for one in own)

    @property
    def family(self) -> str:
        """Of the writer, whether or not it is there."""
        return self._family(self._settings.large)

    def _family(self, chosen: LargeModel) -> str:
        if chosen.source == "cloud":
            return self._settings.cloud.model.rpartition("/")[2].lower()
        return find(chosen.name).family if chosen.source == "catalogue" else _family_of_file(chosen.name)

    def large(self, account: str = "") -> ChatModel:
        """The writer, for mail to one of the user's addresses, or for learning from all ('', which matters
        for a service alone). Raises ModelError where it is not there, or not allowed."""
        return self._model(self._settings.large, account)

    def named(self, name: str) -> ChatModel:
        """Any model, named as for `use`. Raises InputError, ModelError."""
        return self._model(self.use(name))

    def trained_large(self, adapter: bytes) -> ChatModel:
        """The writer with an adapter (GGUF bytes). Raises ModelError where it is not there, or a service."""
        return self._model(self._settings.large, adapter=adapter)

    @property
    def large_file(self) -> Path | None:
        """The writer's GGUF, whether or not it is there; None for a service."""
        chosen = self._settings.large
        if chosen.source == "cloud":
            return None
        return self._path(find(chosen.name)) if chosen.source == "catalogue" else Path(chosen.name)

    def large_ids(self, prompt: Prompt) -> list[int]:
        """Token ids of a turn as the writer reads it. Raises ModelError for a service."""
        if self.large_file is None:
            raise ModelError(messages.learning.SERVICE_CANNOT_BE_TRAINED)
        return self._engine.tokenize_prompt(self.large_file, prompt)

    @property
    def unpacked(self) -> Path:
        """Where the writer's weights lie for as long as it is trained."""
        return self._downloads.folder / "unpacked"

    @property
    def stand_in(self) -> ChatModel:
        """One that is always there, where a writer is wanted and asked nothing."""
        return self._model(LargeModel())

    def _model(self, chosen: LargeModel, account: str = "", adapter: bytes | None = None) -> ChatModel:
        if chosen.source == "cloud" and adapter:
            raise ModelError(messages.learning.SERVICE_CANNOT_BE_TRAINED)
        if chosen.source == "cloud":
            return self._service.model(account)
        entry = find(chosen.name) if chosen.source == "catalogue" else None
        path = self._path(entry) if entry else Path(chosen.name)
        if not path.is_file():
            raise ModelError("The chosen model's file is gone; choose one with 'longhand models use'.")
        family = self._family(chosen)
        if entry is None:
            return LocalModel(self._engine, path, path.stem, family, adapter)
        return LocalModel(self._engine, path, entry.name, family, adapter, entry.repeat_penalty)

    def agent(self, adapter: bytes, base: str = "") -> ChatModel:
        """M_A: a small model with an adapter (GGUF bytes, or empty). `base`: the weights that it was trained
        on, by the model's name or the stem of `dequantised`; those of the model in use where it is empty.
        Raises ModelError where they are gone."""
        name = base.removesuffix(_NF4)
        known = next((one for one in catalogue() if one.name == name), None)
        entry = known or find(self._settings.small.name)
        path = self._dequantised(entry.name) if base.endswith(_NF4) else self._path(entry)
        if not path.is_file():
            raise ModelError("The weights that the agent was trained on are gone; learn again.")
        return LocalModel(self._engine, path, entry.name, entry.family, adapter or None)

    @property
    def shipped(self) -> Path:
        """The small model's GGUF."""
        return self._path(find(self._settings.small.name))

    @property
    def dequantised(self) -> Path:
        """Where the small model's weights lie as training saw them, once they were asked for: they hold
        nothing of the user's, so they need no encryption."""
        return self._dequantised(self._settings.small.name)

    def _dequantised(self, name: str) -> Path:
        return self._downloads.folder / f"{name}{_NF4}.gguf"

    def small_base(self) -> Path:
        """The small model's folder, for training. Raises InputError for one that cannot be trained."""
        entry = find(self._settings.small.name)
        if not entry.repo:
            return embedded_weights(entry.name)
        if not self.base_folder(entry.name).is_dir():
            raise InputError(
                f"{entry.name} is not ready to be trained; 'longhand models use {entry.name}' makes it so."
            )
        return self.base_folder(entry.name)

    def base_folder(self, name: str) -> Path:
        """Where the weights of a small model from the hub lie, unpacked to be trained."""
        return self._downloads.folder / "bases" / name

    def small(self, name: str) -> tuple[CatalogueEntry, Path] | None:
        """A model of the catalogue to learn with, and its GGUF; None for any other name. Raises InputError
        where it is not on this machine."""
        entry = next((one for one in catalogue() if one.name == name and one.role == "small"), None)
        if entry is None:
            return None
        if not self._path(entry).is_file():
            raise InputError(f"{name} is not on this machine; {to_fetch(entry)}")
        return entry, self._path(entry)

    def small_ids(self, file: Path, prompt: Prompt) -> list[int]:
        """Token ids of a turn as a small model reads it."""
        return self._engine.tokenize_prompt(file, prompt)

    def entries(self, here: Machine) -> tuple[ModelEntry, ...]:
        """All that can be chosen now, or fetched, weighed against a machine."""
        large, small = self._settings.large, self._settings.small
        used = {small.name} | ({large.name} if large.source == "catalogue" else set())
        found = [self._entry(one, here, one.name in used) for one in catalogue()]
        files = {self._path(one) for one in catalogue()}
        for path, record in self._downloads.all():
            if path not in files:
                used_now = large == LargeModel("file", str(path))
                pace, told = estimated_pace(record.size, here), f"From {record.repo}."
                found.append(ModelEntry(path.name, "large", "file", told, used_now, words_per_second=pace))
                files.add(path)
        if large.source == "file" and Path(large.name) not in files:
            found.append(ModelEntry(Path(large.name).name, "large", "file", "Your own GGUF file.", True))
        cloud = self._settings.cloud
        if cloud.model:
            told = "A service that is sent the mail you answer and your rules."
            found.append(ModelEntry(cloud.model, "large", "cloud", told, large.source == "cloud"))
        return tuple(found)

    def use(self, name: str) -> LargeModel:
        """The settings for a model named by the user: of the catalogue, a GGUF file or a downloaded one
        (loaded once to prove that it can be run), or 'cloud'. Raises InputError, ModelError."""
        if name == "cloud":
            if not self._settings.cloud.model:
                raise InputError("No cloud model is set up; 'longhand models use cloud' needs a --url.")
            return LargeModel("cloud", self._settings.cloud.model)
        known = next((one for one in catalogue() if one.name == name and one.role == "large"), None)
        if known and self._path(known).is_file():
            return LargeModel("catalogue", name)
        if known:
            raise InputError(f"{name} is not on this machine; {to_fetch(known)}")
        path = Path(name).expanduser().absolute()
        if not path.is_file():
            path = self._downloaded(name)
        for one in catalogue():
            if one.role == "large" and self._path(one) == path and path.is_file():
                return LargeModel("catalogue", one.name)
        if path.suffix.lower() != ".gguf" or not path.is_file():
            raise InputError("There is no such model; give one of 'longhand models list' or a GGUF.")
        check_memory(path.stat().st_size, machine(path.parent))
        self._engine.inspect(path)
        return LargeModel("file", str(path))

    def remove(self, name: str) -> None:
        """Deletes a downloaded model, or what has come of one. Raises InputError for one that writes now,
        and for what Longhand did not download."""
        known = next((one for one in catalogue() if one.name == name), None)
        if known and known.embedded:
            raise InputError(f"{name} is part of Longhand and stays.")
        path = self._path(known) if known else self._downloaded(name)
        large = self._settings.large
        writer = self._path(find(large.name)) if large.source == "catalogue" else Path(large.name)
        if large.source != "cloud" and path == writer:
            raise InputError(f"{name} writes now; choose another with 'longhand models use' first.")
        if known and known.name == self._settings.small.name:
            raise InputError(
                f"{name} learns now; 'longhand models use mini-small' goes back to the built-in one."
            )
        ours = self._downloads.record(path) is not None
        if not ours and not self._downloads.begun(path):
            raise InputError("There is no downloaded model of that name; see 'longhand models list'.")
        self._downloads.remove(path)
        if known:
            shutil.rmtree(self.base_folder(known.name), ignore_errors=True)

    def _downloaded(self, name: str) -> Path:
        """Where a downloaded model lies that is named as for `get`, or by its file alone."""
        return self._downloads.path(name.rpartition(":")[2])

    def _path(self, entry: CatalogueEntry) -> Path:
        return embedded_path(entry.name) if entry.embedded else self._downloads.folder / entry.file

    def _where(self, entry: CatalogueEntry) -> str:
        return "embedded" if entry.embedded else "file" if self._path(entry).is_file() else "to fetch"

    def _entry(self, entry: CatalogueEntry, here: Machine, in_use: bool) -> ModelEntry:
        where = self._where(entry)
        fitting = fit(entry, here, fetched=where != "to fetch")
        said = " ".join(part for part in (entry.about, fitting.why) if part)
        pace = fitting.words_per_second
        fetched = f"{entry.size_mb} MB, {entry.licence}" if where == "to fetch" and fitting.runs else ""
        return ModelEntry(entry.name, entry.role, where, said, in_use, fitting.runs, pace, download=fetched)


def _family_of_file(path: str) -> str:
    """By the custom of naming GGUFs: 'Qwen3-4B-Q4_K_M.gguf' is of 'qwen3'."""
    return Path(path).stem.split("-")[0].lower()
