"""The app's side of the llama child: generation and tokenising by local GGUF models."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.engine import messages as m
from core.engine.gguf_file import Stamp, check_whole, file_stamp, unreadable
from core.engine.pipe import Message
from core.engine.supervisor import (
    Child,
    ChildHung,
    GraphicsFailed,
    Restarted,
    UnfitProcessor,
    UnknownAdapterError,
)
from core.errors import Cancelled, ChildDied, Known
from core.models.prompts import Frame, Prompt
from core.tasks import CancelToken, OnPrompt, OnText

PATIENCE = 120.0  # seconds

Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True)
class GenerationRequest:
    """`prefill` is text the answer already begins with ("<think>\\n"), tokenised as ours and not
    repeated in the result. `adapter` is a LoRA adapter as GGUF bytes. `grammar` is GBNF with a rule
    `root`. `temperature` 0 is greedy; `repeat_penalty` 1 is none, and looks at the answer alone."""

    model: Path
    prompt: Prompt
    prefill: str = ""
    adapter: bytes | None = None
    max_tokens: int = 400
    temperature: float = 0.0
    seed: int = 0
    grammar: str | None = None
    repeat_penalty: float = 1.0


@dataclass(frozen=True)
class Generation:
    """`cached_tokens` of the `prompt_tokens` were still in the KV cache; `cut_tokens` of the data
    were left out because the model's context could not hold them. `stopped` is 'end' (the model was
    done) or 'length'. `graphics_failed`: the processor wrote it, as the graphics card would not."""

    text: str
    prompt_tokens: int
    new_tokens: int
    cached_tokens: int
    seconds: float
    stopped: str
    cut_tokens: int = 0
    graphics_failed: bool = False


@dataclass(frozen=True)
class ModelFacts:
    """What a GGUF says of itself; `context` in tokens."""

    architecture: str
    name: str
    parameters: int
    context: int


@dataclass(frozen=True)
class GraphicsCard:
    """`memory_mb` (10^6 bytes) is its own, or what it may take of the machine's."""

    name: str
    description: str
    memory_mb: int


@dataclass(frozen=True)
class EngineFacts:
    """What this build of llama.cpp computes with on this machine. `features`: the processor's instruction
    sets that it uses (AVX2, FMA ...), and parts of llama.cpp; `graphics`: none where the build has no back
    end for what is there."""

    features: tuple[str, ...]
    graphics: tuple[GraphicsCard, ...]


class IdleToken(CancelToken):
    """The token of work done in idle time: cancelled with `parent`, or when something else is asked of the
    engine."""

    def __init__(self, parent: CancelToken | None) -> None:
        super().__init__()
        self._parent = parent

    @property
    def cancelled(self) -> bool:
        return super().cancelled or (self._parent is not None and self._parent.cancelled)

    def check(self) -> None:
        if self.cancelled:
            raise Cancelled


class LlamaEngine:
    """One llama child. It starts with the first request, again by itself after a kill, and ends
    after `idle_seconds` without one. Safe to share between threads; requests take turns, and idle work
    gives way to all others."""

    def __init__(self, threads: int | None = None, idle_seconds: float = 300.0) -> None:
        self._threads = threads or 0
        self._child: Child[m.LlamaReply] = Child("llama", m.LlamaReply, idle_seconds)
        self._peak = 0.0
        self._idle: IdleToken | None = None
        self._graphics_failed = False
        self._checked: dict[Path, Stamp] = {}  # files whose headers were found good

    @property
    def pid(self) -> int | None:
        """The child now running, if any."""
        return self._child.pid

    def generate(
        self,
        request: GenerationRequest,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Generation:
        """Answers one prompt. `on_text` gets pieces as they come, each once even if the child is
        killed in between and begins again; `on_prompt` gets (tokens read, tokens in all).

        Raises Cancelled, ModelError, ChildDied."""
        key = hashlib.sha256(request.adapter).hexdigest() if request.adapter else ""
        listener = _Listener(on_text, on_prompt)
        message = self._message(request, key, b"")
        # The child most likely holds the adapter, which may be large: the key alone first.
        with contextlib.suppress(UnknownAdapterError):
            return self._made(self._ask(request.model, message, m.Generated, listener, cancel))
        message = self._message(request, key, request.adapter or b"")
        return self._made(self._ask(request.model, message, m.Generated, listener, cancel))

    def generate_all(
        self, requests: Sequence[GenerationRequest], cancel: CancelToken | None = None
    ) -> list[Generation]:
        """Answers many prompts, several at a time, for one model and adapter; in their order. A prompt that
        is cut off by a kill in between is answered again. Each answer's `seconds` are its share of the
        whole. Raises Cancelled, ModelError, ChildDied."""
        if not requests:
            return []
        adapter = requests[0].adapter
        key = hashlib.sha256(adapter).hexdigest() if adapter else ""
        answers = _Answers()
        model, kind = requests[0].model, m.AllGenerated
        with contextlib.suppress(UnknownAdapterError):
            self._ask(model, self._all(requests, key, b""), kind, answers, cancel)
            return [self._made(answers.found[number]) for number in range(len(requests))]
        self._ask(model, self._all(requests, key, adapter or b""), kind, answers, cancel)
        return [self._made(answers.found[number]) for number in range(len(requests))]

    @contextlib.contextmanager
    def idle(self, cancel: CancelToken | None = None) -> Iterator[IdleToken]:
        """For work that nobody waits for, each request of it given this token: as soon as anything else is
        asked of the engine, other idle work included, it is cancelled and raises Cancelled."""
        token = IdleToken(cancel)
        self._give_way(token)
        self._idle = token
        try:
            yield token
        finally:
            if self._idle is token:
                self._idle = None

    def prepare(
        self,
        request: GenerationRequest,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> int:
        """Reads a prompt into the KV cache, so that `generate` with it, or with one that begins like it,
        answers the sooner; what was read when it is cancelled stays read. Its number of tokens. Raises as
        `generate` does."""
        key = hashlib.sha256(request.adapter).hexdigest() if request.adapter else ""
        listener = _Listener(None, on_prompt)
        message = m.Prepare(self._message(request, key, b""))
        with contextlib.suppress(UnknownAdapterError):
            return self._ask(request.model, message, m.Prepared, listener, cancel).prompt_tokens
        message = m.Prepare(self._message(request, key, request.adapter or b""))
        return self._ask(request.model, message, m.Prepared, listener, cancel).prompt_tokens

    def tokenize(self, model: Path, text: str, special: bool = False) -> list[int]:
        """Token ids of a text; with `special`, special tokens written in it count as such."""
        message = m.Tokenize(str(model), _whole(text), special, self._threads)
        return list(self._ask(model, message, m.Tokens).ids)

    def tokenize_prompt(self, model: Path, prompt: Prompt, prefill: str = "") -> list[int]:
        """Exactly the ids `generate` would feed the model."""
        message = m.TokenizePrompt(str(model), _segments(prompt), prefill, self._threads)
        return list(self._ask(model, message, m.Tokens).ids)

    def inspect(self, model: Path) -> ModelFacts:
        """Loads a model to prove it can be run. Raises ModelError, also where it gives no sign for
        PATIENCE seconds: chat templates are programs."""
        try:
            found = self._ask(model, m.Inspect(str(model), self._threads), m.Inspected, silence=PATIENCE)
        except ChildHung:
            raise unreadable(model) from None
        return ModelFacts(found.architecture, found.name, found.parameters, found.context)

    def facts(self) -> EngineFacts:
        """Needs no model. Raises ChildDied."""
        self._give_way(None)
        for reply in self._child.stream(m.DescribeBuild(), final=(m.Build,)):
            if isinstance(reply, m.Build):
                cards = (GraphicsCard(one.name, one.description, one.memory_mb) for one in reply.graphics)
                return EngineFacts(reply.features, tuple(cards))
        raise AssertionError("the stream ends with its final reply")

    @property
    def graphics_failed(self) -> bool:
        """Whether a graphics card took part and gave up, so that the processor computes from then on."""
        return self._graphics_failed

    def try_graphics_again(self) -> None:
        """Another model may fit the card that gave up: it takes part in the next request."""
        if self._graphics_failed:
            self._use_graphics(True)

    def rss_mb(self) -> float:
        """Peak memory of the child over its answers so far, in MB."""
        return self._peak

    def close(self) -> None:
        self._child.close()

    def _check(self, model: Path) -> None:
        stamp = file_stamp(model)
        if stamp is None or self._checked.get(model) != stamp:
            check_whole(model)
            if stamp is not None:
                self._checked[model] = stamp

    def _give_way(self, to: CancelToken | None) -> None:
        """Ends idle work for a request with any other token."""
        idle = self._idle
        if idle is not None and idle is not to:
            idle.cancel()

    def _made(self, done: m.Generated) -> Generation:
        self._peak = max(self._peak, done.peak_mb)
        return Generation(
            text=done.text,
            prompt_tokens=done.prompt_tokens,
            new_tokens=done.new_tokens,
            cached_tokens=done.cached_tokens,
            seconds=done.seconds,
            stopped=done.stopped,
            cut_tokens=done.cut_tokens,
            graphics_failed=self._graphics_failed,
        )

    def _message(self, request: GenerationRequest, key: str, adapter: bytes) -> m.Generate:
        return m.Generate(
            model=str(request.model),
            segments=_segments(request.prompt),
            prefill=request.prefill,
            adapter_key=key,
            adapter=adapter,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
            grammar=request.grammar or "",
            repeat_penalty=request.repeat_penalty,
            threads=self._threads,
        )

    def _all(self, requests: Sequence[GenerationRequest], key: str, adapter: bytes) -> m.GenerateAll:
        first, *others = requests
        made = [self._message(one, key, b"") for one in others]
        return m.GenerateAll((self._message(first, key, adapter), *made))

    def _ask(
        self,
        model: Path,
        message: Message,
        answer: type[Answer],
        listener: "_Listener | None" = None,
        cancel: CancelToken | None = None,
        silence: float | None = None,
    ) -> Answer:
        """Where a graphics card gives up, or takes the child down, the processor is asked."""
        self._check(model)  # a wrong file costs no child
        self._give_way(cancel)
        listener = listener or _Listener(None, None)
        again = self._graphics_failed
        while True:
            try:
                return self._answer(model, message, answer, listener, cancel, silence)
            except (ChildHung, UnfitProcessor, UnknownAdapterError):
                raise
            except Known as error:
                by_card = isinstance(error, GraphicsFailed) or (listener.graphics and listener.died)
                if by_card and not self._graphics_failed:
                    self._use_graphics(False)
                    listener.hear(Restarted())
                    continue
                if self._graphics_failed and not again:
                    self._use_graphics(True)  # the processor cannot either: it was the file, or memory
                raise

    def _use_graphics(self, use: bool) -> None:
        self._graphics_failed = not use
        self._child.restart_with({} if use else {m.NO_GRAPHICS: "1"})

    def _answer(
        self,
        model: Path,
        message: Message,
        answer: type[Answer],
        listener: "_Listener",
        cancel: CancelToken | None,
        silence: float | None,
    ) -> Answer:
        try:
            for reply in self._child.stream(message, final=(answer,), cancel=cancel, silence=silence):
                listener.hear(reply)
                if isinstance(reply, answer):
                    return reply
        except (ChildHung, UnfitProcessor):
            raise
        except ChildDied:
            listener.died = True
            if listener.loading:  # twice: native code gave up on this file
                raise unreadable(model) from None
            raise
        raise AssertionError("the stream ends with its final reply")


class _Listener:
    """Passes replies on, each character of text once, however often the answer began anew."""

    def __init__(self, on_text: OnText | None, on_prompt: OnPrompt | None) -> None:
        self._on_text = on_text
        self._on_prompt = on_prompt
        self._told = 0  # characters passed on
        self._seen = 0  # characters of the present attempt
        self.loading = False
        self.graphics = False  # whether a card took part when the model was loaded
        self.died = False

    def hear(self, reply: m.LlamaReply | Restarted) -> None:
        match reply:
            case Restarted():
                self._seen = 0
            case m.Loading():
                self.loading = True
                self.graphics = reply.graphics
            case m.Loaded():
                self.loading = False
            case m.PromptRead() if self._on_prompt:
                self._on_prompt(reply.done, reply.total)
            case m.Text():
                self._hear_text(reply.piece)

    def _hear_text(self, piece: str) -> None:
        known = max(0, min(len(piece), self._told - self._seen))
        self._seen += len(piece)
        if piece[known:] and self._on_text:
            self._on_text(piece[known:])
        self._told = max(self._told, self._seen)


class _Answers(_Listener):
    """Keeps each answer of many by its number."""

    def __init__(self) -> None:
        super().__init__(None, None)
        self.found: dict[int, m.Generated] = {}

    def hear(self, reply: m.LlamaReply | Restarted) -> None:
        super().hear(reply)
        if isinstance(reply, m.Generated):
            self.found[reply.number] = reply


def _segments(prompt: Prompt) -> tuple[m.Segment, ...]:
    return tuple(m.Segment(_whole(part.text), isinstance(part, Frame)) for part in prompt.parts)


def _whole(text: str) -> str:
    """Mail in a wrong charset can hold halves of surrogate pairs, which no pipe carries."""
    return text.encode("utf-8", "replace").decode("utf-8")
