"""What the trainer and its child say to each other, as typed messages."""

from core.engine.messages import Segment
from core.engine.pipe import Cancel, Failed, Message
from core.preference.settings import TrainingSettings

# To the training child.


class Lesson(Message, frozen=True):
    """After `segments` (a user turn) the model is to write `answer`; `weight` of its loss. Where there is
    `thinking` (None: there is none), that comes first: `<think>` is given, its end is learned."""

    segments: tuple[Segment, ...]
    answer: str
    weight: float = 1.0
    thinking: str | None = None


class Train(Message, frozen=True):
    """`base` is a folder with the small model's config.json, tokenizer.json and safetensors.
    `checkpoint` is empty, or a state this child sent before: the run goes on from there. `at_once`: work on
    no more lessons together, 0 for as many as fit."""

    base: str
    settings: TrainingSettings
    lessons: tuple[Lesson, ...]
    validation: tuple[Lesson, ...] = ()
    checkpoint: bytes = b""
    threads: int = 0
    at_once: int = 0


class Encode(Message, frozen=True):
    """Token ids of a user turn, up to where the answer begins, as training sees them."""

    base: str
    segments: tuple[Segment, ...]


class Answer(Message, frozen=True):
    """Greedy answers of the base as it was trained on (quantised) under an adapter (`peft` bytes):
    what the served model is compared with."""

    base: str
    settings: TrainingSettings
    peft: bytes
    prompts: tuple[tuple[Segment, ...], ...]
    max_tokens: int
    threads: int = 0


class Dequantise(Message, frozen=True):
    """Write the base's weights as trained on into `target`, a copy of the GGUF `shipped`."""

    base: str
    settings: TrainingSettings
    shipped: str
    target: str


class Unpack(Message, frozen=True):
    """Make a folder `target` to train in of the GGUF `source`, if that and a training by `settings` fit."""

    source: str
    target: str
    settings: TrainingSettings


class Hold(Message, frozen=True):
    """Start no further step before GoOn comes; what is in memory stays."""


class GoOn(Message, frozen=True):
    """The end of a Hold."""


TrainerRequest = Train | Encode | Answer | Dequantise | Unpack | Hold | GoOn | Cancel

# From the training child.


class Prepared(Message, frozen=True):
    """The base is loaded; the next step is `first` of `total`. `settings`: with nothing left open; `told`:
    what the user should know of them."""

    first: int
    total: int
    settings: TrainingSettings
    told: tuple[str, ...] = ()


class StepDone(Message, frozen=True):
    """`step` counts from 1; `loss` is the mean over the answer tokens of its batch, before the step."""

    step: int
    total: int
    loss: float


class Eased(Message, frozen=True):
    """Memory ran short: fewer lessons are worked on at once from now on. `told` says so."""

    told: str


class Validated(Message, frozen=True):
    step: int
    loss: float
    best: bool


class Checkpointed(Message, frozen=True):
    """All that is needed to go on after `step`."""

    step: int
    state: bytes


class Trained(Message, frozen=True):
    """`gguf` is the adapter for llama.cpp, `peft` the same as safetensors."""

    gguf: bytes
    peft: bytes
    loss: float
    steps: int
    peak_mb: float


class Encoded(Message, frozen=True):
    ids: tuple[int, ...]


class Answered(Message, frozen=True):
    texts: tuple[str, ...]


class Dequantised(Message, frozen=True):
    """The file is written."""


class Unpacked(Message, frozen=True):
    """The folder is made."""


TrainerReply = (
    Prepared
    | StepDone
    | Eased
    | Validated
    | Checkpointed
    | Trained
    | Encoded
    | Answered
    | Dequantised
    | Unpacked
    | Failed
)
