"""The models Longhand knows by name: the embedded ones, and real ones that can be fetched."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError

_HERE = Path(__file__).parent
_WEIGHTS = _HERE / "embedded" / "weights"


@dataclass(frozen=True)
class CatalogueEntry:
    """`role`: 'large' (writes) or 'small' (the preference agent's base). Sizes in MB (10^6 bytes),
    context in tokens. `repeat_penalty` (1 is none) keeps a small model from saying a rare word for ever.
    Embedded ones name a file of ours, the others a repository and a file in it."""

    name: str
    role: str
    family: str
    licence: str
    size_mb: int
    memory_mb: int
    context: int
    languages: tuple[str, ...]
    about: str
    embedded: str = ""
    weights: str = ""
    repo: str = ""
    file: str = ""
    repeat_penalty: float = 1.0


def catalogue() -> tuple[CatalogueEntry, ...]:
    """All known models, the embedded ones first."""
    data = tomllib.loads((_HERE / "catalogue.toml").read_text("utf-8"))
    return tuple(_entry(name, fields) for name, fields in data.items())


def find(name: str) -> CatalogueEntry:
    """Raises InputError for a name that is not in the catalogue."""
    for entry in catalogue():
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in catalogue())
    raise InputError(f"There is no model of that name; known are {known}, and any GGUF file by its path.")


def is_embedded(name: str) -> bool:
    """Whether a model of this name is one of the tiny ones that are part of Longhand."""
    return any(entry.embedded for entry in catalogue() if entry.name == name)


def embedded_path(name: str) -> Path:
    """The GGUF of an embedded model. Raises InputError for any other."""
    entry = find(name)
    if not entry.embedded:
        raise InputError(f"{name} is not part of Longhand; {to_fetch(entry)}")
    return _WEIGHTS / entry.embedded


def to_fetch(entry: CatalogueEntry) -> str:
    """How to come by a model that is not part of Longhand, as the end of a sentence."""
    return f"'longhand models get {entry.name}' downloads it ({entry.size_mb} MB, {entry.licence})."


def embedded_weights(name: str) -> Path:
    """The folder with safetensors, config.json and tokenizer.json that training starts from.
    Raises InputError for a model that has none."""
    entry = find(name)
    if not entry.weights:
        raise InputError(f"{name} cannot be trained on this machine; learning uses mini-small.")
    return _WEIGHTS / entry.weights


def _entry(name: str, fields: dict[str, Any]) -> CatalogueEntry:
    return CatalogueEntry(name=name, **{**fields, "languages": tuple(fields["languages"])})
