"""Names, numbers, dates, amounts, addresses and links in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    LINK = "link"
    ADDRESS = "address"
    AMOUNT = "amount"
    DATE = "date"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True)
class Fact:
    """A fact at `start:end` of a text. `keys` are its normal forms: it is borne out by another text
    when all of them are among that text's keys."""

    kind: FactKind
    start: int
    end: int
    text: str
    keys: frozenset[str]


_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen twenty".split(),
        start=2,
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "january february march april may june july august september october november december".split()
_SHORT_DAYS = "mon tue tues wed thu thur thurs fri sat sun".split()
_SHORT_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec".split()
_RELATIVE = "today tomorrow tonight yesterday".split()

_DAY = "|".join(_DAYS)
# 'may' and 'march' are verbs too, 'sun' and 'sat' words: months need a number or a capital beside them.
_MONTH = "|".join([*_MONTHS, *_SHORT_MONTHS])
_CAPITAL_DATES = "|".join(w.capitalize() for w in [*_MONTHS, *_SHORT_DAYS] if w not in ("may", "march"))
_CURRENCY = r"(?:[$€£¥]|(?:USD|EUR|GBP|CHF)\b)"
_DIGITS = r"\d+(?:[.,]\d+)*"
WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:[^\W_]|['’\-&](?=[^\W\d_]))*"

_PATTERNS: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (FactKind.LINK, re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]", re.IGNORECASE)),
    (FactKind.ADDRESS, re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")),
    (
        FactKind.AMOUNT,
        re.compile(
            rf"{_CURRENCY}\s?{_DIGITS}(?:\s?(?:k|m|bn|million|thousand)\b)?"
            rf"|\b{_DIGITS}\s?(?:k|m|bn)?\s?(?:[$€£¥%]|(?:USD|EUR|GBP|CHF)\b"
            r"|(?:dollars?|euros?|pounds?|percent|per cent)\b)",
            re.IGNORECASE,
        ),
    ),
    (
        FactKind.DATE,
        re.compile(
            r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}[:.h]\d\d\s?(?:[ap]\.?m\b\.?)?"
            r"|\b\d{1,2}\s?[ap]\.?m\b\.?"
            rf"|\b(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?"
            rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\b\.?(?:\s+\d{{4}}\b)?"
            rf"|\b(?:{_DAY}|{'|'.join(_RELATIVE)})\b",
            re.IGNORECASE,
        ),
    ),
    (FactKind.DATE, re.compile(rf"\b(?:{_CAPITAL_DATES})\b|(?<=\w )(?:May|March)\b")),
    (
        FactKind.NUMBER,
        re.compile(
            rf"(?<![\w]){_DIGITS}(?:st|nd|rd|th)?(?![\w])|\b(?:{'|'.join(_NUMBER_WORDS)})\b|\b\w*\d[\w\-/]*",
            re.IGNORECASE,
        ),
    ),
    (
        FactKind.NAME,
        re.compile(rf"\b{_CAPITAL}(?:[ \t]+(?:(?:de|van|von|der|la|bin|al|of|and|the|&)[ \t]+)?{_CAPITAL})*"),
    ),
)

# Words that stand capitalised in mail without naming anyone.
_NO_NAME = frozenset(
    "i a an the this that these those it we you he she they my our your his her their its there here and"
    " but or so if when while as at by for from in into of on to with after before since because until"
    " what who where why how which is are was were will would can could shall should may might must do"
    " does did has have had be been let lets please thanks thank thx cheers best kind regards warm warmly"
    " sincerely respectfully truly yours faithfully many all talk soon dear hi hello hey hiya good morning"
    " afternoon evening day greetings yes no not ok okay sure great happy glad sorry apologies"
    " unfortunately also just re fw fwd fyi asap ps am pm tv it's i'm i'll i've i'd we're we'll we've"
    " that's you're both everything nothing anything everyone someone nobody none one once then now later"
    " next last first second finally meanwhile however therefore perhaps maybe hope hoping hopefully"
    " looking feel free noted understood got attached mr mrs ms dr prof sir madam team folks".split()
)
# What follows a name that opens a sentence, but hardly ever the other words that do.
_VERB = re.compile(
    r"\s+(?:will|is|has|can|would|was|needs|wants|said|says|asked|and\s+[A-Z]|sent|signed|agreed|joins)\b"
)
# The numbers of a list are no facts.
_ITEM = re.compile(r"^\d{1,2}[.)] ", re.MULTILINE)
_OPENS = re.compile(r"(?:^|[.!?:;]['\")\]]?\s+|\n\s*(?:[-*•>]|\d+[.)])?\s*|^\s*[-*•]\s+)$")


def find(text: str) -> list[Fact]:
    """All facts of `text` in the order they stand there; spans do not overlap."""
    taken = bytearray(len(text))
    facts: list[Fact] = []
    for kind, pattern in _PATTERNS:
        for start, end in _spans(kind, pattern, text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                facts.append(Fact(kind, start, end, text[start:end], frozenset(_keys(text[start:end]))))
    return sorted((fact for fact in facts if fact.keys), key=lambda fact: fact.start)


def keys(text: str) -> frozenset[str]:
    """Every normal form the words and figures of `text` bear out."""
    return frozenset(_keys(text))


def names_nobody(word: str) -> bool:
    """Whether a capitalised word is one that mail is full of: 'Thanks', 'Could'."""
    return word.lower().replace("’", "'") in _NO_NAME


def _spans(kind: FactKind, pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        if kind is FactKind.NAME:
            yield from _name_spans(text, match.start(), match.end())
        elif not (kind is FactKind.NUMBER and _ITEM.match(text, match.start())):
            yield match.span()


def _name_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a run of capitalised words that name something."""
    words = list(re.finditer(r"\S+", text[start:end]))
    if _opens_sentence(text, start) and not _names_at_opening(text, start, end, len(words)):
        words = words[1:]
    run: list[re.Match[str]] = []
    for word in [*words, None]:
        if word is not None and not names_nobody(word.group()):
            run.append(word)
        elif run:
            yield start + run[0].start(), start + run[-1].end()
            run = []


def _opens_sentence(text: str, start: int) -> bool:
    return bool(_OPENS.search(text[max(0, start - 12) : start])) if start else True


def _names_at_opening(text: str, start: int, end: int, count: int) -> bool:
    """Whether the first of a run of capitalised words at the opening of a sentence belongs to a name."""
    line = text[start:].split("\n", 1)[0].strip(" ,.!-–—")
    alone = line == text[start:end] and start > 0  # a signed name has its own line
    return count > 1 or alone or bool(_VERB.match(text, end))


def _keys(text: str) -> Iterator[str]:
    lowered = text.lower().replace("’", "'")
    for match in re.finditer(rf"{_DIGITS}|{WORD}", lowered):
        word = match.group().removesuffix("'s")
        if word[0].isdigit():
            yield from _number_keys(word)
        elif word in _NUMBER_WORDS:
            yield _NUMBER_WORDS[word]
        elif word in _FILL:
            continue
        else:
            yield _day_or_month(word)


_FILL = frozenset("st nd rd th of and the am pm a p m h de van von der la bin al".split())


def _number_keys(word: str) -> Iterator[str]:
    grouped = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", word)
    for part in re.split(r"[.,]", grouped):
        yield part.lstrip("0") or "0"


def _day_or_month(word: str) -> str:
    if word in _DAYS or word in _MONTHS or word in _SHORT_DAYS or word in _SHORT_MONTHS:
        return word[:3]
    return word
