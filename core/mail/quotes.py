"""Splits the text of a mail into what its sender wrote and what was carried along: quoted lines, copied
mails, forwards. Every step is linear in the text, with no pattern over more than a few short lines, so
that no mail can stall it."""

import re
from dataclasses import dataclass

from core.mail.phrases import FORWARDED, LABELS, ORIGINAL, WROTE, WROTE_GLUED
from core.mail.signature import split_signature

LONGEST_MARK = 300  # characters; a longer line announces nothing
_QUOTE = re.compile(r"[ \t]{0,3}(>|\|(?: |$))")
_INITIALS_QUOTE = re.compile(r"[A-Z][A-Za-z]{0,9}> ?")  # "Richard> text", an old Usenet habit
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}\s?(?:[ap]m|uhr)\b|\d年",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+'\-]{1,64}@[\w.\-]{2,}|\[mailto:|<mailto:")
_WROTE = re.compile(
    r"(?<![\w])(?:" + "|".join(re.escape(word) for word in WROTE) + r")(?![\w])", re.IGNORECASE
)
_STARTS_ON = re.compile(
    r"[*_]?(?:(?:On|Am|Le|El|Il|Op|Em|Dnia|W dniu|Dne|Den|På|At|Vào|В|A|Klockan|Il giorno|"
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So)[a-z]{0,6}[.,])\s|"
    r"\d{4}[-/年]|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
_MIDLINE = re.compile(
    r"(?<=\S)(?: |-{2,} ?)(On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .{4,200} (?:wrote|sent):)\s*$"
)
_RULED_WROTE = re.compile(r"-{2,} ?(?:On |Am )?[^-].{1,200}(?:wrote|schrieb|écrit) ?-{2,}")
_QUOTED_END = re.compile(r"[>| \t]*(?:\S+ )?(?:wrote|:|schrieb|escribió|>:)")
_ADDRESS_END = re.compile(r"@[\w.\-]+>? ?:$")
_RULE = re.compile(r"[ \t]*[*_\-=—–]{4,}[ \t]*")
_ISO_STAMP = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d{2} (?:GMT|UTC)\S*)? \S.*")


@dataclass(frozen=True)
class Split:
    """`own` keeps its closing line; `forwarded` tells that a forward's marker was seen."""

    own: str
    signature: str
    quoted: str
    forwarded: bool


def split_text(text: str) -> Split:
    """Own words, signature and quoted lines of a mail's plain text (line ends normalised here)."""
    lines = [line.rstrip() for line in normalise(text).split("\n")]
    own, quoted, forwarded = _split_quotes(lines)
    words, signature = split_signature(own)
    return Split(_join(words), _join(signature), _join(quoted), forwarded)


def normalise(text: str) -> str:
    """One kind of line end, one kind of space, nothing that cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return text.translate(_INVISIBLE)


# Zero-width and direction marks, soft hyphens and Unicode tags hide words from the eye; ZWJ and ZWNJ
# (200C, 200D) stay, emoji and some scripts need them. C0 controls but tab and line feed go.
_INVISIBLE: dict[int, str | None] = {
    **dict.fromkeys([0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, 0x061C]),
    **dict.fromkeys(range(0x202A, 0x202F)),
    **dict.fromkeys(range(0x2066, 0x206A)),
    **dict.fromkeys(range(0xE0000, 0xE0080)),
    **dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F]),
    0xA0: " ",
    0x202F: " ",
}


def _split_quotes(lines: list[str]) -> tuple[list[str], list[str], bool]:
    own: list[str] = []
    quoted: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if _is_quote(line) or _wrapped_quote(lines, index):
            quoted.append(line)
            index += 1
            continue
        if kind := _copied_mail_at(lines, index):
            return own, quoted + lines[index:], kind == "forward"
        if match := _MIDLINE.search(line) if len(line) <= LONGEST_MARK else None:
            own.append(line[: match.start()])
            return own, [*quoted, match.group(1), *lines[index + 1 :]], False
        if length := _announcement_at(lines, index):
            after = _next_text(lines, index + length)
            if after is None or not _is_quote(lines[after]):
                return own, quoted + lines[index:], False
            quoted += lines[index:after]
            index = after
            continue
        own.append(line)
        index += 1
    return own, quoted, False


def _is_quote(line: str) -> bool:
    return bool(_QUOTE.match(line) or _INITIALS_QUOTE.match(line))


def _wrapped_quote(lines: list[str], index: int) -> bool:
    """The tail of a long quoted line that some program broke without a mark of its own."""
    before, line = lines[index - 1] if index else "", lines[index]
    after = lines[index + 1] if index + 1 < len(lines) else ""
    if not line[:1].islower() or len(before) < 60 or not _is_quote(before):
        return False
    return not after.strip() or _is_quote(after)


def _next_text(lines: list[str], start: int) -> int | None:
    for index in range(start, len(lines)):
        if lines[index].strip():
            return index
    return None


def _copied_mail_at(lines: list[str], index: int) -> str:
    """'original' or 'forward' where a whole copied mail begins, with all that follows it."""
    line = lines[index].strip(" \t*_-=—–>:.")
    if not line and not _RULE.fullmatch(lines[index]):
        return ""
    if len(line) <= LONGEST_MARK and line:
        bare, lowered = lines[index].strip(), line.lower()
        ruled = bare[:2] in ("--", "==", "**", "__", "*-") or bare.endswith(":")
        if ruled and any(lowered.startswith(words) for words in FORWARDED):
            return "forward"
        if ruled and any(lowered.startswith(words) for words in ORIGINAL):
            return "original"
        return "original" if _copied_header_at(lines, index) else ""
    following = _next_text(lines, index + 1)
    if following is not None and following - index <= 2 and _copied_header_at(lines, following):
        return "original"
    return ""


def _copied_header_at(lines: list[str], index: int) -> bool:
    """A block of header lines: a sender and one more label, within the next eight lines."""
    if _label(lines[index]) not in ("from", "date", "to", "subject"):
        return False
    seen: set[str] = set()
    blank = 0
    for line in lines[index : index + 10]:
        if not line.strip():
            blank += 1
            if blank > 1 and len(seen) > 1:
                break
            continue
        seen.add(_label(line))
    named = seen & {"from", "date", "to", "subject"}
    return ("from" in named and len(named) >= 2) or len(named) >= 3


def _label(line: str) -> str:
    head, colon, _ = line[:60].replace("：", ":").partition(":")
    if not colon or len(head) > 30:
        return ""
    word = head.strip(" \t*_>|").lower()
    return next((kind for kind, words in LABELS.items() if word in words), "")


def _announcement_at(lines: list[str], index: int) -> int:
    """How many lines, 0 to 6, announce a quote here ("On Tuesday, Ann wrote:" and its kin)."""
    first = lines[index].strip()
    if not first or len(first) > LONGEST_MARK:
        return 0
    if _RULED_WROTE.fullmatch(first) or (_ISO_STAMP.fullmatch(first) and _announces_by_stamp(lines, index)):
        return 1
    joined, blanks = "", 0
    opens = bool(_STARTS_ON.match(first))
    for count, line in enumerate(lines[index : index + 6], 1):
        blanks += not line.strip()
        if len(line) > LONGEST_MARK or blanks > 2 or (blanks and not opens):
            return 0
        if _is_quote(line) and not _QUOTED_END.match(line):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if _closes_announcement(joined):
            return count if _announces(joined, first, lines, index, count) else 0
        if count > 1 and _STARTS_ON.match(line.strip()) and _DATE.search(line):
            return 0  # the announcement begins on this later line
        if count == 1 and not (opens or _DATE.search(first) or _ADDRESS.search(first)):
            return 0
    return 0


def _closes_announcement(joined: str) -> bool:
    end = joined.rstrip(" *_")
    if end.endswith((":", "：")):
        return True
    return bool(_WROTE.search(end[-12:])) and bool(_DATE.search(joined)) and bool(_ADDRESS.search(joined))


def _announces(joined: str, first: str, lines: list[str], index: int, count: int) -> bool:
    if any(
        _STARTS_ON.match(line.strip()) and _DATE.search(line) for line in lines[index + 1 : index + count]
    ):
        return False
    following = _next_text(lines, index + count)
    before_quote = following is not None and _is_quote(lines[following]) and following - index - count <= 2
    says = bool(_WROTE.search(joined)) or any(mark in joined for mark in WROTE_GLUED)
    dated, addressed = bool(_DATE.search(joined)), bool(_ADDRESS.search(joined))
    opens = bool(_STARTS_ON.match(first))
    if says:
        return (dated and (opens or addressed)) or (before_quote and len(joined) <= LONGEST_MARK)
    return dated and addressed and (before_quote or opens or bool(_ADDRESS_END.search(joined)))


def _announces_by_stamp(lines: list[str], index: int) -> bool:
    """Gmail once announced by a bare stamp and a name: "2013/7/20 Ann <ann@firm.example>"."""
    if "GMT" in lines[index] or "UTC" in lines[index]:
        return not _closes_announcement(lines[index]) and not lines[index].rstrip().endswith("<")
    following = _next_text(lines, index + 1)
    return bool(_ADDRESS.search(lines[index])) and following is not None and _is_quote(lines[following])


def _join(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\n{4,}", "\n\n\n", text) if text.strip() else ""
