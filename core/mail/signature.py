"""Takes the signature off a mail's own text: the block under a delimiter, a phone's line, small print,
contact lines under a name. The closing ("Best, Ann") stays: it is style, and Longhand learns it."""

import re

from core.mail.courtesies import CLOSINGS, DISCLAIMERS, SENT_FROM, SENT_FROM_END

MOST_BLOCKS = 6  # a name, a phone's line, small print, one over the other
LONGEST_BLOCK = 18  # non-blank lines; more than that under a rule is text, not a signature
_DELIMITER = re.compile(r"(?:--|—|–|__|-- -)\s*")
_RULE = re.compile(r"[ \t]*(?:[-_=~*#+—–]{2,}|[-_=~*+] ?(?:[-_=~*+] ?){3,})[ \t]*")
_CONTACT = re.compile(
    r"https?://|\bwww\.|[\w.+\-]{1,64}@[\w\-]+\.|"  # links and addresses
    r"\+\d[\d ().\-]{6,}|\(?\d{2,4}\)?[ .\-/]\d{3}[ .\-]\d{3,}|\d{3}[.\-/ ]\d{4}\b|"  # telephone numbers
    r"\b(?:tel|phone|fax|mobile|cell|office|telefon|mobil|direct|ext|e-?mail|web|skype|icq|aim|pager|gsm|"
    r"tél|téléphone|portable|teléfono|móvil|telefone|celular|cellulare|telefoon|mobiel|komórka|telefono|"
    r"handy|durchwahl|тел|моб|τηλ|puh|電話|电话|手机|전화|휴대폰)\b"
    r"[.)]?(?::| ?[+(\d])",
    re.IGNORECASE,
)
# An inner line: "x-4711", "*4711", "3-7060". Nothing but that on its line.
_EXTENSION = re.compile(
    r"(?:(?:x|ext\.?|[*#]) ?-?|\(\d{2,5}\) ?|\d{1,4}[-/])\d[\d \-./]{2,17}\d", re.IGNORECASE
)
# What small print is about; a sentence of one's own may begin as it does.
_SMALL_PRINT = re.compile(
    r"confiden|privileg|intended|disclos|unauthori[sz]ed|environment|print|liab|virus|vertraulich|empfänger|"
    r"destinat|confidenti|vertrouwelijk|geadresseerde|mottagar|modtager|mottaker|fortrolig|poufn|adresat|důvěrn|"
    r"luottamuksell|конфиденц|címzett|bizalmas|gizli|alıcı",
    re.IGNORECASE,
)
_CLOSINGS = frozenset(CLOSINGS)
_WORDS = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?")


def split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines less their signature, and the signature's lines."""
    lines = _strip_blank(lines)
    signature: list[str] = []
    for _ in range(MOST_BLOCKS):
        cut = _cut(lines)
        if cut is None or cut >= len(lines):
            break
        signature = lines[cut:] + signature
        lines = _strip_blank(lines[:cut])
    return lines, _strip_blank(signature)


def is_closing(line: str) -> bool:
    """Whether a line is a letter's closing: 'Best regards,', 'Thanks!', 'Viele Grüße aus Köln'."""
    words = line.strip().strip(" ,.!;:-—–*_").lower()
    if not words or len(words) > 48:
        return False
    if words in _CLOSINGS:
        return True
    return line.rstrip().endswith((",", "!")) and words.split(" from ")[0].split(" aus ")[0] in _CLOSINGS


def _cut(lines: list[str]) -> int | None:
    """Where a signature begins, looking for one kind after another."""
    for find in (_delimiter, _sent_from, _small_print, _ruled_block, _contact_block):
        cut = find(lines)
        if cut is not None:
            return cut
    return None


def _delimiter(lines: list[str]) -> int | None:
    found, filled, block = None, 0, True
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        # "--" is the signature's own mark (RFC 3676, 4.3); people part their texts with the others too.
        if line and _DELIMITER.fullmatch(line) and (block or line.startswith("--")):
            found = index
        filled += bool(line.strip())
        block = block and is_block_line(line)
        if filled > LONGEST_BLOCK:
            break
    return found


def _sent_from(lines: list[str]) -> int | None:
    start = max(0, len(lines) - 8)
    for index in range(start, len(lines)):
        words = lines[index].strip(" \t*_-—<[(").lower()
        if _by_itself(words) and _filled(lines[index + 1 :]) <= 3:
            return index
    return None


def _by_itself(line: str) -> bool:
    """'Sent from my phone', and no sentence that happens to begin so."""
    sentence = line.endswith((".", "?", "!")) and len(line.split()) > 6
    signs = line.startswith(SENT_FROM) or line.rstrip(" .>)]*_").endswith(SENT_FROM_END)
    return len(line) <= 120 and signs and not sentence


def _small_print(lines: list[str]) -> int | None:
    for index, line in enumerate(lines):
        words = line.strip(" \t*_-<[(").lower()
        if index and not lines[index - 1].strip() and words.startswith(DISCLAIMERS):
            return index if _SMALL_PRINT.search("\n".join(lines[index:])) else None
    return None


def _ruled_block(lines: list[str]) -> int | None:
    """A rule of dashes or underscores with a few short lines under it, or nothing."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 2 - LONGEST_BLOCK), -1):
        if not _RULE.fullmatch(lines[index]) or not lines[index].strip():
            continue
        if "```" in "".join(lines[index:]):
            return None
        if _underlines(lines, index):
            continue
        below = [line for line in lines[index + 1 :] if line.strip()]
        if all(len(line) <= 90 for line in below) and _block_like(below, lines[index]):
            return index
    return None


def _underlines(lines: list[str], index: int) -> bool:
    """Whether a rule is as long as the words right above it: a heading's."""
    above = lines[index - 1].strip() if index else ""
    return (
        bool(above)
        and set(lines[index].strip()) <= {"-", "="}
        and abs(len(above) - len(lines[index].strip())) <= 2
    )


def _block_like(below: list[str], rule: str) -> bool:
    if not below:
        return True
    long_rule = len(rule.strip()) >= 5 and set(rule.strip()) <= set("_-=~*—")
    contacts = sum(bool(_CONTACT.search(line)) for line in below)
    return (
        long_rule
        and (contacts > 0 or len(below) <= 4)
        and not any(line.rstrip().endswith("?") for line in below)
    )


def _contact_block(lines: list[str]) -> int | None:
    """Contact lines at the end, under a closing and a name or under a name alone; those two stay."""
    start = len(lines)
    while start > 0 and len(lines) - start < LONGEST_BLOCK and is_block_line(lines[start - 1]):
        start -= 1
    block = lines[start:]
    contact = next((i for i, line in enumerate(block) if says_contact(line)), None)
    if contact is None or start == 0 == contact:
        return None
    closing = next((i for i in range(contact, -1, -1) if is_closing(block[i])), None)
    first = closing + 1 if closing is not None else 0
    while first < len(block) and not block[first].strip():
        first += 1
    name = first if closing is not None else _name_before(block, contact)
    if name is None or name >= len(block):
        return None
    cut = name + 1 if is_name(block[name]) else name
    return start + cut if cut <= contact else start + contact


def _name_before(block: list[str], contact: int) -> int | None:
    """The first line of the paragraph that leads to the first contact line, if it is a name."""
    first = contact
    while first > 0 and block[first - 1].strip():
        first -= 1
    if first == contact and first > 1:
        first -= 2
        while first > 0 and block[first - 1].strip():
            first -= 1
    return first if is_name(block[first]) else None


def is_name(line: str) -> bool:
    """Whether a line may be a person's name: one to four words and nothing else."""
    words = line.strip(" \t-—–*_,./").split()
    return 0 < len(words) <= 4 and all(_WORDS.fullmatch(word) for word in words)


def says_contact(line: str) -> bool:
    """Whether a link, an address or a telephone number stands in a line."""
    return bool(_CONTACT.search(line) or _EXTENSION.fullmatch(line.strip()))


def is_block_line(line: str) -> bool:
    """A line that may stand in a signature: short, and no sentence."""
    text = line.strip()
    words = len(text.split())
    if len(text) > 75 or (text.endswith((".", "?", "!")) and words > 6):
        return False
    return words <= 8 or bool(_CONTACT.search(text))


def _filled(lines: list[str]) -> int:
    return sum(bool(line.strip()) for line in lines[: LONGEST_BLOCK + 1])


def _strip_blank(lines: list[str]) -> list[str]:
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return lines[first:last]
