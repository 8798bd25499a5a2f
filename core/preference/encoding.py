"""Lessons as token ids, part by part, just as the llama child feeds them. Runs in the training child."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from core.engine.messages import Segment
from core.engine.template import assemble, shorten, split_template
from core.errors import ModelError
from core.preference.training_messages import Lesson

# Where a model folder tells no template: the one of the embedded models.
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True)
class Ids:
    """A lesson in tokens: what the model reads, and what it is to write (its end token included)."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    weight: float


class Encoder:
    def __init__(self, base: Path) -> None:
        """Raises ModelError for a folder without a usable tokenizer."""
        try:
            text = (base / "tokenizer.json").read_text("utf-8")
            self._ours = Tokenizer.from_str(text)
            bare = json.loads(text)
            bare["added_tokens"] = []  # data never yields a special token
            self._data = Tokenizer.from_str(json.dumps(bare))
            template = _template(base)
            self._plain = split_template(template, "", "", thinking=False)
            self._thinking = split_template(template, "", "", thinking=True)
            self.end = _end_token(base, self._ours)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError("The small model's folder is damaged; get the model again.") from error

    def prompt(self, segments: Sequence[Segment]) -> list[int]:
        return [token for ids, _ in self._pieces(segments) for token in ids]

    def lesson(self, lesson: Lesson, limit: int) -> Ids:
        """At most `limit` tokens: mail is cut first, its longest piece from the end. Thoughts are cut before
        the answer they lead to."""
        answer = [*self._bare(lesson.answer), self.end][: limit // 2]
        if lesson.thinking is not None:
            end = self._ours.encode("</think>\n", add_special_tokens=False).ids
            room = max(0, limit // 2 - len(answer) - len(end))
            answer = [*self._bare(f"{lesson.thinking}\n")[:room], *end, *answer]
        pieces = self._pieces(lesson.segments, thinking=lesson.thinking is not None)
        shorten(pieces, limit - len(answer))
        prompt = [token for ids, _ in pieces for token in ids]
        return Ids(tuple(prompt[: limit - len(answer)]), tuple(answer), lesson.weight)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._ours.decode(list(ids), skip_special_tokens=False))

    def _bare(self, text: str) -> list[int]:
        return list(self._data.encode(text, add_special_tokens=False).ids)

    def _pieces(self, segments: Sequence[Segment], thinking: bool = False) -> list[tuple[list[int], bool]]:
        pairs = [(segment.text, segment.ours) for segment in segments]
        before, after = self._thinking if thinking else self._plain
        return [
            (self._ours.encode(text, add_special_tokens=False).ids if ours else self._bare(text), ours)
            for text, ours in assemble(before, pairs, after, "<think>\n" if thinking else "")
        ]


def _template(base: Path) -> str:
    if (file := base / "chat_template.jinja").exists():
        return file.read_text("utf-8")
    if (file := base / "tokenizer_config.json").exists():
        template = json.loads(file.read_text("utf-8")).get("chat_template")
        if isinstance(template, str):
            return template
    return _CHATML


def _end_token(base: Path, tokenizer: Tokenizer) -> int:
    """What ends an answer. Raises ValueError where the model does not say."""
    chat_end = tokenizer.token_to_id("<|im_end|>")
    if chat_end is not None:
        return int(chat_end)
    named = json.loads((base / "config.json").read_text("utf-8"))["eos_token_id"]
    if isinstance(named, list):
        named = named[0]
    if not isinstance(named, int):
        raise ValueError("no end token")
    return named
