"""What is said of a graphics card that does not run a model: whose fault, and the next best choice."""

import pytest

from core.models.graphics import Card, fits_card, sentence


@pytest.mark.parametrize(
    ("model", "memory", "better"),
    [
        ("qwen3-8b", 6_000, "qwen3-4b"),
        ("qwen3-8b", 4_000, "qwen3-1.7b"),
        ("qwen3-8b", 2_000, ""),
        ("qwen3-8b", 0, "qwen3-4b"),  # nothing known of the card: a smaller one
        ("qwen3-8b", 24_000, "qwen3-4b"),  # another of its size would fare as badly
        ("qwen3-1.7b", 24_000, ""),  # the smallest there is: no other would do better
        ("Own-70B", 10_000, "qwen3-8b"),  # a file of the user's own
        ("Own-70B", 0, ""),
    ],
)
def test_the_next_best_choice_is_smaller_and_fits(model: str, memory: int, better: str) -> None:
    found = fits_card(model, Card("Toy 1", memory))
    assert (found.name if found else "") == better
    assert (f"'longhand models get {better}'" in sentence(model, Card("Toy 1", memory))) == bool(better)


def test_a_card_without_a_name_is_still_a_sentence() -> None:
    told = sentence("Own", Card())
    assert told.startswith("The graphics card did not run Own, ")
    assert "processor" in told
