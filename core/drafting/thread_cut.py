"""What of a long thread a model is shown, by one rule, and what was left out.

The mail that is answered comes first: its beginning, up to MAX_CHARACTERS. Of the mails before it
MAX_EARLIER are shown, in their order: the newest, and of the others those that share most words with the
mail that is answered, rare words counting more and newer mails going first where that ties. Of each its
beginning, up to MAX_EARLIER_CHARACTERS. The notes have no say, so that a prompt begins alike whatever
they are. More would fit a larger model, but a minute of reading on a processor brings few more facts.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import ParsedMail

MAX_EARLIER = 3
MAX_EARLIER_CHARACTERS = 600
MAX_CHARACTERS = 4000


@dataclass(frozen=True)
class LeftOut:
    """What a draft was written without: how many `mails` before the one that is answered, of how many
    `shortened` ones the end, and how many `words` at the end of the one that is answered."""

    mails: int = 0
    shortened: int = 0
    words: int = 0


@dataclass(frozen=True)
class Shown:
    """The text of the mail that is answered and (who, text) of those before it, oldest first."""

    text: str
    earlier: tuple[tuple[str, str], ...]
    left_out: LeftOut


def shown(mail: ParsedMail, earlier: Sequence[ParsedMail]) -> Shown:
    """`earlier` stood before `mail`, oldest first; those without words do not count."""
    spoken = [one for one in earlier if one.text]
    chosen = _chosen(mail, spoken)
    text = cut(mail.text, MAX_CHARACTERS)
    left_out = LeftOut(
        mails=len(spoken) - len(chosen),
        shortened=sum(len(one.text) > MAX_EARLIER_CHARACTERS for one in chosen),
        words=len(mail.text[MAX_CHARACTERS:].split()),
    )
    before = ((one.sender.name or one.sender.email, cut(one.text, MAX_EARLIER_CHARACTERS)) for one in chosen)
    return Shown(text, tuple(before), left_out)


def cut(text: str, most: int) -> str:
    """The beginning of `text`, at most so many characters of it, to the end of a word."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " ..."


def _chosen(mail: ParsedMail, earlier: Sequence[ParsedMail]) -> list[ParsedMail]:
    if len(earlier) <= MAX_EARLIER:
        return list(earlier)
    *others, newest = range(len(earlier))
    words = [_words(one.text) for one in earlier]
    known = Counter(word for each in words for word in each)
    asked = _words(mail.text) | _words(mail.subject)

    def nearness(place: int) -> float:
        return sum(math.log(1 + len(earlier) / known[word]) for word in words[place] & asked)

    nearest = sorted(others, key=lambda place: (nearness(place), place), reverse=True)
    return [earlier[place] for place in sorted((newest, *nearest[: MAX_EARLIER - 1]))]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))
