"""The settings of a training run: read from training.toml, checked before anything is loaded."""

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.errors import InputError

_FILE = Path(__file__).with_name("training.toml")
_CHOICES = {
    "device": ("auto", "cpu", "cuda", "mps"),
    "quantization": ("nf4", "16bit", "none"),
    "compute": ("auto", "float32", "bfloat16"),
    "gradient_checkpointing": ("auto", "on", "off"),
    "serve": ("shipped", "trained"),
}
_MAY_BE_ZERO = frozenset({"dropout", "steps", "warmup", "weight_decay", "seed", "validate_every"})


@dataclass(frozen=True)
class TrainingSettings:
    """What each means is said in training.toml."""

    rank: int
    alpha: int
    dropout: float
    device: str
    quantization: str
    compute: str
    serve: str
    steps: int
    epochs: int
    min_steps: int
    max_steps: int
    batch: int
    group_by_length: bool
    gradient_checkpointing: str
    max_length: int
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    seed: int
    checkpoint_every: int
    validate_every: int
    patience: int

    def steps_for(self, examples: int) -> int:
        """How many steps a run over so many examples takes."""
        if self.steps:
            return self.steps
        wanted = self.epochs * max(1, -(-examples // self.batch))
        return max(self.min_steps, min(self.max_steps, wanted))


def load_settings(path: Path = _FILE, **changes: int | float | str) -> TrainingSettings:
    """Raises InputError naming the key that is missing, unknown or out of range."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError("The training settings cannot be read; restore training.toml.") from error
    return from_toml(text, **changes)


def from_toml(text: str, **changes: int | float | str) -> TrainingSettings:
    """Raises InputError naming the key that is missing, unknown or out of range."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("The training settings are no TOML; restore training.toml.") from error
    table |= changes
    known = {field.name: field.type for field in fields(TrainingSettings)}
    for key in [*known, *table]:
        if key not in table or key not in known or not _fits(key, table[key], known[key]):
            raise InputError(f"The training setting '{key}' is missing, unknown or out of range.")
    return TrainingSettings(**table)


def to_toml(settings: TrainingSettings) -> str:
    """As saved with an adapter."""
    return "".join(f"{key} = {_literal(value)}\n" for key, value in asdict(settings).items())


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _fits(key: str, value: object, kind: object) -> bool:
    if kind is str:
        return value in _CHOICES[key]
    if kind is bool:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    return value > 0 or (value == 0 and key in _MAY_BE_ZERO)
