"""How much memory training takes: against peaks that were measured, and how it is made to fit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LearningError
from core.preference.footprint import Load, Shape, needed, planned
from core.preference.settings import load_settings

SETTINGS = load_settings(device="cpu")


def shape(hidden: int, layers: int, intermediate: int, vocabulary: int) -> Shape:
    return Shape(layers, hidden, intermediate, hidden // 64, hidden, hidden, vocabulary, tied=True)


MINI, MIDDLE = shape(192, 6, 512, 4096), shape(512, 8, 1408, 8192)
LOAD = Load(512, 128)


@pytest.mark.parametrize(
    ("model", "batch", "twice", "measured"),
    [
        # Anonymous memory at the peak of three steps, in MB, of Llamas with random weights: torch 2.13 on a
        # CPU, two threads, NF4, lessons of 512 tokens of which 128 are written.
        (MINI, 4, False, 839),
        (MINI, 16, False, 2182),
        (MINI, 16, True, 1396),
        (MIDDLE, 4, False, 2098),
        (MIDDLE, 8, False, 3647),
        (MIDDLE, 8, True, 2266),
    ],
)
def test_it_is_near_what_was_measured(model: Shape, batch: int, twice: bool, measured: int) -> None:
    assert needed(model, SETTINGS, LOAD, batch, twice) / 1e6 == pytest.approx(measured, rel=0.3)


def test_a_config_tells_the_shape() -> None:
    config = {
        "hidden_size": 1024,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "intermediate_size": 3072,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    }
    found = Shape.of(config)
    assert (found.query, found.key_value) == (2048, 1024)
    assert found.linear == 28 * (2 * 1024 * 3072 + 3 * 1024 * 3072)  # Qwen3-0.6B: 440 million
    with pytest.raises(KeyError):
        Shape.of({"hidden_size": 1})


def test_with_room_a_whole_batch_is_worked_on() -> None:
    plan = planned(MINI, SETTINGS, LOAD, free=8e9)
    assert (plan.at_once, plan.checkpointing) == (4, False)


@given(free=st.floats(min_value=1e8, max_value=8e9))
def test_what_is_planned_fits(free: float) -> None:
    settings = replace(SETTINGS, batch=6)
    try:
        plan = planned(MIDDLE, settings, LOAD, free)
    except LearningError:
        assert needed(MIDDLE, settings, LOAD, 1, checkpointing=True) > free
        return
    assert plan.needed <= free
    assert plan.at_once in (6, 3, 1)
    if plan.checkpointing:  # the last resort
        assert needed(MIDDLE, settings, LOAD, 1, checkpointing=False) > free


def test_the_settings_decide_over_the_last_resort() -> None:
    tight = needed(MIDDLE, SETTINGS, LOAD, 1, checkpointing=True)
    assert planned(MIDDLE, SETTINGS, LOAD, tight).checkpointing
    with pytest.raises(LearningError, match=r"GB are free; close other programs"):
        planned(MIDDLE, replace(SETTINGS, gradient_checkpointing="off"), LOAD, tight)
    always = replace(SETTINGS, gradient_checkpointing="on")
    assert planned(MIDDLE, always, LOAD, 1e10).checkpointing


def test_less_is_needed_in_four_bits() -> None:
    sizes = [
        needed(MIDDLE, replace(SETTINGS, quantization=kind), LOAD, 1, checkpointing=False)
        for kind in ("nf4", "none")
    ]
    assert sizes[0] < sizes[1]
