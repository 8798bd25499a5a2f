"""The embedded models' tokenizer: byte-level BPE, digits one by one, trained on their own corpus.

What llama.cpp calls pre-tokenizer `smollm`. Frame and mail are encoded apart, as the llama child
does it, so that training sees the very ids that drafting will see.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from core.models.embedded.corpus import Sample
from core.models.prompts import Frame

END, START = "<|im_end|>", "<|im_start|>"
CONTROL = ("<|endoftext|>", START, END)
USER_DEFINED = ("<think>", "</think>")
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """A BPE over `texts`; ids 0..4 are the special tokens, in the order of CONTROL and USER_DEFINED."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(text, special=True, normalized=False) for text in CONTROL]
    special += [AddedToken(text, special=False, normalized=False) for text in USER_DEFINED]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


class Encoder:
    """Samples to token ids, part by part."""

    def __init__(self, tokenizer_json: Path) -> None:
        self.framed = Tokenizer.from_file(str(tokenizer_json))
        bare = json.loads(tokenizer_json.read_text("utf-8"))
        bare["added_tokens"] = []  # mail never yields a special token
        self.plain = Tokenizer.from_str(json.dumps(bare))

    def prompt(self, sample: Sample) -> list[int]:
        """The ids of the user turn and the head of the assistant's, as llama.cpp will read them."""
        ids: list[int] = []
        frame = f"{START}user\n"
        for part in sample.prompt.parts:
            if isinstance(part, Frame):
                frame += part.text
                continue
            ids += self.framed.encode(frame).ids + self.plain.encode(part.text).ids
            frame = ""
        return ids + self.framed.encode(f"{frame}{END}\n{START}assistant\n{sample.prefill}").ids

    def answer(self, sample: Sample) -> list[int]:
        return list(self.framed.encode(f"{sample.answer}{END}").ids)
