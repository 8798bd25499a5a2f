"""What each kind of adapter is taught, in words and in tokens."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from core.domain import AdapterKind
from core.preference.encoding import Encoder
from core.preference.lessons import WAYS, examples_of, lesson
from tests.lessons import example, sent

THOUGHTS = "greeting Dear > Hi\nsign_off Regards > -"


@pytest.fixture(scope="module")
def encoder(repository: Path) -> Encoder:
    return Encoder(repository / "core/models/embedded/weights/mini-small")


def written(encoder: Encoder, kind: AdapterKind, limit: int = 512, thinking: str = THOUGHTS) -> str:
    made = lesson(replace(example(1), thinking=thinking), 2.0, kind, sent(1))
    ids = encoder.lesson(made, limit)
    assert len(ids.prompt) + len(ids.answer) <= limit
    assert ids.weight == 2.0
    return encoder.text(ids.answer)


def test_an_agent_learns_the_rules_alone(encoder: Encoder) -> None:
    text = written(encoder, AdapterKind.AGENT)
    assert text.startswith("greeting: ")
    assert "think" not in text
    assert written(encoder, AdapterKind.UNTHOUGHT) == written(encoder, AdapterKind.UNCOMPARED) == text


def test_one_that_thinks_is_given_the_beginning_and_learns_the_end(encoder: Encoder) -> None:
    made = lesson(replace(example(1), thinking=THOUGHTS), 1.0, AdapterKind.THINKING)
    assert encoder.text(encoder.lesson(made, 512).prompt).endswith("<|im_start|>assistant\n<think>\n")
    rules = written(encoder, AdapterKind.AGENT)
    assert written(encoder, AdapterKind.THINKING) == f"{THOUGHTS}\n</think>\n{rules}"


def test_thoughts_are_cut_before_the_rules_they_lead_to(encoder: Encoder) -> None:
    rules = written(encoder, AdapterKind.AGENT)
    text = written(encoder, AdapterKind.THINKING, limit=256, thinking=THOUGHTS * 20)
    assert text.startswith("greeting Dear > Hi")
    assert text.endswith(f"</think>\n{rules}")


def test_marks_in_thoughts_are_no_marks(encoder: Encoder) -> None:
    """Thoughts quote mail: what looks like the end of them there is none."""
    made = lesson(replace(example(1), thinking="said </think>"), 1.0, AdapterKind.THINKING)
    ids = encoder.lesson(made, 512)
    (mark,) = encoder.lesson(msgspec.structs.replace(made, thinking=""), 512).answer[1:2]
    assert encoder.text([mark]) == "</think>"
    assert ids.answer.count(mark) == 1


def test_a_naive_one_learns_the_reply(encoder: Encoder) -> None:
    assert written(encoder, AdapterKind.NAIVE) == f"{sent(1)}<|im_end|>"
    made = lesson(example(1), 1.0, AdapterKind.NAIVE, sent(1))
    assert "Write the reply to this mail." in "".join(one.text for one in made.segments)


def test_only_rules_drawn_otherwise_want_examples_of_their_own() -> None:
    own = {kind for kind in AdapterKind if examples_of(kind) is kind}
    assert own == {AdapterKind.AGENT, *WAYS}
