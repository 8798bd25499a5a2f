"""What the app and its llama and reader children say to each other, as typed messages."""

from core.domain import ParsedMail
from core.engine.pipe import Cancel, Failed, Message

# In the environment of a llama child, it has the processor alone compute.
NO_GRAPHICS = "LONGHAND_NO_GRAPHICS"

# To the llama child.


class Segment(Message, frozen=True):
    """A piece of a prompt: `ours` is tokenised with special tokens on, the rest is data."""

    text: str
    ours: bool


class Generate(Message, frozen=True):
    """`adapter_key` is empty for the bare model; `adapter` holds its GGUF bytes when the child
    is not known to have it yet. `threads` 0 lets the child choose."""

    model: str
    segments: tuple[Segment, ...]
    prefill: str = ""
    adapter_key: str = ""
    adapter: bytes = b""
    max_tokens: int = 400
    temperature: float = 0.0
    seed: int = 0
    grammar: str = ""
    repeat_penalty: float = 1.0
    threads: int = 0


class GenerateAll(Message, frozen=True):
    """Several at once, all for the model and the adapter of the first, which alone carries its bytes."""

    requests: tuple[Generate, ...]


class Prepare(Message, frozen=True):
    """Reads the prompt of a request that may come, and answers nothing yet."""

    request: Generate


class Tokenize(Message, frozen=True):
    model: str
    text: str
    special: bool
    threads: int = 0


class TokenizePrompt(Message, frozen=True):
    """The ids `Generate` would feed: template, frame and mail."""

    model: str
    segments: tuple[Segment, ...]
    prefill: str = ""
    threads: int = 0


class Inspect(Message, frozen=True):
    """Loads a model and says what it is."""

    model: str
    threads: int = 0


class DescribeBuild(Message, frozen=True):
    """Asks what llama.cpp can compute with here; needs no model."""


LlamaRequest = Generate | GenerateAll | Prepare | Tokenize | TokenizePrompt | Inspect | DescribeBuild | Cancel

# From the llama child.


class Loading(Message, frozen=True):
    """A model file is being opened: a death from here to Loaded is the file's fault, memory's or, with
    `graphics`, that of the card which is to compute."""

    graphics: bool = False


class Loaded(Message, frozen=True):
    pass


class PromptRead(Message, frozen=True):
    done: int
    total: int


class Text(Message, frozen=True):
    piece: str


class Generated(Message, frozen=True):
    """One answer; `number` is its request's place in a GenerateAll."""

    text: str
    prompt_tokens: int
    new_tokens: int
    cached_tokens: int
    cut_tokens: int
    seconds: float
    stopped: str
    peak_mb: float
    number: int = 0


class Prepared(Message, frozen=True):
    """The prompt's tokens, all of them in the KV cache now."""

    prompt_tokens: int


class AllGenerated(Message, frozen=True):
    """After the last answer to a GenerateAll; they come in whatever order they are done."""


class Tokens(Message, frozen=True):
    ids: tuple[int, ...]


class Inspected(Message, frozen=True):
    architecture: str
    name: str
    parameters: int
    context: int


class Graphics(Message, frozen=True):
    name: str
    description: str
    memory_mb: int


class Build(Message, frozen=True):
    """`features`: instruction sets of this processor that are used, and parts of llama.cpp."""

    features: tuple[str, ...]
    graphics: tuple[Graphics, ...]


LlamaReply = (
    Loading
    | Loaded
    | PromptRead
    | Text
    | Generated
    | AllGenerated
    | Prepared
    | Tokens
    | Inspected
    | Build
    | Failed
)

# To and from the reader child.


class Parse(Message, frozen=True):
    """`parser` is the dotted name 'module:function' of bytes -> ParsedMail. `careful`: each answer is sent
    at once, so that the parent knows whose turn it is when the child hangs or dies; that costs both of
    them a wakeup a message."""

    parser: str
    raw: tuple[bytes, ...]
    careful: bool = False


class Parsed(Message, frozen=True):
    """One answer a message, in order; `mail` is None where it is damaged beyond reading."""

    mail: ParsedMail | None


class ParseDone(Message, frozen=True):
    pass


class Show(Message, frozen=True):
    """`maker` is the dotted name of bytes -> str: a message's HTML, made safe to show."""

    maker: str
    raw: bytes


class Shown(Message, frozen=True):
    """`html` is None where nothing could be made of it."""

    html: str | None


ReaderRequest = Parse | Show | Cancel
ReaderReply = Parsed | ParseDone | Shown | Failed
