"""Splits the text of a mail into what its sender wrote and what was carried along: quoted lines, copied
mails, forwards. Every step is linear in the text, with no pattern over more than a few short lines, so
that no mail can stall it."""

import re
from dataclasses import dataclass

from core.mail.announcements import announced_midline, announcements, has_date, is_quote, next_text
from core.mail.phrases import FORWARDED, LABEL_OF, ORIGINAL
from core.mail.signature import split_signature

LONGEST_MARK = 300  # characters; a longer line announces nothing
_INITIALS_QUOTE = re.compile(r"[ \t]{0,8}[A-Z][A-Za-z]{0,9}> ?")  # "Richard> text", Supercite's habit
_RULE = re.compile(r"[ \t]*[*_\-=—–]{4,}[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNKNOWN = "unknown"
_NAMED = frozenset(("from", "date", "to", "subject"))
_RULES = ("--", "==", "**", "__", "*-", "——", "━━", "──")


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


def answered_text(quoted: str) -> str:
    """What the newest quoted mail said, of the lines that `split_text` gives as quoted: its writer's own
    words, without what announced it and what it quoted in turn."""
    lines = [_once_less(line) for line in quoted.split("\n")]
    announced = announcements(lines)
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if length := announced.get(index):
            index += length
            continue
        index += 1
        bare = "" if _RULE.fullmatch(line) else line.strip()
        if not kept and (not bare or _titled(bare) or _label(line) not in ("", _UNKNOWN)):
            continue  # the copied header: nothing of it was said
        kept.append(line if bare else "")
    return split_text("\n".join(kept).strip("\n")).own


def _once_less(line: str) -> str:
    """A quoted line without its mark; nothing of one that was a quote already."""
    if not is_quote(line):
        return line
    bare = line.lstrip(" \t")[1:].removeprefix(" ")
    return "" if is_quote(bare) else bare


def normalise(text: str) -> str:
    """One kind of line end, one kind of space, nothing that cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and not _CONTROL.search(text):
        return text
    return text.replace("\u2028", "\n").replace("\u2029", "\n\n").translate(_INVISIBLE)


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
    announced = announcements(lines)
    labels = [_label(line) if ":" in line[:60] or "：" in line[:60] else "" for line in lines]
    index = 0
    while index < len(lines):
        line = lines[index]
        if line and (_is_quote(line) or _wrapped_quote(lines, index)):
            quoted.append(line)
            index += 1
            continue
        if kind := _copied_mail_at(lines, labels, index):
            return own, quoted + lines[index:], kind == "forward"
        if (above := _notes_header_at(lines, labels, index)) is not None:
            own = own[: len(own) - above]
            return own, quoted + lines[index - above :], False
        if cut := announced_midline(line):
            own.append(line[:cut].rstrip(" -"))
            return own, [*quoted, line[cut:], *lines[index + 1 :]], False
        if length := announced.get(index):
            after = next_text(lines, index + length)
            if after is None or not _is_quote(lines[after]):
                return own, quoted + lines[index:], False
            quoted += lines[index:after]
            index = after
            continue
        own.append(line)
        index += 1
    return own, quoted, False


def _is_quote(line: str) -> bool:
    return is_quote(line) or (">" in line[1:19] and bool(_INITIALS_QUOTE.match(line)))


def _wrapped_quote(lines: list[str], index: int) -> bool:
    """The tail of a long quoted line that some program broke without a mark of its own."""
    line = lines[index]
    before = lines[index - 1] if index else ""
    if len(before) < 60 or not line[:1].islower() or not _is_quote(before):
        return False
    after = lines[index + 1] if index + 1 < len(lines) else ""
    return not after.strip() or _is_quote(after)


def _copied_mail_at(lines: list[str], labels: list[str], index: int) -> str:
    """'original' or 'forward' where a whole copied mail begins, with all that follows it."""
    bare = lines[index].strip()
    if not bare or len(bare) > LONGEST_MARK:
        return ""
    if bare.startswith(_RULES):
        return _ruled_mail_at(lines, labels, index, bare)
    if bare.endswith((":", "：")) and (kind := _titled(bare)):
        return kind
    return "original" if _copied_header_at(lines, labels, index) else ""


def _ruled_mail_at(lines: list[str], labels: list[str], index: int, bare: str) -> str:
    """A rule, or a rule with words in it, over a copied header; or with the words that say so."""
    if kind := _titled(bare):
        return kind
    if not (_RULE.fullmatch(bare) or _closed_rule(bare)):
        return "original" if _copied_header_at(lines, labels, index) else ""
    following = next_text(lines, index + 1)
    if following is not None and following - index <= 2 and _copied_header_at(lines, labels, following):
        return "original"
    return ""


def _closed_rule(bare: str) -> bool:
    """Dashes, words, dashes: a title, whatever its language."""
    return len(bare) <= 90 and bare[:3] == bare[-3:] and len(set(bare[:3])) == 1


def _titled(bare: str) -> str:
    words = bare.strip(" \t*_-=—–━─>:：.").lower()
    return "forward" if words.startswith(FORWARDED) else "original" if words.startswith(ORIGINAL) else ""


def _copied_header_at(lines: list[str], labels: list[str], index: int) -> bool:
    """A block of header lines: a sender and one more label, within the next eight lines."""
    first = labels[index]
    if first not in _NAMED:
        return first == _UNKNOWN and _header_of_any_language(lines, index)
    seen: set[str] = set()
    blank = 0
    for place in range(index, min(index + 10, len(lines))):
        if not lines[place].strip():
            blank += 1
            if blank > 1 and len(seen) > 1:
                break
            continue
        seen.add(labels[place])
    named = seen & _NAMED
    return ("from" in named and len(named) >= 2) or len(named) >= 3


def _header_of_any_language(lines: list[str], index: int) -> bool:
    """Three labelled lines in a row after a blank one, in letters that no label here is written in: an
    address in the first, a date in another."""
    block = lines[index : index + 4]
    labels = [line.partition(":")[0] for line in block if ":" in line[:40]]
    if len(labels) < 3 or (index and lines[index - 1].strip()) or "".join(labels).isascii():
        return False
    values = [line.partition(":")[2] for line in block]
    return "@" in values[0] and any(has_date(value) for value in values[1:])


def _notes_header_at(lines: list[str], labels: list[str], index: int) -> int | None:
    """Lotus Notes copies a header that has no label for its sender: a name, a date, "To:", "cc:",
    "Subject:". How many lines stand above the label at `index`; None where this is none of it."""
    if labels[index] != "to" or "subject" not in labels[index : index + 12]:
        return None
    start, floor = index, max(0, index - 4)
    while start > floor and lines[start - 1].strip() and len(lines[start - 1]) <= 90:
        start -= 1
    return index - start if any(has_date(line) for line in lines[start:index]) else None


def _label(line: str) -> str:
    start = line[:60]
    if "：" in start:
        start = start.replace("：", ":")
    head, colon, _ = start.partition(":")
    if not colon or len(head) > 30:
        return ""
    return LABEL_OF.get(head.strip(" \t*_>|").lower(), _UNKNOWN)


def _join(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\n{4,}", "\n\n\n", text) if text.strip() else ""
