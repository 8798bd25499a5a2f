"""Finds the lines that announce a quote: "On Tuesday, Ann <ann@firm.example> wrote:" and its kin in any
language. They are looked for at their end, a colon or a verb of saying, so that nearly every line of a mail
is passed over at the cost of a look at its last word."""

import re

from core.mail.phrases import LABEL_OF, OPENERS, WROTE, WROTE_GLUED

LONGEST = 300  # characters of a line, and of what announces
MOST_LINES = 6
_COLONS = (":", "：", "៖", "։", "∶", "׃")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[:.h]\d{2}|\b(?:19|20|25)\d{2}\b|"
    r"\d{1,2}\s?(?:[ap]m|uhr)\b|\d ?[年월]",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"[\w.+'\-]{1,64}@[\w.\-]{2,}|\[mailto:|<mailto:")
_ADDRESS_END = re.compile(r"@[\w.\-]+[>)\]]{0,2} ?[:：]$")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,2}\s?(?:[ap]m|uhr)\b|\d ?[時时시]", re.IGNORECASE)
_YEAR = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?:19|20|25)\d{2}|\d{4} ?[年년]")
_GLUED = tuple(WROTE_GLUED)
_AROUND = ",.:;<>\"'*_։：()[]، "
_OPENS = re.compile(
    r"\d{4}[-/年]|\d{1,2}[./]\d{1,2}[./]\d{2,4}|"
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So)[a-z]{0,6}[.,]\s"
)
_FIRST_PERSON = frozenset("i we ich wir nous yo io ik jag".split())
_MIDLINE = re.compile(r"(?<=\S)(?: |-{2,} ?)(?=[A-ZÀ-ÖØ-ÞА-Я])")
_RULED = re.compile(r"-{2,} ?(?:On |Am )?[^-].{1,200}(?:wrote|schrieb|écrit) ?-{2,}")
_STAMP = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d{2} (?:GMT|UTC)\S*)? \S.*")
_QUOTED_END = re.compile(r"[>| \t]*(?:\S+ )?(?:wrote|:|schrieb|escribió|>:)")
_QUOTE = re.compile(r"[ \t]{0,3}(>|\|(?: |$))")


def announced_midline(line: str) -> int | None:
    """Where an announcement begins that some program put behind own words, on their line."""
    if len(line) > LONGEST or not line.endswith(_COLONS) or _opens(line):
        return None
    for match in _MIDLINE.finditer(line):
        tail = line[match.end() :]
        word = tail.partition(" ")[0].lower()
        if word in OPENERS and has_date(tail[:40]) and bool(_TIME.search(tail)) and _says(tail, False):
            return match.end()
    return None


def is_quote(line: str) -> bool:
    """Whether a line bears a quote's mark."""
    start = line[:4].lstrip(" \t")
    if start[:1] != "|":
        return start[:1] == ">"
    table = line.rstrip().endswith("|") and len(line.strip()) > 3  # a row of one's own
    return bool(_QUOTE.match(line)) and not table


def announcements(lines: list[str]) -> dict[int, int]:
    """Where announcements begin, and how many lines each has (1 to 6)."""
    found: dict[int, int] = {}
    for end, line in enumerate(lines):
        if line and len(line) <= LONGEST and (first := _starts(lines, end, line)) is not None:
            found[first] = end + 1 - first
    return found


def _starts(lines: list[str], end: int, line: str) -> int | None:
    if _closes(line):
        return _start(lines, end)
    bare = line.strip()
    if bare[:1].isdigit() and _STAMP.fullmatch(bare) and _announces_by_stamp(lines, end):
        return end
    return end if bare[:2] == "--" and _RULED.fullmatch(bare) else None


def _closes(line: str) -> bool:
    end = line.rstrip(" *_>")
    if end.endswith(_COLONS):
        return end[:-1].strip(" *_>\t").lower() not in LABEL_OF
    if line.startswith(":") or end.endswith(_GLUED):
        return True
    return end[-14:].rpartition(" ")[2].strip(_AROUND).lower() in WROTE


def _start(lines: list[str], end: int) -> int | None:
    """The line on which the announcement that ends at `end` begins; None if there is none."""
    after = next_text(lines, end + 1, 3)
    before_quote = after is not None and is_quote(lines[after])
    if not (before_quote or _digits_above(lines, end)):
        return None
    joined, blanks, whole = "", 0, False
    nearest: int | None = None
    for first in range(end, max(-1, end - MOST_LINES), -1):
        line = lines[first].strip()
        if not line:
            blanks += 1
            if blanks > 2:
                break
            continue
        if _stands_apart(line, first == end):
            break
        joined = f"{line} {joined}".strip()
        opens = _opens(line)
        if (opens or not blanks) and _announces(joined, opens, before_quote):
            if opens:
                return first
            if nearest is None or not whole:
                nearest, whole = first, has_date(joined) and (_says(joined, True) or _has_address(joined))
    if nearest and lines[nearest].lstrip()[:1] == "<" and _is_name_above(lines[nearest - 1]):
        return nearest - 1
    return nearest


def _stands_apart(line: str, last: bool) -> bool:
    """Whether a line cannot belong to an announcement; as its `last`, some programs quote it too."""
    if len(line) > LONGEST or (is_quote(line) and not (last and _QUOTED_END.match(line))):
        return True
    return not last and line.endswith(_COLONS)


def _digits_above(lines: list[str], end: int) -> bool:
    return any(map(_DIGIT.search, lines[max(0, end - MOST_LINES) : end + 1]))


def _is_name_above(line: str) -> bool:
    """Whether a line may hold the name that belongs to the address below it."""
    return bool(line.strip()) and len(line) <= LONGEST and not is_quote(line) and line[-1] not in ".?!:,;"


def _opens(line: str) -> bool:
    """Whether a line begins as "On 3 May" does."""
    bare = line.lstrip("*_ ")
    word = bare.partition(" ")[0].rstrip(",:").lower()
    starts = word in OPENERS or bool(_OPENS.match(bare)) or bare[:1] in "在於于"
    return starts and any(map(str.isdigit, bare))


def _announces(joined: str, opens: bool, before_quote: bool) -> bool:
    """`opens`: it begins as "On 3 May" does. Where no quote's mark follows, more is asked for."""
    if len(joined) > LONGEST:
        return False
    dated, addressed = has_date(joined), _has_address(joined)
    stamped = dated and bool(_TIME.search(joined)) and bool(_YEAR.search(joined))
    if not joined.rstrip(" *_>").endswith(_COLONS) and not joined.startswith(":"):
        return dated and (addressed or before_quote) and _says(joined, addressed)
    if _says(joined, addressed):
        return (dated and (opens or addressed)) or stamped or before_quote
    if stamped and before_quote:
        return True
    return dated and addressed and (before_quote or opens or bool(_ADDRESS_END.search(joined)))


def _says(joined: str, addressed: bool) -> bool:
    """Whether somebody else is said to have written: a sentence in the first person is the mail's own."""
    words = [word.strip(_AROUND) for word in joined.lower().replace("(", " (").split()]
    verbs = [place for place, word in enumerate(words) if word in WROTE]
    if not addressed and any(words[place - 1] in _FIRST_PERSON for place in verbs if place):
        return False
    return bool(verbs) or any(mark in joined for mark in WROTE_GLUED)


def _has_address(text: str) -> bool:
    return ("@" in text or "mailto:" in text) and bool(_ADDRESS.search(text))


def has_date(text: str) -> bool:
    """Whether a date or a time of day stands in `text`."""
    return bool(_DATE.search(text))


def _announces_by_stamp(lines: list[str], index: int) -> bool:
    """Gmail once announced by a bare stamp and a name: "2013/7/20 Ann <ann@firm.example>"."""
    if "GMT" in lines[index] or "UTC" in lines[index]:
        return not lines[index].rstrip().endswith("<")
    following = next_text(lines, index + 1)
    return bool(_ADDRESS.search(lines[index])) and following is not None and is_quote(lines[following])


def next_text(lines: list[str], start: int, most: int | None = None) -> int | None:
    """The first line from `start` on, of `most`, that is not blank."""
    for index in range(start, len(lines) if most is None else min(len(lines), start + most)):
        if lines[index].strip():
            return index
    return None
