"""What an answer may say next, looked up in an earlier one."""

from hypothesis import given
from hypothesis import strategies as st

from core.engine.guess import Guess

TOKENS = st.lists(st.integers(0, 5), max_size=40)


def test_an_answer_that_comes_again_is_guessed_in_ever_longer_runs() -> None:
    before = list(range(200))
    guess, said, runs = Guess(before), [0], []
    while len(said) < len(before):
        ahead = guess.after(said)
        runs.append(len(ahead))
        said += ahead
        guess.was_right(True)
    assert said == before
    assert runs == [16, 32, 64, 64, 23]


def test_after_a_difference_it_goes_on_where_two_tokens_are_the_same_again() -> None:
    guess = Guess([1, 2, 3, 4, 5, 6, 7])
    assert guess.after([1]) == [2, 3, 4, 5, 6, 7]
    assert guess.after([1, 2, 9]) == []
    assert guess.after([1, 2, 9, 5]) == []
    assert guess.after([1, 2, 9, 5, 6]) == [7]


def test_a_first_token_that_differs_is_followed_by_nothing() -> None:
    assert Guess([1, 2, 3]).after([2]) == []
    assert Guess([]).after([2]) == []


@given(TOKENS, st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_what_is_guessed_stands_in_the_earlier_answer_after_what_was_said(
    before: list[int], answer: list[int]
) -> None:
    guess = Guess(before)
    for count in range(1, len(answer) + 1):
        said = answer[:count]
        ahead = guess.after(said)
        if ahead:
            run = said[-2:] + ahead
            assert any(before[at : at + len(run)] == run for at in range(len(before)))
        guess.was_right(count % 2 == 0)
