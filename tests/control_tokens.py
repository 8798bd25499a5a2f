"""Hostile text, tokenised as data beside a frame, with the vocabularies of many families: which of its tokens
are control tokens. Runs as a program, for llama.cpp belongs in a process of its own:
python -m tests.control_tokens FOLDER, the folder `models` of llama.cpp's source."""

import json
import os
import sys
from pathlib import Path

import llama_cpp

from core.engine.llama_context import silence
from core.engine.llama_vocabulary import Vocabulary
from core.engine.template import split_template
from core.errors import ModelError
from core.mail.parse import parse_message
from tests.hostile_mail import messages
from tests.tiny_models import TEMPLATE

_USER_DEFINED = 16  # LLAMA_TOKEN_ATTR_USER_DEFINED


class Tokens(Vocabulary):
    """Of a file without weights; any chat template can be laid round them."""

    def __init__(self, path: Path) -> None:
        """Not by way of Model: that refuses, with reason, such a file. Raises ModelError."""
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise ModelError("not a vocabulary that this llama.cpp can read")
        super().__init__(self._model)

    def free(self) -> None:
        llama_cpp.llama_model_free(self._model)

    def yielded(self, text: str, template: str) -> list[int]:
        """Control tokens, ends of an answer and markup tokens among those of data."""
        self._template = template.encode()
        pieces = self.pieces([("Write.\n\n# Mail\n", True), (text, False), ("\n# Notes\n", True)], "")
        assert any(ids for ids, ours in pieces if not ours)
        return [token for ids, ours in pieces if not ours for token in ids if self._is_control(token)]

    def frame_tokens(self, text: str) -> int:
        """Control tokens where the same text counts as ours: what the test is about."""
        return sum(map(self._is_control, self.tokenize(text, special=True)))

    def _is_control(self, token: int) -> bool:
        markup = self._token_text(token)
        marked = llama_cpp.llama_vocab_get_attr(self._vocab, token) & _USER_DEFINED
        return bool(
            llama_cpp.llama_vocab_is_control(self._vocab, token)
            or self.ends(token)
            or (marked and len(markup) > 2 and markup[0] in "<[" and markup[-1] in ">]")
        )


def main(folder: Path) -> None:
    silence()
    mails = [parse_message(one.raw) for one in messages()]
    texts = [f"From: {mail.sender.name}\nSubject: {mail.subject}\n\n{mail.text}" for mail in mails]
    templates = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("templates/*.jinja"))}
    usable = [TEMPLATE, *(template for template in templates.values() if _takes_a_turn(template))]
    marks = sorted({mark for text in texts for mark in text.split() if "<" in mark or "[" in mark})
    for path in sorted(folder.glob("ggml-vocab-*.gguf")):
        if (
            "bert" in path.stem
        ):  # reads, but never writes: it has no turns, and a control token for what it lacks
            continue
        try:
            vocabulary = Tokens(path)
        except ModelError:
            continue
        yielded = sum(len(vocabulary.yielded(text, TEMPLATE)) for text in texts)
        # The template stands in the frame alone, so one hostile text with each shows the rest.
        yielded += sum(len(vocabulary.yielded(" ".join(marks), template)) for template in usable)
        told = {
            "name": path.stem,
            "yielded": yielded,
            "as_frame": vocabulary.frame_tokens(" ".join(marks)),
            "templates": len(usable),
            "texts": len(texts),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        vocabulary.free()


def _takes_a_turn(template: str) -> bool:
    try:
        split_template(template, "<s>", "</s>", thinking=False)
    except ModelError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
