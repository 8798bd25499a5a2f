"""Other texts than mail, such as articles and reviews, to run an evaluation on: JSON lines, each an object
with `context` (what the text answers or is about), `text`, `author` and `date`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core.domain import Address, Exchange, ExchangeId, Incoming
from core.drafting.thread_cut import MAX_CHARACTERS, cut
from core.errors import InputError
from core.evaluation.evaluating import digest
from core.store.exchanges import NewExchange
from core.traits.kinds import kind_of

# Nobody in particular: a name would be taken for that of a correspondent.
_READER = Address("", "")


@dataclass(frozen=True)
class Text:
    """One line; `date` in ISO 8601, with a time of day or without."""

    context: str
    text: str
    author: str
    date: str

    @property
    def moment(self) -> datetime:
        """UTC where it names no zone. Raises ValueError."""
        found = datetime.fromisoformat(self.date)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Corpus:
    """`own`: the exchanges of the author who stands for the user; `others`: everybody else's; `digest` stands
    for all of it."""

    own: tuple[NewExchange, ...]
    others: tuple[Exchange, ...]
    digest: str


def corpus(path: Path, author: str = "") -> Corpus:
    """`author`: whoever has the most lines, where it is empty. Raises InputError for a file that cannot be
    used, with the number of the line that is wrong."""
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError("The data file cannot be read; check its name and its permissions.") from None
    texts = [_text(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    if not texts:
        raise InputError("There is nothing in the data file; it wants one JSON object a line.")
    chosen = author or most_frequent(texts)
    own = tuple(_new(text, number) for number, text in enumerate(texts) if text.author == chosen)
    if not own:
        raise InputError("Nothing in the data file is by that author; give another --author, or none.")
    others = tuple(_other(text, number) for number, text in enumerate(texts) if text.author != chosen)
    return Corpus(own, others, digest(chosen.encode() + b"\n" + data))


def most_frequent(texts: Sequence[Text]) -> str:
    """The author of the most texts; of several, the first to appear."""
    return Counter(text.author for text in texts).most_common(1)[0][0]


def _text(number: int, line: bytes) -> Text:
    try:
        found = msgspec.json.decode(line, type=Text)
        found.moment  # noqa: B018 - whether it can be read
    except (msgspec.DecodeError, ValueError):
        # Not the library's own words: they may quote the line.
        raise InputError(
            f"Line {number} of the data file cannot be used; it wants a JSON object with the strings context,"
            " text, author and date (such as 2026-03-01)."
        ) from None
    if not found.text.strip() or not found.author.strip():
        raise InputError(
            f"Line {number} of the data file has no text or no author; fill it in or leave it out."
        )
    return found


def _new(text: Text, number: int) -> NewExchange:
    context = text.context.strip()
    return NewExchange(
        incoming=Incoming(_READER, Address(text.author, ""), "", cut(context, MAX_CHARACTERS)),
        sent=text.text.strip(),
        date=text.moment,
        # Texts on the same thing are never parted between learning and gate.
        thread=digest(context.encode()) if context else f"line {number}",
        kind=kind_of(context, text.text),
    )


def _other(text: Text, number: int) -> Exchange:
    made = _new(text, number)
    return Exchange(ExchangeId(-number - 1), made.incoming, made.sent, made.date, made.thread, made.kind)
