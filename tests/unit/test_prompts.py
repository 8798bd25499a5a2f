"""Notes as a prompt holds them: a list, whichever way they were jotted down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.prompts import points


@pytest.mark.parametrize(
    "notes",
    [
        "yes to Tuesday\nask for the agenda",
        "yes to Tuesday; ask for the agenda",
        "- Yes to Tuesday\n- Ask for the agenda",
        "* yes to Tuesday\n\n• ask for the agenda\n",
    ],
)
def test_every_form_of_notes_is_the_same_list(notes: str) -> None:
    assert points(notes) == "- Yes to Tuesday\n- Ask for the agenda"


def test_nothing_but_the_form_changes() -> None:
    assert points("iPhone for €1,200; see https://north.example/a;b") == (
        "- iPhone for €1,200\n- See https://north.example/a;b"
    )
    assert points(" \n - \n;") == points("") == ""


@given(st.text())
def test_a_list_of_points_stays_as_it_is(notes: str) -> None:
    assert points(points(notes)) == points(notes)
