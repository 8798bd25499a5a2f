"""Where two drafts differ, word by word: for the marks of the comparison."""

import difflib
import re

Span = tuple[int, int]  # start and end in characters


def changed(before: str, after: str) -> tuple[list[Span], list[Span]]:
    """The spans of `before` that `after` lacks, and those of `after` that are new."""
    left = [match.span() for match in re.finditer(r"\S+", before)]
    right = [match.span() for match in re.finditer(r"\S+", after)]
    matcher = difflib.SequenceMatcher(
        None, [before[a:b] for a, b in left], [after[a:b] for a, b in right], autojunk=False
    )
    gone: list[Span] = []
    new: list[Span] = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what != "equal":
            gone += _lines(before, left[i:j])
            new += _lines(after, right[k:m])
    return gone, new


def _lines(text: str, words: list[Span]) -> list[Span]:
    """Neighbouring words as one span a line: an empty line is not worth a mark."""
    made: list[Span] = []
    for start, end in words:
        if made and "\n" not in text[made[-1][1] : start]:
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
    return made
