"""Lessons as token ids, part by part, just as the llama child feeds them. Runs in the training child."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from core.engine.messages import Segment
from core.engine.template import assemble, split_template
from core.errors import ModelError
from core.preference.training_messages import Lesson

# Where a model folder tells no template: the one of the embedded models.
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_HEAD = 48  # tokens of a cut piece of mail that stay: who wrote, and about what


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
            self._before, self._after = split_template(_template(base), "", "", thinking=False)
            self.end = _end_token(base, self._ours)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError("The small model's folder is damaged; get the model again.") from error

    def prompt(self, segments: Sequence[Segment]) -> list[int]:
        return [token for ids, _ in self._pieces(segments) for token in ids]

    def lesson(self, lesson: Lesson, limit: int) -> Ids:
        """At most `limit` tokens: mail is cut first, its longest piece from the end."""
        answer = [*self._data.encode(lesson.answer, add_special_tokens=False).ids, self.end][: limit // 2]
        pieces = self._pieces(lesson.segments)
        over = sum(len(ids) for ids, _ in pieces) + len(answer) - limit
        while over > 0:
            longest = max((ids for ids, ours in pieces if not ours), key=len, default=[])
            cut = min(over, len(longest) - _HEAD)
            if cut <= 0:
                break
            del longest[len(longest) - cut :]
            over -= cut
        prompt = [token for ids, _ in pieces for token in ids]
        return Ids(tuple(prompt[: limit - len(answer)]), tuple(answer), lesson.weight)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._ours.decode(list(ids), skip_special_tokens=False))

    def _pieces(self, segments: Sequence[Segment]) -> list[tuple[list[int], bool]]:
        pairs = [(segment.text, segment.ours) for segment in segments]
        return [
            ((self._ours if ours else self._data).encode(text, add_special_tokens=False).ids, ours)
            for text, ours in assemble(self._before, pairs, self._after, "")
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
