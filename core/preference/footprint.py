"""How much memory a training run takes, told from its settings and the base's config.json before anything is
loaded, and the gentlest way to fit it into a machine. The constants are fitted to peaks measured on a CPU."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import LearningError
from core.preference.settings import TrainingSettings

_BYTES = {"nf4": 0.53, "16bit": 2.0, "none": 4.0}  # of a frozen weight, its scale included
_OF_ADAPTER = (
    28.0  # of a weight that learns: itself, gradient, two moments, the best, a checkpoint on its way
)
LIBRARIES = 480e6  # torch and what comes with it, on a CPU
_WIDTHS, _FEEDS = 22, 6  # numbers kept of a token in a layer, in hidden and in intermediate widths
_TWICE = 4  # layers there are at a time, with their gradients, where none is kept
_OF_VOCABULARY = 4  # numbers for each token to be written and each word of the vocabulary


@dataclass(frozen=True)
class Shape:
    """What of a model decides over memory. Counts of numbers."""

    layers: int
    hidden: int
    intermediate: int
    heads: int
    key_value: int  # width of keys and values
    query: int  # width of queries
    vocabulary: int
    tied: bool

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Shape":
        """From a config.json. Raises KeyError where it lacks a width."""
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        head = int(config.get("head_dim") or hidden // heads)
        return cls(
            layers=int(config["num_hidden_layers"]),
            hidden=hidden,
            intermediate=int(config["intermediate_size"]),
            heads=heads,
            key_value=head * int(config.get("num_key_value_heads") or heads),
            query=head * heads,
            vocabulary=int(config["vocab_size"]),
            tied=bool(config.get("tie_word_embeddings", False)),
        )

    @property
    def linear(self) -> int:
        """Weights of the layers that are quantised."""
        attention = 2 * self.hidden * (self.query + self.key_value)
        return self.layers * (attention + 3 * self.hidden * self.intermediate)

    @property
    def embedded(self) -> int:
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    def adapted(self, rank: int) -> int:
        """Weights of a LoRA of that rank over all of them."""
        sides = 4 * self.hidden + 2 * (self.query + self.key_value) + 3 * self.intermediate
        return self.layers * rank * sides


@dataclass(frozen=True)
class Load:
    """The largest batch: tokens of a lesson, padding included, and those to be written among them."""

    tokens: int
    written: int


@dataclass(frozen=True)
class Plan:
    """`at_once` lessons are worked on together, several such turns making a step where it is fewer than a
    batch; `checkpointing`: layers are calculated again on the way back instead of kept. `needed`: bytes."""

    at_once: int
    checkpointing: bool
    needed: float


def needed(shape: Shape, settings: TrainingSettings, load: Load, at_once: int, checkpointing: bool) -> float:
    """Bytes at the peak, those of the libraries included on a CPU."""
    width = 2 if settings.quantization == "16bit" else 4
    frozen = shape.linear * _BYTES[settings.quantization] + shape.embedded * width
    # One layer's largest matrix at a time is turned into numbers to calculate with, forth and back.
    widest = max(shape.hidden, shape.query) * max(shape.intermediate, shape.query)
    unpacked = 8 * widest if settings.quantization == "nf4" else 0
    token = width * (_WIDTHS * shape.hidden + _FEEDS * shape.intermediate)
    scores = width * shape.heads * load.tokens
    layers = _TWICE if checkpointing else shape.layers + 1
    kept = shape.layers * shape.hidden * width if checkpointing else 0
    batch = at_once * load.tokens * (layers * token + scores + kept)
    words = at_once * load.written * shape.vocabulary * 4 * _OF_VOCABULARY
    libraries = LIBRARIES if settings.device in ("cpu", "mps") else 0.3 * LIBRARIES
    return libraries + frozen + unpacked + shape.adapted(settings.rank) * _OF_ADAPTER + batch + words


def planned(shape: Shape, settings: TrainingSettings, load: Load, free: float) -> Plan:
    """The first way that fits into `free` bytes: fewer lessons at once, which costs little, then layers that
    are calculated twice. Raises LearningError where none does."""
    always = settings.gradient_checkpointing == "on"
    wide = settings.batch
    ways = [(wide >> halved, always) for halved in range(wide.bit_length())]
    if settings.gradient_checkpointing == "auto":
        ways.append((1, True))
    plan = Plan(1, always, 0.0)
    for at_once, checkpointing in ways:
        plan = Plan(at_once, checkpointing, needed(shape, settings, load, at_once, checkpointing))
        if plan.needed <= free:
            return plan
    raise LearningError(
        f"Learning needs about {plan.needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free; close "
        "other programs and learn again."
    )
