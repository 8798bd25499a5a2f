"""Chat templates are cut round the user's turn; data is cut inside every marker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.template import assemble, defuse, shorten, split_template
from core.errors import ModelError
from tests.tiny_models import TEMPLATE

MARKERS = ("<think>", "</think>", "<|tool|>")


def test_before_and_after_the_turn() -> None:
    assert split_template(TEMPLATE, "", "", thinking=False) == (
        "<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
    )


def test_a_template_sees_the_special_tokens_and_the_thinking_switch() -> None:
    template = (
        "{{ bos_token }}{{ messages[0].content | trim }}{{ eos_token }}{{ 'T' if enable_thinking else 'N' }}"
    )
    assert split_template(template, "<s>", "</s>", thinking=True) == ("<s>", "</s>T")
    assert split_template(template, "<s>", "</s>", thinking=False) == ("<s>", "</s>N")


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no') }}",
        "{% for",
        "no turn at all",
        "{{ messages[0].content }}{{ messages[0].content }}",
        "{{ messages.__class__.__mro__[1].__subclasses__() }}",
    ],
)
def test_a_template_that_cannot_serve_is_a_clear_error(template: str) -> None:
    with pytest.raises(ModelError, match="choose an"):
        split_template(template, "", "", thinking=False)


def test_pieces_of_one_kind_are_joined() -> None:
    segments = [("Write.\n", True), ("mail", False), ("", False), ("\nNotes\n", True)]
    assert assemble("<u>", segments, "<a>", "<think>\n") == [
        ("<u>Write.\n", True),
        ("mail", False),
        ("\nNotes\n<a><think>\n", True),
    ]


def test_thinking_is_opened_once() -> None:
    assert assemble("<u>", [("mail", False)], "<a><think>\n", "<think>\n")[-1] == ("<a><think>\n", True)


@given(st.lists(st.sampled_from([*MARKERS, "<", "think>", "</", "a", " ", "|"])).map("".join))
def test_no_bit_of_data_holds_a_marker_and_nothing_is_lost(text: str) -> None:
    bits = defuse(text, MARKERS)
    assert "".join(bits) == text
    assert not any(marker in bit for marker in MARKERS for bit in bits)


def test_the_longest_data_is_cut_first_and_frames_never() -> None:
    pieces = [([1] * 100, True), ([2] * 300, False), ([3] * 100, False), ([4] * 50, True)]
    assert shorten(pieces, 400) == 150
    assert [len(ids) for ids, _ in pieces] == [100, 150, 100, 50]
    assert shorten(pieces, 10) == 154  # every piece of data keeps its head
    assert [len(ids) for ids, _ in pieces] == [100, 48, 48, 50]
    assert shorten(pieces, 1000) == 0
