"""How a reply is laid out: greeting, body, closing phrase, signed name. All detectors start here."""

import re
from dataclasses import dataclass

from core.domain import Address, Incoming

_TITLES = r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|frau|mme)\.?"
_GREETING_WORDS = (
    r"hi|hello|hey|hiya|dear|greetings|good (?:morning|afternoon|evening|day)|morning|afternoon|evening"
    r"|to whom it may concern|howdy|hallo|liebe[r]?|moin|guten (?:morgen|tag|abend)|sehr geehrte[r]?|servus"
    r"|bonjour|salut|ch(?:er|ère)|hola|buenos d[ií]as|estimad[oa]|ciao|gentile"
)
_GREETING = re.compile(rf"^(?:{_GREETING_WORDS})\b", re.IGNORECASE)
_GREETING_END = re.compile(r"(?i:(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bdr)(?<!\bprof))[,!:;.]|\s?[-–—]+(?=\s|$)")
_CLOSINGS = re.compile(
    r"^(?:(?:with |my |all (?:the |my )?|many |kind(?:est)? |warm(?:est)? |very |best |yours |in |much "
    r"|sincere )*"
    r"(?:best|regards|wishes|thanks|thx|cheers|sincerely|faithfully|truly|respectfully|cordially|yours|love"
    r"|gratitude|appreciation|thank you|talk soon|speak soon|see you|take care|later|ciao|br|bw|kr|rgds"
    r"|warmly|have a (?:good|great|nice|lovely)"
    r"|viele grüße|liebe grüße|mit freundlichen grüßen|beste grüße|gruß|cordialement|saludos|saluti"
    r"|onwards?)\b"
    r"[^.?]*)$",
    re.IGNORECASE,
)
# One word and a comma above a blank line greets ('Ann,'), unless it answers; and these name nobody.
_ANSWERS = re.compile(
    r"^(?:thanks?|thank you|yes|no|ok|okay|sure|great|done|agreed|understood|perfect|sorry)\b", re.IGNORECASE
)
_GROUPS = frozenset(
    "all team everyone everybody folks guys colleagues friends both gentlemen ladies sir madam".split()
)
_MAX_GREETING_WORDS = 6
_MAX_CLOSING_WORDS = 5


@dataclass(frozen=True)
class Names:
    """Who a reply goes to (`sender` of what came in) and who writes it; empty where unknown."""

    sender_first: str = ""
    sender_full: str = ""
    user_first: str = ""
    user_full: str = ""

    @classmethod
    def of(cls, incoming: Incoming) -> "Names":
        sender, user = display_name(incoming.sender), display_name(incoming.recipient)
        return cls(first_name(sender), sender, first_name(user), user)


@dataclass(frozen=True)
class Layout:
    """A reply in parts. `greeting` and `closing` as written ('' where there is none);
    `inline` says that the greeting shares its line with the body."""

    greeting: str
    inline: bool
    body: str
    closing: str
    signed: str


def display_name(address: Address) -> str:
    """The name in the order it is spoken; made from `ann.smith@...` where the header gives none."""
    name = address.name.strip().strip("'\"")
    if not name:
        parts = re.split(r"[._]", address.email.partition("@")[0])
        name = " ".join(part.capitalize() for part in parts if part.isalpha() and len(part) > 1)
    if name.count(",") == 1:
        last, first = name.split(",")
        name = f"{first.strip()} {last.strip()}"
    return re.sub(rf"^{_TITLES}\s+", "", name, flags=re.IGNORECASE)


def first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name else ""


def tidy(text: str) -> str:
    """Typographic quotes and spaces made plain, so that both kinds compare equal."""
    return text.translate(str.maketrans("’‘“”\u00a0", "''\"\" "))


def lay_out(text: str, names: Names) -> Layout:
    lines = [line.rstrip() for line in tidy(text).strip().split("\n")]
    closing, signed, lines = _take_closing(lines, names)
    greeting, inline, lines = _take_greeting(lines, names)
    return Layout(greeting, inline, "\n".join(lines).strip(), closing, signed)


def _take_greeting(lines: list[str], names: Names) -> tuple[str, bool, list[str]]:
    if not lines:
        return "", False, lines
    line = lines[0].strip()
    end = _GREETING_END.search(line)
    head = line[: end.end()] if end else line
    alone = len(lines) > 2 and not lines[1].strip() and len(head) == len(line)
    if not _is_greeting(head, bool(end), names) and not (alone and _is_open_greeting(line, names)):
        return "", False, lines
    rest = line[len(head) :].strip()
    return head.strip(), bool(rest), ([rest] if rest else []) + lines[1:]


def _is_greeting(head: str, ended: bool, names: Names) -> bool:
    words = head.split()
    if not words or len(words) > _MAX_GREETING_WORDS:
        return False
    if _GREETING.match(head):
        # 'Hello world of ...' without an end mark is a greeting only as a short line of its own.
        return ended or len(words) <= 4
    bare = head.strip(" ,!:;.-–—").casefold()
    return bool(bare) and bare in {names.sender_first.casefold(), names.sender_full.casefold()}


def _is_open_greeting(line: str, names: Names) -> bool:
    """A short line above a blank one: any words that end as greetings do, or that name the person."""
    words = line.split()
    if not 0 < len(words) <= 4 or not line[0].isalpha() or _ANSWERS.match(line):
        return False
    named = bool(names.sender_first) and names.sender_first in line
    return named or line.endswith((",", "-", "–")) or (line.endswith("!") and len(words) < 3)


def _take_closing(lines: list[str], names: Names) -> tuple[str, str, list[str]]:
    kept = list(lines)
    signed = ""
    if len(_filled(kept)) > 1 and _signature_kind(kept[-1], names):
        signed = kept.pop().strip(" -–—.")
    kept = _strip_end(kept)
    if not kept:
        return "", signed, kept
    last = kept[-1].strip()
    if not signed:
        closing, name = _closing_with_name(last, names)
        if closing and len(_filled(kept)) > 1:
            return closing, name, _strip_end(kept[:-1])
        if len(kept) > 1 and _looks_like_name(last) and _is_closing(_strip_end(kept[:-1])[-1].strip(), False):
            signed, kept = last, _strip_end(kept[:-1])
            last = kept[-1].strip()
    alone = len(kept) > 2 and not kept[-2].strip()
    # Nothing but a closing ends in a comma on a line of its own, with a name below or without.
    before_name = bool(signed) or (alone and last.endswith(","))
    if len(_filled(kept)) > 1 and (
        _is_closing(last, before_name) or (alone and signed and _is_open_closing(last))
    ):
        return last, signed, _strip_end(kept[:-1])
    return "", signed, kept


def _closing_with_name(line: str, names: Names) -> tuple[str, str]:
    """'Best, Ann' on one line -> ('Best,', 'Ann')."""
    match = re.match(r"^(.{1,40}?[,!.]|.{1,40}?\s[-–—])\s*(\S.*)$", line)
    if not match or not _signature_kind(match[2], names) or not _is_closing(match[1], True):
        return "", ""
    return match[1].strip(), match[2].strip(" .")


def _is_closing(line: str, before_name: bool) -> bool:
    words = line.split()
    most = _MAX_GREETING_WORDS if line.endswith(",") else _MAX_CLOSING_WORDS
    if not words or len(words) > most:
        return False
    bare = line.rstrip(" ,!.-–—")
    # Closings are an open set: any short line with a comma before the name is one.
    return bool(_CLOSINGS.match(bare)) or (before_name and line.endswith(","))


def _is_open_closing(line: str) -> bool:
    """A short line of its own above the name, with no full stop: a closing, whatever its words."""
    return len(line.split()) <= 4 and not line.endswith((".", "?")) and line[0].isalpha()


def signed_as(signed: str, names: Names) -> str:
    """How the writer signs: 'first', 'full', 'initial' or 'none'."""
    if not signed:
        return "none"
    kind = _signature_kind(signed, names)
    return kind or ("full" if len(signed.split()) > 1 else "first")


def _signature_kind(line: str, names: Names) -> str:
    bare = line.strip(" -–—.,").casefold()
    if not bare or not names.user_full:
        return ""
    initials = "".join(part[0] for part in names.user_full.split()).casefold()
    if bare in {names.user_full.casefold(), names.user_full.casefold().replace("-", " ")}:
        return "full" if " " in bare else "first"
    if bare == names.user_first.casefold():
        return "first"
    if bare.replace(".", "").replace(" ", "") in {initials, initials[0]}:
        return "initial"
    return ""


def _looks_like_name(line: str) -> bool:
    words = line.strip(" -–—.").split()
    return 0 < len(words) <= 3 and all(word[0].isupper() and word.strip(".-").isalpha() for word in words)


def _filled(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _strip_end(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def greeting_form(greeting: str, names: Names) -> str:
    """The greeting with the person's name as {first}, {full} or {last}; 'none' for no greeting.
    A name the header does not hold (a nickname) counts as a first name."""
    if not greeting:
        return "none"
    form = greeting
    last = names.sender_full.split()[-1] if " " in names.sender_full else ""
    for name, slot in ((names.sender_full, "{full}"), (names.sender_first, "{first}"), (last, "{last}")):
        if slot == "{full}" and name == names.sender_first:
            continue
        if name:
            form = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", slot, form, flags=re.IGNORECASE)
    return form if "{" in form else _slot_unknown_name(form)


def _slot_unknown_name(form: str) -> str:
    match = _GREETING.match(form)
    if not match:
        word = form.rstrip(" ,!:;.-–—")
        is_name = word.isalpha() and word[0].isupper() and word.casefold() not in _GROUPS
        return "{first}" + form[len(word) :] if is_name else form
    rest = form[match.end() :]
    name = re.search(rf"(?:(?<=\s)(?i:{_TITLES})\s+)?([A-ZÀ-Þ][\w'-]*)((?: [A-ZÀ-Þ][\w'-]*)*)", rest)
    if not name or re.fullmatch(_TITLES, name[1], re.IGNORECASE):
        return form
    titled = name[0] != name[1] + name[2]
    slot = "{last}" if titled else "{full}" if name[2] else "{first}"
    return form[: match.end()] + rest[: name.start(1)] + slot + rest[name.end() :]


def sentences(body: str) -> list[str]:
    """Sentences of a body, list items counted as sentences of their own; wrapped lines are joined."""
    flowing = re.sub(r"(?<![.!?…:\n])\n(?!\s*(?:\n|--?\s|[*•–]\s|\(?\d{1,2}[.)]\s))", " ", body)
    pieces = re.split(r"(?<=[.!?…])\s+|\n+", flowing)
    return [piece.strip() for piece in pieces if re.search(r"\w", piece)]


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['-]\w+)*", text)
