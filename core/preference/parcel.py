"""A training that leaves the machine and comes back: the request as a file, and what came of it as another.
Both hold what the user wrote (an adapter can recite what it learned), so nobody else may read them."""

import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from core.engine.pipe import Message
from core.errors import InputError
from core.preference.settings import TrainingSettings, to_toml
from core.preference.trainer import TrainedAdapter
from core.preference.training_messages import Lesson

_OTHER_BASE = "This was made with another small model than the one that is here; export and train again."
_OTHER_SETTINGS = "This was trained with other settings than training.toml has now; export and train again."
_OTHER_MAIL = (
    "Your mail, or what was learned of it, is not what it was when this was exported; export and train again."
)

Kind = TypeVar("Kind", bound=Message)


class Request(Message, frozen=True):
    """What to train. `run` names it; `base` is the small model's name and `weights` the digest of its
    safetensors."""

    run: str
    base: str
    weights: str
    settings: TrainingSettings
    lessons: tuple[Lesson, ...]
    validation: tuple[Lesson, ...] = ()


class Partial(Message, frozen=True):
    """What of a training is kept on its way: `state` as the training child sends it."""

    run: str
    losses: tuple[float, ...]
    seconds: float
    state: bytes


class Result(Message, frozen=True):
    """The finished training of a request: `asked` are its settings, `settings` the same with nothing left
    open, both as TOML."""

    run: str
    weights: str
    asked: str
    settings: str
    gguf: bytes
    peft: bytes
    loss: float
    losses: tuple[float, ...]
    examples: int
    seconds: float
    peak_mb: float
    told: tuple[str, ...]


def trained(result: Result, request: Request) -> TrainedAdapter:
    """As if it had been trained here. `request`: what an export would ask for now. Raises InputError where
    the result is not of it."""
    if result.weights != request.weights:
        raise InputError(_OTHER_BASE)
    if result.asked != to_toml(request.settings):
        raise InputError(_OTHER_SETTINGS)
    if result.run != request.run:
        raise InputError(_OTHER_MAIL)
    return TrainedAdapter(
        result.run,
        result.gguf,
        result.peft,
        result.settings,
        result.loss,
        result.losses,
        result.examples,
        result.seconds,
        result.peak_mb,
        result.told,
    )


def weights_digest(base: Path) -> str:
    """Of all safetensors of a model's folder."""
    digest = hashlib.sha256()
    for file in sorted(base.glob("*.safetensors")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def write(path: Path, parcel: Message) -> None:
    """Whole or not at all, for the user's eyes alone. Raises InputError where it cannot be written."""
    partial = path.with_name(path.name + ".new")
    try:
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(parcel))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{path.name} cannot be written ({error.strerror}); choose another place.") from None


def read(path: Path, kind: type[Kind]) -> Kind:
    """Raises InputError for a file that cannot be read or is none of that kind."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}).") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        what = "training to be done" if kind is Request else "finished training"
        raise InputError(f"{path.name} holds no {what}, or of another version of Longhand.") from None
