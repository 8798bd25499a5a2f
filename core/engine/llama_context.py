"""A context of llama.cpp: tokens in, logits out, until a flag stops it or the graphics card gives up.

Imported by the llama child alone.
"""

import ctypes
import os
import sys
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt

from core.engine.messages import NO_GRAPHICS
from core.errors import Cancelled, ModelError

# The bindings' own annotations do not fit what ctypes takes (callbacks, arrays).
_llama: Any = llama_cpp

_ABORTED = 2  # llama_decode's return when the abort callback said so

Logits = npt.NDArray[np.float32]


class GraphicsError(Exception):
    """The graphics card did not take the model, or gave up. The processor may do, or the file is bad."""


def graphics_in_use() -> bool:
    """Whether models are computed on a graphics card."""
    return NO_GRAPHICS not in os.environ and bool(_llama.llama_supports_gpu_offload())


class AbortFlag:
    """A flag native code can look at without Python. llama.cpp asks its abort callback between any
    two operations; `strlen` of a one-byte string answers that (0 or 1) and never waits for the GIL."""

    def __init__(self) -> None:
        self._byte = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback = ctypes.cast(library.strlen, _llama.ggml_abort_callback)
        self.data = ctypes.cast(self._byte, ctypes.c_void_p)

    def set(self) -> None:
        self._byte[0] = b"\x01"

    def clear(self) -> None:
        self._byte[0] = b"\x00"

    def check(self) -> None:
        """Raises Cancelled when set."""
        if self._byte[0] != b"\x00":
            raise Cancelled


class Sequences:
    """A context that holds several sequences side by side, numbered from 0."""

    def __init__(self, context: int, count: int, n_vocab: int, flag: AbortFlag) -> None:
        self._context, self._n_vocab, self._flag = context, n_vocab, flag
        self.count = count

    def decode(self, batch: Any) -> None:
        """Computes a native batch. Raises Cancelled, ModelError."""
        decode(self._context, batch, self._flag)

    def logits(self, place: int) -> Logits:
        """Of the token at a place of the batch, which asked for them: [n_vocab], valid until the next."""
        return logits(self._context, place, self._n_vocab)

    def forget(self, sequence: int) -> None:
        _llama.llama_memory_seq_rm(_llama.llama_get_memory(self._context), sequence, -1, -1)


def decode(context: int | None, batch: Any, flag: AbortFlag) -> None:
    """Computes a native batch. Raises Cancelled, GraphicsError, ModelError."""
    flag.check()
    status = _llama.llama_decode(context, batch)
    if status == _ABORTED:
        raise Cancelled
    if status != 0 and graphics_in_use():
        raise GraphicsError
    if status != 0:
        raise ModelError("The model could not go on, perhaps for lack of memory; choose a smaller one.")


def logits(context: int | None, place: int, n_vocab: int) -> Logits:
    """Of the token at a place of the last batch: [n_vocab], valid until the next."""
    pointer = ctypes.cast(_llama.llama_get_logits_ith(context, place), ctypes.c_void_p)
    array = (ctypes.c_float * n_vocab).from_address(pointer.value or 0)
    return np.frombuffer(memoryview(array).cast("B"), dtype=np.float32)


@_llama.llama_log_callback  # type: ignore[untyped-decorator]
def _say_nothing(_level: int, _text: bytes, _data: object) -> None:
    pass


def silence() -> None:
    """llama.cpp prints its errors, paths included; what matters comes back as ModelError."""
    _llama.llama_log_set(_say_nothing, ctypes.c_void_p(0))
