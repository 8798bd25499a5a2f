"""Texts in the order in which they answer a query."""

from hypothesis import given
from hypothesis import strategies as st

from core.store.ranking import best_first

WORDS = st.text(st.characters(categories=("Ll", "Lu", "Nd")) | st.just("_"), min_size=3, max_size=8)


def test_rare_words_count_more_and_long_texts_less() -> None:
    texts = [["lease", *("other",) * 30], ["meeting"], ["meeting", "lease"], ["lease"], ["meeting"]]
    texts += [["else"]] * 8
    assert best_first({"meeting", "lease"}, texts)[:5] == [2, 1, 3, 4, 0]


def test_what_holds_no_word_keeps_its_place() -> None:
    texts = [["one"], ["two"], ["three"], ["two"]]
    assert best_first(set(), texts) == [0, 1, 2, 3]
    assert best_first({"absent"}, texts) == [0, 1, 2, 3]
    assert best_first({"two"}, texts) == [1, 3, 0, 2]


def test_a_long_query_is_no_hurdle() -> None:
    assert best_first({f"word{number}" for number in range(5000)}, [["none"], ["word7"]]) == [1, 0]


@given(st.sets(WORDS, max_size=8), st.lists(st.lists(WORDS, max_size=6), max_size=8))
def test_every_text_stands_once(query: set[str], texts: list[list[str]]) -> None:
    assert sorted(best_first(query, texts)) == list(range(len(texts)))
