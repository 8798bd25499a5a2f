"""A prompt without names, addresses and numbers: each stands as a placeholder such as [FIRST_1], the same one
wherever it comes up, and is put back in the answer. Nothing of the map between them leaves this process."""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.domain import Address
from core.models.prompts import Frame, Mail, Part, Prompt
from core.privacy.names import Known, given_away, names, people_in
from core.privacy.particulars import Kind, Span, particulars

_KINDS = "|".join(Kind)
# As we write them, and as models come to write them: [First 1], \[FIRST\_1\], FIRST_1. An escaped one is
# escaped at both ends, for a backslash may stand before a name.
_PLACEHOLDER = re.compile(
    rf"\[\s*(?P<kind>(?i:{_KINDS}))[ _\-](?P<number>\d{{1,5}})(?P<form>[B-Zb-z]?)\s*\]"
    rf"|\\\[\s*(?P<kind_2>(?i:{_KINDS}))\\?[ _\-](?P<number_2>\d{{1,5}})(?P<form_2>[B-Zb-z]?)\s*\\\]"
    rf"|\b(?P<kind_3>{_KINDS})_(?P<number_3>\d{{1,5}})(?P<form_3>[B-Z]?)\b"
)
# A mail's own text that would become one, once what stands beside it is replaced.
_NEARLY = re.compile(rf"(?:{_KINDS})_\d{{1,5}}[B-Z]?")
_BEGUN = re.compile(rf"(?:\\?\[[^\[\]]{{0,22}}|\\|\b(?:{_KINDS})_\d*[B-Z]?|\b[A-Z]{{1,6}})$")
_LONGEST = 24  # characters of a placeholder as models write them
_FORMS = ("", *string.ascii_uppercase[1:])
_EXPLAINED = (
    "Marks such as {example} stand for names, addresses and numbers. Write each exactly as it stands here"
    " where you mean it, and invent none.\n\n"
)


@dataclass(frozen=True)
class Redacted:
    """`prompt` is what may be sent; `held` what its placeholders stand for."""

    prompt: Prompt
    held: dict[str, str]

    def restore(self, text: str, start: int = 0) -> str:
        """With every placeholder put back that is known and begins at `start` or later; others stay."""

        def held(match: re.Match[str]) -> str:
            return match.group() if match.start() < start else self.held.get(_plain(match), match.group())

        return _PLACEHOLDER.sub(held, text)

    def restoring(self, on_text: Callable[[str], None]) -> "Restoring":
        return Restoring(self, on_text)


class Restoring:
    """Passes pieces of an answer on as they come, each placeholder once it is whole."""

    def __init__(self, redacted: Redacted, on_text: Callable[[str], None]) -> None:
        self._redacted, self._on_text = redacted, on_text
        self._waiting = ""
        self._before = ""  # the word that was passed on last: what follows may be part of it

    def __call__(self, piece: str) -> None:
        self._waiting += piece
        ready = len(self._waiting) - _open_tail(self._waiting)
        self._pass(ready)

    def end(self) -> None:
        self._pass(len(self._waiting))

    def _pass(self, ready: int) -> None:
        whole, self._waiting = self._waiting[:ready], self._waiting[ready:]
        if whole:
            before = len(self._before)
            self._on_text(self._redacted.restore(self._before + whole, before)[before:])
            self._before = re.split(r"\W", self._before + whole)[-1][-_LONGEST:]


class Redactor:
    """`people`: everyone the mailbox's headers name. `words`: the user's own, hidden wherever they stand."""

    def __init__(self, people: Iterable[Address] = (), words: Sequence[str] = ()) -> None:
        self._people = tuple(people)
        longest_first = sorted((word.strip() for word in words if word.strip()), key=len, reverse=True)
        pattern = "|".join(
            re.sub(r"\s+", r"\\s+", re.escape(word).replace("\\ ", " ")) for word in longest_first
        )
        self._words = re.compile(pattern, re.IGNORECASE) if pattern else None

    def redact(self, prompt: Prompt) -> Redacted:
        """The same prompt always becomes the same text; numbers follow the order in which things come up."""
        texts = [part.text for part in prompt.parts if isinstance(part, Mail)]
        known, given = self._known(texts)
        book = _Book(known)
        parts: list[Part] = []
        for part in prompt.parts:
            if isinstance(part, Frame):
                parts.append(part)
                continue
            spans = joined([*self._own(part.text), *particulars(part.text), *names(part.text, known, given)])
            parts.append(Mail(_replaced(part.text, spans, book)))
        if not book.held:
            return Redacted(prompt, {})
        explained = Frame(_EXPLAINED.format(example=next(iter(book.held))))
        return Redacted(replace(prompt, parts=(explained, *parts)), book.held)

    def _known(self, texts: Sequence[str]) -> tuple[Known, set[str]]:
        known, given = Known(), set[str]()
        for text in texts:
            for person in people_in(text):
                known.add(person, near=True)
            given |= given_away(text)
        for person in self._people:
            known.add(person, near=False)
        return known, given

    def _own(self, text: str) -> Iterator[Span]:
        if self._words is not None:
            yield from (Span(*match.span(), Kind.WORD) for match in self._words.finditer(text))
        for own in (_PLACEHOLDER, _NEARLY):
            yield from (Span(*match.span(), Kind.TEXT) for match in own.finditer(text))


class _Book:
    """Which placeholder stands for which text; what differs in case alone shares a number."""

    def __init__(self, known: Known) -> None:
        self.held: dict[str, str] = {}
        self._known = known
        self._of: dict[tuple[Kind, str], str] = {}
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._forms: Counter[tuple[Kind, int]] = Counter()
        self._last: Counter[Kind] = Counter({Kind.FIRST: known.people, Kind.LAST: known.people})

    def placeholder(self, kind: Kind, text: str) -> str:
        if (kind, text) not in self._of:
            made = self._new(kind, text)
            self._of[kind, text] = made
            self.held[made] = text
        return self._of[kind, text]

    def _new(self, kind: Kind, text: str) -> str:
        number = self._number(kind, text.casefold())
        if self._forms[kind, number] == len(_FORMS):
            number = self._fresh(kind)
        form = _FORMS[self._forms[kind, number]]
        self._forms[kind, number] += 1
        return f"[{kind}_{number}{form}]"

    def _number(self, kind: Kind, key: str) -> int:
        role = self._known.roles.get(key)
        if role is not None and role[0] == kind:
            return role[1]
        if (kind, key) not in self._numbers:
            self._numbers[kind, key] = self._fresh(kind)
        return self._numbers[kind, key]

    def _fresh(self, kind: Kind) -> int:
        self._last[kind] += 1
        return self._last[kind]


def unrestored(text: str, source: str) -> list[tuple[int, int]]:
    """Where `text`, an answer that was restored, holds a placeholder still; those of `source`, which it was
    made from, are the mail's own."""
    own = {match.group() for match in _PLACEHOLDER.finditer(source)}
    return [match.span() for match in _PLACEHOLDER.finditer(text) if match.group() not in own]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans as one, of the longest one's kind: nothing of either stays."""
    made: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not made or span.start >= made[-1].end:
            made.append(span)
            longest = span.end - span.start
            continue
        last = made[-1]
        wider = span.end - span.start > longest
        longest = max(longest, span.end - span.start)
        made[-1] = Span(last.start, max(last.end, span.end), span.kind if wider else last.kind)
    return made


def _replaced(text: str, spans: Sequence[Span], book: _Book) -> str:
    made, at = "", 0
    for span in spans:
        made += text[at : span.start] + book.placeholder(span.kind, text[span.start : span.end])
        at = span.end
    return made + text[at:]


def _plain(match: re.Match[str]) -> str:
    kind, number, form = (
        match[name] or match[f"{name}_2"] or match[f"{name}_3"] or "" for name in ("kind", "number", "form")
    )
    return f"[{kind.upper()}_{int(number)}{form.upper()}]"


def _open_tail(text: str) -> int:
    """How many characters at the end may be the beginning of a placeholder."""
    tail = text[-_LONGEST:]
    begun = _BEGUN.search(tail)
    return len(tail) - begun.start() if begun else 0
