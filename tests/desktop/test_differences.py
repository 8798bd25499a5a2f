"""The marks between two drafts say exactly what differs."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.replies.differences import changed

TEXTS = st.text("ab \n.", max_size=60)


def test_marks_whole_words_a_line_at_a_time() -> None:
    before, after = "Dear Ann,\n\nThursday works.", "Hi Ann,\n\nThursday works for me.\n\nBest,\nClara"
    gone, new = changed(before, after)
    assert [before[a:b] for a, b in gone] == ["Dear", "works."]
    assert [after[a:b] for a, b in new] == ["Hi", "works for me.", "Best,", "Clara"]


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert changed(text, text) == ([], [])


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_words(before: str, after: str) -> None:
    gone, new = changed(before, after)
    assert _rest(before, gone) == _rest(after, new)


def _rest(text: str, spans: list[tuple[int, int]]) -> list[str]:
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    return text.split()
