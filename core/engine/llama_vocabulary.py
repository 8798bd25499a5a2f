"""Text and tokens of one GGUF model in llama.cpp: our frame with its markers, mail never with any.

Imported by the llama child alone.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp

from core.engine.template import assemble, defuse, split_template
from core.errors import ModelError

# The bindings' own annotations do not fit what ctypes takes (callbacks, arrays).
_llama: Any = llama_cpp

_USER_DEFINED = 1 << 4  # LLAMA_TOKEN_ATTR_USER_DEFINED


class Vocabulary:
    """`size` tokens; of use while the model is loaded. `pointer` is llama.cpp's own."""

    def __init__(self, model: int) -> None:
        """`model`: llama.cpp's pointer to a loaded model."""
        self._vocab = _llama.llama_model_get_vocab(model)
        self.pointer = int(self._vocab)
        self.size = int(_llama.llama_vocab_n_tokens(self._vocab))
        self._template = _llama.llama_model_chat_template(model, None)
        self._markers = self._find_markers()

    def tokenize(self, text: str, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 16
        ids = (_llama.llama_token * room)()
        count = _llama.llama_tokenize(self._vocab, data, len(data), ids, room, False, special)
        if count < 0:
            raise ValueError("tokenizer wants more tokens than bytes")
        return list(ids[:count])

    def pieces(self, segments: Sequence[tuple[str, bool]], prefill: str) -> list[tuple[list[int], bool]]:
        """A user turn in the chat template, as (ids, ours): frame with special tokens on, data with them off
        and no marker whole. Raises ModelError."""
        if not self._template:
            raise ModelError("This model has no chat template; choose an instruct model.")
        bos = int(_llama.llama_vocab_bos(self._vocab))
        before, after = split_template(
            self._template.decode("utf-8", "replace"),
            self._token_text(bos),
            self._token_text(int(_llama.llama_vocab_eos(self._vocab))),
            thinking=bool(prefill),
        )
        pieces = []
        for text, ours in assemble(before, segments, after, prefill):
            bits = [text] if ours else defuse(text, self._markers)
            pieces.append(([token for bit in bits for token in self.tokenize(bit, special=ours)], ours))
        if _llama.llama_vocab_get_add_bos(self._vocab) and pieces[0][0][:1] != [bos]:
            pieces.insert(0, ([bos], True))
        return pieces

    def piece(self, token: int) -> bytes:
        """What a token adds to the text; nothing for control tokens."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = _llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def ends(self, token: int) -> bool:
        return bool(_llama.llama_vocab_is_eog(self._vocab, token))

    def _find_markers(self) -> tuple[str, ...]:
        """User-defined tokens that look like markup; runs of blanks and the like stay whole."""
        found = []
        for token in range(self.size):
            if _llama.llama_vocab_get_attr(self._vocab, token) & _USER_DEFINED:
                text = self._token_text(token)
                if len(text) > 2 and text[0] in "<[" and text[-1] in ">]":
                    found.append(text)
        return tuple(found)

    def _token_text(self, token: int) -> str:
        if token < 0:
            return ""
        text = _llama.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace") if text else ""
