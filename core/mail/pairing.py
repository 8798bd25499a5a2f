"""Finds what each sent mail answers: by In-Reply-To and References, by Gmail's thread, else by the text it
quotes. An answer goes back to whoever wrote; a mail that hands a thread on to others is none."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from core.domain import MailKind, ParsedMail

SHINGLE = 4  # words in a row that two texts share where one quotes the other
ENOUGH = 0.5  # share of the quote's runs that must stand in the message
MOST_EARLIER = 10
_NEVER = datetime.fromtimestamp(0, UTC)
_COMMON = 50  # a run of words that more messages hold than this tells nothing


class Held(Protocol):
    """A message as the store holds it: what pairing needs to know of it."""

    @property
    def mail(self) -> ParsedMail: ...

    @property
    def outgoing(self) -> bool: ...


Message = TypeVar("Message", bound=Held)


@dataclass(frozen=True)
class Pair(Generic[Message]):
    """A sent mail, what it answers (None for a first mail, or where that is not in the store), what stood
    before that, oldest first, and a name for the thread, the same for all pairs of it."""

    sent: Message
    answers: Message | None
    earlier: tuple[Message, ...]
    thread: str


def pair(messages: Sequence[Message]) -> list[Pair[Message]]:
    """One pair for every sent mail that holds the user's own words for whoever wrote to them, or a first
    mail, in the order given. Linear in the text of all messages."""
    by_id = {message.mail.message_id: message for message in messages}
    received = [message for message in messages if not message.outgoing]
    threads = _Threads(received)
    sent = [one for one in messages if one.outgoing and one.mail.kind in (MailKind.REPLY, MailKind.FIRST)]
    told = [_by_header(one, by_id) or threads.source(one) for one in sent]
    quotes = _Quotes(received, [one for one, answers in zip(sent, told, strict=True) if answers is None])
    pairs: list[Pair[Message]] = []
    for message, answers in zip(sent, told, strict=True):
        answers = answers or quotes.source(message)
        if answers is not None and not goes_back(message.mail, answers.mail):
            continue
        earlier = tuple(_ancestors(answers, by_id)) if answers is not None else ()
        oldest = earlier[0] if earlier else answers or message
        pairs.append(Pair(message, answers, earlier, thread_name(oldest.mail)))
    return pairs


def goes_back(sent: ParsedMail, answered: ParsedMail) -> bool:
    """Whether one who wrote is among those a mail is for: by address, by where they asked answers to go,
    or by name, since many have several addresses."""
    readers = (*sent.to, *sent.cc)
    writers = (answered.sender, *answered.reply_to)
    emails = {one.email for one in writers}
    names = {one.name.casefold() for one in writers if one.name}
    return any(one.email in emails or one.name.casefold() in names for one in readers)


def _by_header(message: Message, by_id: dict[str, Message]) -> Message | None:
    """The parent its headers name, never a remoter one; an answer to oneself is a follow-up, no pair."""
    found = by_id.get(next(_parents(message.mail), ""))
    return found if found is not None and not found.outgoing else None


def _parents(mail: ParsedMail) -> Iterator[str]:
    """Ids of what a mail answers, the nearest first."""
    if mail.in_reply_to:
        yield mail.in_reply_to
    yield from reversed(mail.references)


def _ancestors(message: Message, by_id: dict[str, Message]) -> list[Message]:
    found: list[Message] = []
    seen = {message.mail.message_id}
    current = message
    while len(found) < MOST_EARLIER:
        parent = next(
            (by_id[one] for one in _parents(current.mail) if one in by_id and one not in seen), None
        )
        if parent is None:
            break
        seen.add(parent.mail.message_id)
        found.append(parent)
        current = parent
    return found[::-1]


def thread_name(oldest: ParsedMail) -> str:
    """The id of the thread's first mail, as far back as the headers of its oldest one reach."""
    first = next(iter([*oldest.references, oldest.in_reply_to, oldest.message_id]), "")
    return first or oldest.message_id


class _Threads(Generic[Message]):
    """Finds the newest message of the same Gmail thread, from somebody the answer goes to."""

    def __init__(self, received: Iterable[Message]) -> None:
        self._held: defaultdict[str, list[Message]] = defaultdict(list)
        for message in received:
            if message.mail.thread and message.mail.date is not None:
                self._held[message.mail.thread].append(message)

    def source(self, sent: Message) -> Message | None:
        thread = self._held.get(sent.mail.thread, []) if sent.mail.thread else []
        earlier = [one for one in thread if _before(one.mail, sent.mail) and goes_back(sent.mail, one.mail)]
        return max(earlier, key=lambda one: (one.mail.date or _NEVER).timestamp(), default=None)


class _Quotes(Generic[Message]):
    """Finds the received message a quote was taken from, by runs of words they share. Of the received mail
    only those runs are kept that the quotes of `asking` hold: most mail is paired without."""

    def __init__(self, received: Iterable[Message], asking: Iterable[Message]) -> None:
        self._held: list[Message] = list(received)
        self._index: defaultdict[int, list[int]] = defaultdict(list)
        wanted: set[int] = set()
        for message in asking:
            wanted |= _runs(_newest_quote(message.mail.quoted))
        for number, message in enumerate(self._held if wanted else ()):
            for run in wanted & _runs(message.mail.text):
                holders = self._index[run]
                if len(holders) <= _COMMON:
                    holders.append(number)

    def source(self, sent: Message) -> Message | None:
        """The message most of the quote stands in, of those before the answer; the newest of equals."""
        runs = _runs(_newest_quote(sent.mail.quoted))
        hits: defaultdict[int, int] = defaultdict(int)
        for run in runs:
            holders = self._index.get(run, [])
            for number in holders if len(holders) <= _COMMON else ():
                hits[number] += 1
        likely = [number for number, count in hits.items() if count >= ENOUGH * len(runs)]
        earlier = [number for number in likely if _before(self._held[number].mail, sent.mail)]
        best = max(earlier, key=lambda number: (hits[number], number), default=None)
        return None if best is None else self._held[best]


def _before(one: ParsedMail, other: ParsedMail) -> bool:
    return one.date is None or other.date is None or one.date <= other.date


def _newest_quote(quoted: str) -> str:
    """The quote's own level: lines quoted once, or unmarked; deeper ones are older mail."""
    lines = []
    for line in quoted.split("\n"):
        match = re.match(r"((?:[>|] ?)*)", line)
        depth = len(match.group(1).replace(" ", "")) if match else 0
        if depth <= 1:
            lines.append(line[match.end() :] if match else line)
    return "\n".join(lines)


def _runs(text: str) -> set[int]:
    words = re.findall(r"\w+", text.lower())[:5000]
    return set(map(hash, zip(*(words[start:] for start in range(SHINGLE)), strict=False)))
