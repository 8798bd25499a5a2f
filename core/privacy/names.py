"""Names in mail: those the headers tell, and those a text itself gives away. No model is asked: a model for
it weighs hundreds of megabytes, and the headers of the mailbox know most people who are written about."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from core.domain import Address
from core.privacy.particulars import Kind, Span
from core.traits import display_name

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’\-](?=[^\W\d_]))*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
# 'Ann Kovač <ann@north.example>', in a header that we wrote or a quote that a mail program did.
_MAILBOX = re.compile(
    r"\"?([^\W\d_][\w.,'’\- ()]{0,80}?)\"?[ \t]*[<(\[](?:mailto:)?([^\s<>@]{1,64}@[^\s<>]{1,253})[>)\]]"
)
_EARLIER = re.compile(r"^\[([^\[\]\n]{1,80})\]", re.MULTILINE)  # who wrote what stands earlier in a thread
_HELLO = (
    "hi|hiya|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|greetings|thanks|thank you"
    "|many thanks|hallo|liebe[rs]?|guten (?:tag|morgen)|sehr geehrte[rs]?|moin|bonjour|salut|ch[eè]re?s?|hola"
    "|querid[oa]s?|estimad[oa]|ciao|gentile|caro|cara|beste|hej|kære"
)
_BYE = (
    r"thanks|thank you|many thanks|thx|cheers|best|regards|(?:kind|best|warm|many) (?:regards|wishes)"
    r"|sincerely|yours(?: \w+)?|love|ciao|viele grüße|gruß|grüße|lg|mfg|mit freundlichen grüßen|cordialement"
    "|saludos"
)
_GREETING = re.compile(
    rf"^[ \t>]*(?:{_HELLO})[ \t,]+((?:[^\W\d_][\w.'’\-]*[ \t]*){{1,4}})(?=[,!:;.?\-–—/&\n]|and\b|$)",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED_LINE = re.compile(
    r"^[ \t>]*(?:--?[ \t]*)?((?:[^\W\d_a-z][\w.'’\-]*[ \t]*){1,4})([,.!]?)[ \t]*$", re.MULTILINE
)
_CLOSING = re.compile(
    rf"^[ \t>]*(?:{_BYE})[,.! ]*\n+[ \t>]*(?:--?[ \t]*)?((?:[^\W\d_][\w.'’\-]*[ \t]*){{1,3}})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|mx|dr|prof|professor|sir|dame|herrn?|frau|mme|m\.|sr|sra|miss|madame|monsieur)\.?\s$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:^|[.!?:;…][\"'”’)\]]*\s+|\n[\s>]*(?:[-*•–]|\d+[.)])?\s*|^\s*[-*•–]\s+|[(\"“]\s*)$")
_CALLED = re.compile(
    r"[ \t]?[,:–—]|[ \t]--?\s|[ \t]+(?:is|was|has|will|would|said|says|asked|wants|needs|told|sent|wrote"
    r"|and[ \t]+[^\W\d_a-z])\b"
)
_GERMAN = re.compile(
    r"\b(?:der|die|das|und|ist|nicht|mit|ich|wir|sie|für|auf|ein|eine|den|dem|zu)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class _Words:
    nobody: frozenset[str]
    words_too: frozenset[str]
    roles: frozenset[str]


@cache
def _words() -> _Words:
    text = (files("core.privacy") / "names.toml").read_text("utf-8")
    return _Words(**{name: frozenset(words.split()) for name, words in tomllib.loads(text).items()})


@dataclass
class Known:
    """Words that name people, by casefold: those of this thread's headers, whatever their case, and those of
    the whole mailbox's, where they have a capital. `roles`: which are a first or a last name."""

    near: set[str] = field(default_factory=set)
    far: set[str] = field(default_factory=set)
    roles: dict[str, tuple[Kind, int]] = field(default_factory=dict)
    people: int = 0

    def add(self, person: Address, near: bool) -> None:
        """`near`: of this thread."""
        name = display_name(person)
        words = [word for word in _names(name, _words().words_too) if word.casefold() not in _words().roles]
        (self.near if near else self.far).update(word.casefold() for word in words)
        local, _, domain = person.email.partition("@")
        labels = [*re.split(r"[._\-+\d]+", local), *re.split(r"[.\-]", domain)[:-1]]
        self.far.update(
            one.casefold() for one in labels if len(one) > 2 and one.casefold() not in _words().roles
        )
        if near and words:
            self._tell_apart(words)

    def _tell_apart(self, words: list[str]) -> None:
        if all(word.casefold() in self.roles for word in words):
            return
        self.people += 1
        for place, word in enumerate(words):
            if place in (0, len(words) - 1):
                kind = Kind.FIRST if place == 0 else Kind.LAST
                self.roles.setdefault(word.casefold(), (kind, self.people))


def people_in(text: str) -> Iterator[Address]:
    """Whom a text names beside their address, and who it says wrote what stood before."""
    for match in _MAILBOX.finditer(text):
        yield Address(match[1].strip().strip("\"'"), match[2].casefold())
    for match in _EARLIER.finditer(text):
        who = match[1].strip()
        yield Address("", who.casefold()) if "@" in who else Address(who, "")


def given_away(text: str) -> set[str]:
    """Words, by casefold, that a text itself shows to be names: greeted, signed, or capitalised where no
    sentence opens."""
    found: set[str] = set()
    for pattern in (_GREETING, _CLOSING):
        found |= {word.casefold() for match in pattern.finditer(text) for word in _names(match[1])}
    german = _is_german(text)
    for match in _NAMED_LINE.finditer(text):
        if len(match[1].split()) > 1 or match[2] == "," or match.start() > 0:
            found |= {word.casefold() for word in _names(match[1]) if not german or _rare(word)}
    for word in _WORD.finditer(text):
        bare = _POSSESSIVE.sub("", word.group())
        if (
            bare[0].isupper()
            and len(bare) > 1
            and bare.casefold() not in _words().nobody
            and _is_name(text, word, bare, german)
        ):
            found.add(bare.casefold())
    return found


def names(text: str, known: Known, given: set[str]) -> Iterator[Span]:
    """Every place of a name."""
    for word in _WORD.finditer(text):
        bare = _POSSESSIVE.sub("", word.group())
        key = bare.casefold()
        if _stands_for_somebody(text, word, bare, known, given):
            kind = known.roles.get(key, (Kind.NAME, 0))[0]
            yield Span(word.start(), word.start() + len(bare), kind)
        else:
            yield from _parts(word, known)


def _stands_for_somebody(text: str, word: re.Match[str], bare: str, known: Known, given: set[str]) -> bool:
    key = bare.casefold()
    if not bare[0].isupper():
        sure = key not in _words().words_too and key not in _words().nobody
        return sure and ((key in known.near and len(key) > 2) or (key in given and _greeted(text, word)))
    if key in known.near:
        return True
    if key in _words().nobody:  # one of the mailbox's many people is called Will or May, too
        return key in known.far and not _opens(text, word)
    return key in known.far or key in given


def _opens(text: str, word: re.Match[str]) -> bool:
    return bool(_OPENS.search(text[max(0, word.start() - 16) : word.start()]))


def _parts(word: re.Match[str], known: Known) -> Iterator[Span]:
    """'Ann' in 'Ann-Tom' and in 'Ann/Tom' alike."""
    if not re.search(r"[-'’]", word.group()):
        return
    for part in re.finditer(r"[^-'’]+", word.group()):
        key = part.group().casefold()
        if (
            part.group()[0].isupper()
            and len(key) > 2
            and key not in _words().nobody
            and key in known.near | known.far
        ):
            yield Span(word.start() + part.start(), word.start() + part.end(), Kind.NAME)


def _greeted(text: str, word: re.Match[str]) -> bool:
    """Whether a word without a capital stands in a greeting or under a closing."""
    return any(
        match.start(1) <= word.start() < match.end(1)
        for pattern in (_GREETING, _CLOSING)
        for match in pattern.finditer(text)
    )


def _is_name(text: str, word: re.Match[str], bare: str, german: bool) -> bool:
    if _TITLE.search(text[max(0, word.start() - 16) : word.start()]):
        return True
    if german or _heads(text, word):
        return _rare(bare)
    if not _opens(text, word):
        return True
    after = text[word.end() :]
    next_word = re.match(r"[ \t]+(?:(?:de|van|von|der|la)[ \t]+)?([^\W\d_a-z][\w'’\-]*)", after)
    if next_word and next_word[1].casefold() not in _words().nobody:
        return _seldom(bare)
    return _rare(bare) or (
        bool(_CALLED.match(after)) and not bare.casefold().endswith(("ly", "ing", "ed")) and _seldom(bare)
    )


def _heads(text: str, word: re.Match[str]) -> bool:
    """Whether a word stands in a subject, or in a line that is all capitals: there every word has one."""
    start, end = text.rfind("\n", 0, word.start()) + 1, text.find("\n", word.end())
    line = text[start : end if end >= 0 else len(text)]
    letters = [character for character in line if character.isalpha()]
    shouts = len(letters) > 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    return line.startswith("Subject: ") or shouts


def _is_german(text: str) -> bool:
    """There every noun has a capital, so a capital alone tells nothing."""
    return len(_GERMAN.findall(text)) > 0.08 * (text.count(" ") + 1) and len(text) > 40


def _rare(word: str) -> bool:
    return _frequency(word) < 3.0


def _seldom(word: str) -> bool:
    return _frequency(word) < 5.4


def _frequency(word: str) -> float:
    """Zipf's scale: 3 for a word in a million, over the languages that mail is most often written in."""
    from wordfreq import zipf_frequency

    return max(float(zipf_frequency(word.casefold(), language)) for language in ("en", "de"))


def _names(text: str, even: frozenset[str] = frozenset()) -> list[str]:
    """The words of `text` that may be names, those of `even` among them."""
    found = (_POSSESSIVE.sub("", word.group()) for word in _WORD.finditer(text))
    nobody = _words().nobody - even
    return [word for word in found if len(word) > 1 and word.casefold() not in nobody]
