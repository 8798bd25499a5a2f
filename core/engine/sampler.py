"""Chooses the next token: greedy or by temperature, under a grammar, with a mild repeat penalty.

A grammar is asked about one candidate first and about the whole vocabulary only when that one is
refused: a full look costs more than computing a token of a small model.
"""

import ctypes
from typing import Any

import llama_cpp
import numpy as np

from core.engine.llama_context import Logits

_llama: Any = llama_cpp

_PENALTY_WINDOW = 64  # tokens of the answer (never of the mail: facts are copied from there)
_TOP_P = 0.95


class Sampler:
    """Lives for one answer; `free` gives its native parts back."""

    def __init__(
        self, vocab: int, n_vocab: int, temperature: float, seed: int, grammar: str, repeat_penalty: float
    ) -> None:
        """Raises ValueError for a grammar that llama.cpp cannot parse (ours, so a bug)."""
        self._table = np.zeros(n_vocab, dtype=[("id", "i4"), ("logit", "f4"), ("p", "f4")])
        self._ids = np.arange(n_vocab, dtype=np.int32)
        self._plain = temperature <= 0 and repeat_penalty == 1.0
        self._chain = _chain(n_vocab, temperature, seed, repeat_penalty)
        self._grammar: Any = None
        if grammar:
            self._grammar = _llama.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            if not self._grammar:
                raise ValueError("grammar does not parse")

    def pick(self, logits: Logits) -> int:
        """The next token for [n_vocab] logits, and counts it as said."""
        token = int(logits.argmax()) if self._plain else self._choose(logits, under_grammar=False)
        if self._grammar is not None:
            if not self._allowed(token):
                token = self._choose(logits, under_grammar=True)
            _llama.llama_sampler_accept(self._grammar, token)
        _llama.llama_sampler_accept(self._chain, token)
        return token

    def free(self) -> None:
        _llama.llama_sampler_free(self._chain)
        if self._grammar is not None:
            _llama.llama_sampler_free(self._grammar)

    def _choose(self, logits: Logits, under_grammar: bool) -> int:
        self._table["id"] = self._ids
        self._table["logit"] = logits
        candidates = _candidates(self._table)
        if under_grammar:
            _llama.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
        _llama.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)

    def _allowed(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], dtype=self._table.dtype)
        candidates = _candidates(one)
        _llama.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
        return bool(np.isfinite(one["logit"][0]))


def _chain(n_vocab: int, temperature: float, seed: int, repeat_penalty: float) -> Any:
    chain = _llama.llama_sampler_chain_init(_llama.llama_sampler_chain_default_params())
    if repeat_penalty != 1.0:
        part = _llama.llama_sampler_init_penalties(n_vocab, _PENALTY_WINDOW, repeat_penalty, 0.0, 0.0)
        _llama.llama_sampler_chain_add(chain, part)
    if temperature <= 0:
        _llama.llama_sampler_chain_add(chain, _llama.llama_sampler_init_greedy())
    else:
        _llama.llama_sampler_chain_add(chain, _llama.llama_sampler_init_top_p(_TOP_P, 1))
        _llama.llama_sampler_chain_add(chain, _llama.llama_sampler_init_temp(temperature))
        _llama.llama_sampler_chain_add(chain, _llama.llama_sampler_init_dist(seed))
    return chain


def _candidates(table: "np.ndarray[Any, Any]") -> Any:
    pointer = ctypes.cast(table.ctypes.data, _llama.llama_token_data_p)
    return _llama.llama_token_data_array(pointer, len(table), -1, False)
