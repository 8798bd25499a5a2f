"""One GGUF model in llama.cpp, through its C functions: context, KV cache, adapters.

Imported by the llama child alone. The high-level classes of llama-cpp-python are not used: they
render a chat and tokenise it in one piece, special tokens on, which is not for mail.
"""

import ctypes
import hashlib
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from core.engine.gguf_file import check_gguf, unreadable
from core.engine.llama_context import (
    AbortFlag,
    GraphicsError,
    Logits,
    Sequences,
    decode,
    graphics_in_use,
    logits,
)
from core.engine.llama_vocabulary import Vocabulary
from core.engine.template import shorten
from core.errors import Cancelled, ModelError

# The bindings' own annotations do not fit what ctypes takes (callbacks, arrays).
_llama: Any = llama_cpp

BATCH = 512  # tokens at most that are computed together
# A prompt is read by these, and kept of the one before is what ends where a step did: sums are then taken in
# the same order whatever the cache holds, and the text is the same to the letter. On two cores a step of 128
# took 2 % longer over a prompt than one of 512, and 64 took 14 %; a tiny model, over which 128 took a fifth
# longer, reads BATCH at once.
_STEP = 128
_SMALLEST_CONTEXT = 2048
_ROOM = 16  # tokens an answer needs at the very least
_ADAPTERS = 4  # kept loaded per model
_TINY = 50_000_000  # parameters; below, threads cost more in waiting than they save per token


@dataclass(frozen=True)
class PromptTokens:
    """`cut` tokens of the data were left out. The first `stable` ones, the task and the mail, begin the
    prompt of a redraft too: notes and rules come after them. 0 where there is no long piece of data."""

    ids: list[int]
    cut: int = 0
    stable: int = 0


class Model:
    """A loaded model with one context. `cached` are the tokens its KV cache holds."""

    def __init__(
        self, path: Path, threads: int, flag: AbortFlag, on_loading: Callable[[], None] = lambda: None
    ) -> None:
        """`threads` 0 chooses by the machine and the model; `on_loading` is called every second while it
        loads. Raises ModelError (not a usable model), Cancelled."""
        check_gguf(path)
        self._flag = flag
        self._graphics = graphics_in_use()
        self._model = self._load(path, on_loading)
        self.is_tiny = int(_llama.llama_model_n_params(self._model)) < _TINY
        self._step = BATCH if self._graphics or self.is_tiny else _STEP
        self._threads = threads or (1 if self.is_tiny else _cores())
        self._batch_threads = threads or _cores()
        self.n_train = int(_llama.llama_model_n_ctx_train(self._model))
        self.vocabulary = Vocabulary(self._model)
        self.n_vocab = self.vocabulary.size
        self._adapters: OrderedDict[str, int] = OrderedDict()
        self._adapter = ""
        self._context: int | None = None
        self._size = 0
        self.cached: list[int] = []
        self.paces: dict[int, float] = {}  # of several answers at once, when that was tried
        self._steps: list[int] = []  # where those of the prompt in the cache end
        self._told = 0  # how long the cache was when the logits were computed

    def free(self) -> None:
        """Gives all memory back; the object is of no use afterwards."""
        if self._context is not None:
            _llama.llama_free(self._context)
        _llama.llama_model_free(self._model)

    def prompt_tokens(
        self, segments: Sequence[tuple[str, bool]], prefill: str, answer: int = 0
    ) -> PromptTokens:
        """A whole user turn in the model's chat template: frame with special tokens on, data with them
        off and no marker whole. Data that would leave no room for an answer of `answer` tokens is cut."""
        pieces = self.vocabulary.pieces(segments, prefill)
        cut = shorten(pieces, self.n_train - max(_ROOM, min(answer, self.n_train // 2)))
        ends = accumulate(len(ids) for ids, _ in pieces)
        long = (end for end, (ids, _) in zip(ends, pieces, strict=True) if len(ids) >= _STEP)
        return PromptTokens([token for ids, _ in pieces for token in ids], cut, max(long, default=0))

    @property
    def side_by_side(self) -> int:
        """How many answers can be written at once by a core each: 1 where a single one keeps all busy."""
        return self._batch_threads // self._threads if self.is_tiny else 1

    def describe(self) -> tuple[str, str, int]:
        """Architecture, the maker's name for it, number of parameters."""
        return (
            self._meta("general.architecture"),
            self._meta("general.name"),
            int(_llama.llama_model_n_params(self._model)),
        )

    # Computing

    def read(self, prompt: PromptTokens, answer: int, on_read: Callable[[int, int], None]) -> int:
        """Brings the KV cache to hold a prompt and room for `answer` tokens more; returns how many were
        there already. `on_read` gets (done, in all) before the first step and after each. What was read
        when it is cancelled stays read.

        Raises ModelError when they do not fit the model, Cancelled."""
        tokens = prompt.ids
        self._make_room(len(tokens), answer)
        if self._told == len(tokens) and self.cached == tokens:
            on_read(len(tokens), len(tokens))
            return len(tokens)  # read ahead, to the logits that begin the answer
        steps = self._ends_of_steps(prompt)
        shared = done = self._keep_common(tokens, steps)
        self._steps = steps
        on_read(shared, len(tokens))
        for end in (end for end in steps if end > shared):
            self.decode(tokens[done:end])
            done = end
            on_read(end, len(tokens))
        return shared

    def _ends_of_steps(self, prompt: PromptTokens) -> list[int]:
        """One where what is stable ends, so that a redraft reads what comes after it and nothing else."""
        whole, stable = len(prompt.ids), prompt.stable
        starts = [*range(0, stable, self._step), *range(stable, whole, self._step)]
        return [*starts[1:], whole]

    def check_length(self, prompt: int) -> None:
        """Raises ModelError for a prompt of more tokens than the model reads."""
        if prompt + _ROOM > self.n_train:
            raise ModelError(
                f"This is too long for the model: {prompt} tokens, and it reads at most"
                f" {self.n_train - _ROOM}; choose a model with a larger context."
            )

    def decode(self, tokens: Sequence[int]) -> None:
        """Computes at most BATCH further tokens. Raises Cancelled, ModelError."""
        self._told = 0
        array = (_llama.llama_token * len(tokens))(*tokens)
        decode(self._context, _llama.llama_batch_get_one(array, len(tokens)), self._flag)
        self.cached.extend(tokens)
        self._told = len(self.cached)

    @property
    def can_go_back(self) -> bool:
        """Whether the last tokens can be taken back; a recurrent model cannot forget a part."""
        recurrent, hybrid = _llama.llama_model_is_recurrent, _llama.llama_model_is_hybrid
        return not (recurrent(self._model) or hybrid(self._model))

    def try_ahead(self, tokens: Sequence[int]) -> None:
        """As `decode`, for tokens of which only the first is certain: `logits_at` tells of each, and
        `take_back` lets the wrong ones go. Raises Cancelled, ModelError."""
        self._told = 0
        batch = _llama.llama_batch_init(len(tokens), 0, 1)
        try:
            for at, token in enumerate(tokens):
                batch.token[at], batch.pos[at], batch.logits[at] = token, len(self.cached) + at, True
                batch.n_seq_id[at], batch.seq_id[at][0] = 1, 0
            batch.n_tokens = len(tokens)
            decode(self._context, batch, self._flag)
        finally:
            _llama.llama_batch_free(batch)
        self.cached.extend(tokens)

    def logits_at(self, place: int) -> Logits:
        """Of a token of the last `try_ahead`: [n_vocab], valid until the next decode."""
        return logits(self._context, place, self.n_vocab)

    def take_back(self, count: int) -> None:
        """The last `count` tokens were not said. Raises Cancelled, ModelError."""
        if not count:
            return
        left = self.cached[:-count]
        if _llama.llama_memory_seq_rm(_llama.llama_get_memory(self._context), 0, len(left), -1):
            self.cached = left
            return
        self._forget()  # a cache that keeps a window alone may have lost what stands before
        for start in range(0, len(left), self._step):
            self.decode(left[start : start + self._step])

    def logits(self) -> Logits:
        """Of the last token decoded: [n_vocab], valid until the next decode."""
        return logits(self._context, -1, self.n_vocab)

    def room(self) -> int:
        """Tokens that still fit the context."""
        return self._size - len(self.cached)

    @contextmanager
    def sequences(self, count: int, longest: int, alone: bool = True) -> "Iterator[Sequences]":
        """A further context, for `count` sequences of up to `longest` tokens, under the adapter now in use.
        Not `alone`, it leaves the other cores to contexts that compute beside it. Raises ModelError."""
        context = self._new_context(count * min(longest, self.n_train), count)
        if not alone:
            _llama.llama_set_n_threads(context, self._threads, self._threads)
        try:
            self._apply_adapter(context)
            yield Sequences(context, count, self.n_vocab, self._flag)
        finally:
            _llama.llama_free(context)

    # Adapters

    def has_adapter(self, key: str) -> bool:
        return key in self._adapters

    def add_adapter(self, key: str, data: bytes) -> None:
        """Loads a LoRA adapter and proves that it changes what the model says.

        Raises ModelError where it does not fit or changes nothing."""
        if hashlib.sha256(data).hexdigest() != key:
            raise ValueError("adapter and key differ")
        with _as_path(data) as path:
            adapter = _llama.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not adapter:
            raise ModelError("The learned style does not fit this model; learn again with it.")
        self._adapters[key] = adapter
        if not self._changes_output(key):
            self._drop(key)
            raise ModelError("The learned style changes nothing in this model; learn again with it.")
        while len(self._adapters) > _ADAPTERS:
            self._drop(next(iter(self._adapters)))

    def use_adapter(self, key: str) -> None:
        """Switches to a loaded adapter, or to none for ''. What the cache holds was computed under
        the one before, so it is dropped."""
        if key:
            self._adapters.move_to_end(key)
        if key == self._adapter:
            return
        self._adapter = key
        if self._context is not None:
            self._apply_adapter(self._context)
        self._forget()

    def _changes_output(self, key: str) -> bool:
        probe = self.prompt_tokens([("Could we meet on Monday?", False)], "").ids
        outputs = []
        for each in ("", key):
            self.use_adapter(each)
            self._make_room(len(probe), _ROOM)
            self._forget()
            self.decode(probe[-BATCH:])
            outputs.append(self.logits().copy())
        bare, adapted = outputs
        difference = np.abs(adapted - bare).max()
        return bool(np.isfinite(difference) and difference > 1e-5 * max(1.0, float(np.abs(bare).max())))

    def _drop(self, key: str) -> None:
        if self._adapter == key:
            self.use_adapter("")
        _llama.llama_adapter_lora_free(self._adapters.pop(key))

    def _apply_adapter(self, context: int) -> None:
        pointers = [self._adapters[self._adapter]] if self._adapter else []
        adapters = (_llama.llama_adapter_lora_p_ctypes * len(pointers))(*pointers)
        scales = (ctypes.c_float * len(pointers))(*(1.0 for _ in pointers))
        if _llama.llama_set_adapters_lora(context, adapters, len(pointers), scales) != 0:
            raise ModelError("The learned style could not be applied to this model; learn again with it.")

    # Insides

    def _load(self, path: Path, on_loading: Callable[[], None]) -> int:
        told = time.monotonic()

        def go_on(_done: float, _data: object) -> bool:
            nonlocal told
            if time.monotonic() - told > 1:
                on_loading()
                told = time.monotonic()
            return not self._stopped()

        parameters = _llama.llama_model_default_params()
        keep_on = _llama.llama_progress_callback(go_on)
        parameters.progress_callback = keep_on
        devices = (ctypes.c_void_p * 1)(None)  # a list with none in it
        if not self._graphics:
            parameters.n_gpu_layers = 0
            parameters.devices = ctypes.cast(devices, ctypes.c_void_p)
        model = _llama.llama_model_load_from_file(os.fsencode(path), parameters)
        self._flag.check()
        if not model and self._graphics:
            raise GraphicsError
        if not model:
            raise unreadable(path)
        return int(model)

    def _stopped(self) -> bool:
        try:
            self._flag.check()
        except Cancelled:
            return True
        return False

    def _make_room(self, prompt: int, answer: int) -> None:
        self.check_length(prompt)
        need = min(prompt + answer, self.n_train)
        if self._context is not None and need <= self._size:
            return
        size = min(_SMALLEST_CONTEXT, self.n_train)
        while size < need:
            size = min(size * 2, self.n_train)
        self._open_context(size)

    def _open_context(self, size: int) -> None:
        if self._context is not None:
            _llama.llama_free(self._context)
            self._context = None
        self._context, self._size, self.cached = self._new_context(size, 1), size, []
        self._told = 0
        self._apply_adapter(self._context)

    def _new_context(self, size: int, sequences: int) -> int:
        parameters = _llama.llama_context_default_params()
        parameters.n_ctx = size
        parameters.n_seq_max = sequences
        parameters.n_batch, parameters.n_ubatch = BATCH, self._step
        if not self._graphics:
            # On a processor it saves 5 % in reading and costs half as much again in writing.
            parameters.flash_attn_type = _llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.n_threads = self._threads
        parameters.n_threads_batch = self._batch_threads
        parameters.abort_callback = self._flag.callback
        parameters.abort_callback_data = self._flag.data
        context = _llama.llama_init_from_model(self._model, parameters)
        if not context and self._graphics:
            raise GraphicsError
        if not context:
            raise ModelError("There is not enough memory for this model; choose a smaller one.")
        return int(context)

    def _keep_common(self, tokens: Sequence[int], steps: Sequence[int]) -> int:
        # The last token is computed again in any case: its logits begin the answer.
        most = min(len(self.cached), len(tokens) - 1)
        alike = next((i for i in range(most) if self.cached[i] != tokens[i]), most)
        shared = 0
        for end, before in zip(steps, self._steps, strict=False):
            if end != before or end > alike:
                break
            shared = end
        memory = _llama.llama_get_memory(self._context)
        # Recurrent models cannot forget a part.
        if not _llama.llama_memory_seq_rm(memory, 0, shared, -1):
            self._forget()
            return 0
        del self.cached[shared:]
        self._told = 0
        return shared

    def _forget(self) -> None:
        if self._context is not None:
            _llama.llama_memory_clear(_llama.llama_get_memory(self._context), True)
        self.cached, self._told = [], 0

    def _meta(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        count = _llama.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if count >= 0 else ""


@contextmanager
def _as_path(data: bytes) -> Iterator[str]:
    """A path that reads as `data`. An adapter can have memorised mail, so on Linux it is a file in
    memory without a name; elsewhere a private temporary file, gone right after."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("adapter")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
        return
    with tempfile.TemporaryDirectory(prefix="longhand-") as folder:  # mode 0700
        path = Path(folder) / "adapter.gguf"
        path.write_bytes(data)
        yield str(path)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
