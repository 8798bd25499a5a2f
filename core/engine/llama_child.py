"""The llama child: answers requests with local GGUF models, one at a time, until its parent ends."""

import codecs
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.engine import messages as m
from core.engine.gguf_file import Stamp, file_stamp
from core.engine.guess import Guess
from core.engine.inbox import Inbox
from core.engine.llama_batch import (
    Answer,
    Job,
    answer_all,
    answer_side_by_side,
    choose_seats,
    try_paces,
)
from core.engine.llama_build import describe_build, load_backends
from core.engine.llama_context import AbortFlag, GraphicsError, graphics_in_use, silence
from core.engine.llama_native import Model, PromptTokens
from core.engine.memory import peak_rss_mb
from core.engine.pipe import Failed, Pipe
from core.engine.sampler import Sampler
from core.errors import Cancelled, ModelError

_MODELS = 2  # M_L and M_A
_SIDE_BY_SIDE = 8  # cores at most: each has a context, some 40 MB, and no more answers are asked for
_FLUSH = 0.02  # seconds between pieces of text; a message a token would slow a tiny model down


def main(pipe: Pipe, idle: float | None) -> None:
    """Serves until `idle` seconds pass without a request."""
    silence()
    load_backends()
    flag = AbortFlag()
    inbox: Inbox[m.LlamaRequest] = Inbox(pipe, m.LlamaRequest, flag)
    server = _Server(pipe, flag)
    while (request := inbox.next(idle)) is not None:
        try:
            server.answer(request)
        except Cancelled:
            pipe.send(Failed("cancelled"))
        except GraphicsError:
            pipe.send(Failed("graphics"))
        except ModelError as error:
            pipe.send(Failed("model", str(error)))


class _Server:
    def __init__(self, pipe: Pipe, flag: AbortFlag) -> None:
        self._pipe = pipe
        self._flag = flag
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._stamps: dict[str, Stamp | None] = {}
        # The last one under each grammar, by model and adapter: what the next may be like.
        self._answers: dict[tuple[str, str, str], list[int]] = {}

    def answer(self, request: m.LlamaRequest) -> None:
        match request:
            case m.Generate():
                self._generate(request)
            case m.GenerateAll():
                self._generate_all(request.requests)
            case m.Prepare():
                self._prepare(request.request)
            case m.Tokenize():
                model = self._model(request.model, request.threads)
                self._pipe.send(m.Tokens(tuple(model.vocabulary.tokenize(request.text, request.special))))
            case m.TokenizePrompt():
                model = self._model(request.model, request.threads)
                prompt = model.prompt_tokens(_pairs(request.segments), request.prefill)
                self._pipe.send(m.Tokens(tuple(prompt.ids)))
            case m.Inspect():
                model = self._model(request.model, request.threads)
                model.prompt_tokens([("Hello", False)], "")  # its template is a program: does it serve?
                self._pipe.send(m.Inspected(*model.describe(), model.n_train))
            case m.DescribeBuild():
                self._pipe.send(describe_build())

    def _generate(self, request: m.Generate) -> None:
        started = time.perf_counter()
        model = self._ready(request)
        if model is None:
            return
        prompt, cached = self._read(model, request)
        sampler = _sampler(model, request)
        # Only what a grammar shapes is much the same from one time to the next: rules are, drafts are not.
        kind = (request.model, request.adapter_key, request.grammar) if request.grammar else None
        guess = Guess(self._answers[kind]) if kind in self._answers and model.can_go_back else None
        said: list[int] = []
        try:
            text, count, stopped = self._write(model, sampler, request.max_tokens, guess, said)
        finally:
            sampler.free()
        if kind is not None:
            self._answers[kind] = said
        seconds = time.perf_counter() - started
        read = len(prompt.ids)
        self._pipe.send(m.Generated(text, read, count, cached, prompt.cut, seconds, stopped, peak_rss_mb()))

    def _prepare(self, request: m.Generate) -> None:
        model = self._ready(request)
        if model is None:
            return
        prompt, _ = self._read(model, request)
        self._pipe.send(m.Prepared(len(prompt.ids)))

    def _read(self, model: Model, request: m.Generate) -> tuple[PromptTokens, int]:
        """The prompt, and how many of its tokens were in the cache."""
        prompt = model.prompt_tokens(_pairs(request.segments), request.prefill, request.max_tokens)
        return prompt, model.read(prompt, request.max_tokens, self._told_read)

    def _generate_all(self, requests: tuple[m.Generate, ...]) -> None:
        model = self._ready(requests[0])
        if model is None:
            return
        cuts, jobs = [], []
        try:
            for one in requests:
                prompt = model.prompt_tokens(_pairs(one.segments), one.prefill, one.max_tokens)
                cuts.append(prompt.cut)
                jobs.append(Job(prompt.ids, _sampler(model, one), one.max_tokens))
            before = time.perf_counter()

            def told(number: int, answer: Answer) -> None:
                nonlocal before
                now = time.perf_counter()
                read, took, before = len(jobs[number].tokens), now - before, now
                made = (answer.text, read, answer.new_tokens, 0, cuts[number], took, answer.stopped)
                self._pipe.send(m.Generated(*made, peak_rss_mb(), number))

            if model.side_by_side > 1:
                answer_side_by_side(model, jobs, min(model.side_by_side, _SIDE_BY_SIDE), told)
            else:
                answer_all(model, jobs, self._seats_for(model, len(jobs)), told)
        finally:
            for job in jobs:
                job.sampler.free()
        self._pipe.send(m.AllGenerated())

    def _seats_for(self, model: Model, jobs: int) -> int:
        if model.is_tiny or jobs == 1:
            return 1
        model.paces = model.paces or try_paces(model)
        return choose_seats(model.paces, jobs)

    def _ready(self, request: m.Generate) -> Model | None:
        """The model with the request's adapter on; None where the adapter has to be sent first."""
        model = self._model(request.model, request.threads)
        if request.adapter_key and not model.has_adapter(request.adapter_key):
            if not request.adapter:
                self._pipe.send(Failed("adapter"))
                return None
            model.add_adapter(request.adapter_key, request.adapter)
        model.use_adapter(request.adapter_key)
        return model

    def _write(
        self, model: Model, sampler: Sampler, most: int, guess: Guess | None, said: list[int]
    ) -> tuple[str, int, str]:
        """Text, number of tokens, and why it ended; `said` is filled with the tokens."""
        stream = _Stream(self._pipe)
        most = min(most, model.room())
        for token in _tokens(model, sampler, most, guess, said):
            if model.vocabulary.ends(token):
                return stream.finish(), len(said), "end"
            said.append(token)
            stream.add(model.vocabulary.piece(token))
        return stream.finish(), most, "length"

    def _told_loading(self) -> None:
        self._pipe.send(m.Loading(graphics_in_use()))

    def _told_read(self, done: int, total: int) -> None:
        self._pipe.send(m.PromptRead(done, total))

    def _model(self, path: str, threads: int) -> Model:
        stamp = file_stamp(Path(path))
        if path in self._models and self._stamps[path] != stamp:  # another file of that name by now
            self._models.pop(path).free()
        if path not in self._models:
            while len(self._models) >= _MODELS:
                self._models.popitem(last=False)[1].free()
            self._told_loading()
            self._models[path] = Model(Path(path), threads, self._flag, self._told_loading)
            self._stamps[path] = stamp
            self._pipe.send(m.Loaded())
        self._models.move_to_end(path)
        return self._models[path]


def _tokens(
    model: Model, sampler: Sampler, most: int, guess: Guess | None, said: Sequence[int]
) -> Iterator[int]:
    """The answer's tokens, `most` at most, each picked from what the model says after those before, which
    the caller adds to `said`."""
    token = sampler.pick(model.logits())
    yield token
    while len(said) < most:
        ahead = guess.after(said)[: most - len(said) - 1] if guess else []
        if not ahead:
            model.decode([token])
            token = sampler.pick(model.logits())
            yield token
            continue
        model.try_ahead([token, *ahead])
        right = 0
        for place in range(len(ahead) + 1):
            token = sampler.pick(model.logits_at(place))
            right = place
            if place == len(ahead) or token != ahead[place]:
                break
            yield token
        model.take_back(len(ahead) - right)
        if guess:
            guess.was_right(right == len(ahead))
        yield token


class _Stream:
    """Sends text as it comes, never half a character, and keeps it all."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._text = ""
        self._sent = 0.0

    def add(self, piece: bytes) -> None:
        self._pending += self._decoder.decode(piece)
        now = time.monotonic()
        if now - self._sent >= _FLUSH:
            self._flush()
            self._sent = now

    def finish(self) -> str:
        self._pending += self._decoder.decode(b"", final=True)
        self._flush()
        return self._text

    def _flush(self) -> None:
        if self._pending:
            self._pipe.send(m.Text(self._pending))
            self._text += self._pending
            self._pending = ""


def _sampler(model: Model, request: m.Generate) -> Sampler:
    return Sampler(
        model.vocabulary.pointer,
        model.n_vocab,
        request.temperature,
        request.seed,
        request.grammar,
        request.repeat_penalty,
    )


def _pairs(segments: tuple[m.Segment, ...]) -> list[tuple[str, bool]]:
    return [(segment.text, segment.ours) for segment in segments]
