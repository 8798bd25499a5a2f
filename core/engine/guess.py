"""What an answer may say next, looked up in one given before: rules for the same message with other notes are
mostly the rules there were. The model checks a run of tokens at once, which takes little longer than writing
one, and what it would have said otherwise stands (speculative decoding, arXiv 2211.17192; to look the guess
up in a text instead of asking a smaller model is A. Saxena's prompt lookup, 2023)."""

from collections import defaultdict
from collections.abc import Sequence

_FIRST, _MOST = 16, 64  # tokens checked at once: at first, and where all of them were right before


class Guess:
    """`before`: the tokens of the earlier answer."""

    def __init__(self, before: Sequence[int]) -> None:
        self._before = list(before)
        self._places: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, pair in enumerate(zip(self._before, self._before[1:], strict=False)):
            self._places[pair].append(place + 2)
        self._place = 0  # of what was guessed last: an answer goes on, not back
        self._most = _FIRST

    def after(self, said: Sequence[int]) -> list[int]:
        """What may follow the answer so far, of which at least one token is said; nothing where it has left
        the earlier one. Where it came to the same two tokens again, what followed them."""
        if len(said) == 1:
            places = [1] if self._before[:1] == list(said) else []
        else:
            known = self._places.get((said[-2], said[-1]), ())
            places = [place for place in known if place >= self._place]
        if not places:
            return []
        self._place = places[0]
        return self._before[self._place : self._place + self._most]

    def was_right(self, whole: bool) -> None:
        """Of the last guess: more is guessed after one that was right as a `whole`, little after another."""
        self._most = min(2 * self._most, _MOST) if whole else _FIRST
