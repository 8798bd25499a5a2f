"""The user's own signature, known by its coming back: the lines that end mail after mail below the name. The
parser takes off what shows by itself to be a signature; this finds the rest ("Bo Ek / Northern Office"), so
that no style is learned from it and no draft signs twice."""

from collections import Counter
from collections.abc import Iterable

from core.domain import ParsedMail
from core.mail.signature import is_block_line, is_closing, is_name, says_contact

MOST_LINES = 10
MOST_MAILS = 4000  # evenly spread ones tell as much as all
FEWEST_MAILS = 3
SHARE = 0.05  # of the mails; a signature of some weeks is one too


class OwnSignature:
    """Learned from one person's sent mail."""

    def __init__(self, sent: Iterable[ParsedMail]) -> None:
        self._ends: Counter[int] = Counter()  # by hash: their words would take memory for nothing
        self._known: set[str] = set()
        self._names: set[str] = set()
        count = 0
        marked: Counter[str] = Counter()
        mails = list(sent)
        for mail in mails[:: 1 + len(mails) // MOST_MAILS]:
            count += 1
            lines = [_plain(line) for line in _filled(mail.text)[-MOST_LINES:]]
            self._ends.update(hash(tuple(lines[-length:])) for length in range(1, len(lines) + 1))
            marked.update({_plain(line) for line in _filled(mail.signature)})
            if name := _plain(mail.sender.name):
                self._names |= {name, name.split()[0], name.split()[-1]}
        self._enough = max(FEWEST_MAILS, SHARE * count)
        self._known = {line for line, times in marked.items() if times >= self._enough}

    def split(self, text: str) -> tuple[str, str]:
        """A mail's own words, closing and name kept, and the signature below them (may be empty)."""
        lines = text.split("\n")
        places = [place for place, line in enumerate(lines) if line.strip()]
        cut = self._cut([lines[place] for place in places])
        if cut is None:
            return text, ""
        at = places[cut]
        return "\n".join(lines[:at]).rstrip(), "\n".join(lines[at:]).strip()

    def _cut(self, lines: list[str]) -> int | None:
        """The first line of the signature, of a mail's lines without the blank ones."""
        first = len(lines) - self._recurring(lines)
        for place in range(first, len(lines)):
            if _plain(lines[place]) in self._names or (
                place and is_closing(lines[place - 1]) and is_name(lines[place])
            ):
                return self._fit(lines, place + 1)
        closings = [place for place in range(first, len(lines)) if is_closing(lines[place])]
        if closings:
            return self._fit(lines, closings[-1] + 1)
        above = first > 0 and (_plain(lines[first - 1]) in self._names or is_closing(lines[first - 1]))
        told = any(says_contact(line) or _plain(line) in self._known for line in lines[first:])
        return self._fit(lines, first) if above or told else None

    def _recurring(self, lines: list[str]) -> int:
        """How many lines at the end have ended enough other mails too."""
        tail = [_plain(line) for line in lines[-MOST_LINES:]]
        longest = 0
        for length in range(1, len(tail) + 1):
            if self._ends[hash(tuple(tail[-length:]))] < self._enough:
                break
            longest = length
        return longest

    def _fit(self, lines: list[str], start: int) -> int | None:
        block = lines[start:]
        fits = all(is_block_line(line) for line in block) and any(map(str.isalpha, "".join(block)))
        return start if start > 0 and block and fits else None


def _filled(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _plain(line: str) -> str:
    return " ".join(line.strip(" \t,.-–—*_").casefold().split())
