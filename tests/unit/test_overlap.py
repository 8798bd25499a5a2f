"""Overlap with the real reply, on texts whose words can be counted by eye."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.overlap import overlap

REAL = "Hey Ann,\n\nit's fine, see you there!\n\nCheers,\nTom"


def test_the_same_text_is_all_the_way_there() -> None:
    found = overlap([REAL], [REAL])
    assert found is not None
    assert (found.edit_distance, found.rouge_l) == (0.0, 1.0)
    assert found.bleu == pytest.approx(100)
    assert found.chrf == pytest.approx(100)


def test_words_are_counted() -> None:
    found = overlap(["a b c d"], ["a x c d e"])
    assert found is not None
    assert found.edit_distance == pytest.approx(2 / 5)  # b for x, and e more
    assert found.rouge_l == pytest.approx(2 * 3 / (4 + 5))


def test_edit_distance_and_rouge_are_means_over_drafts() -> None:
    found = overlap(["same", "none"], ["same", "other"])
    assert found is not None
    assert (found.edit_distance, found.rouge_l) == (0.5, 0.5)


def test_without_drafts_there_is_nothing() -> None:
    assert overlap([], []) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_texts_have_scores_within_their_bounds(draft: str, real: str) -> None:
    found = overlap([draft], [real])
    assert found is not None
    assert 0 <= found.edit_distance <= 1
    assert 0 <= found.rouge_l <= 1
    assert -1e-9 <= found.bleu <= 100 + 1e-9
    assert -1e-9 <= found.chrf <= 100 + 1e-9
