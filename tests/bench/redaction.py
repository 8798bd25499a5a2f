"""Redaction before a cloud call: what is left of addresses, telephone numbers, IBANs, cards and links planted
in real mail, and of its correspondents' names, in the text that would be sent; and whether all comes back."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain import Address, Context, Incoming, ParsedMail
from core.models import prompts
from core.privacy.redaction import Redacted, Redactor
from core.traits import display_name
from tests.bench.figure import REPOSITORY, Figure, at_least, reported
from tests.integration.real_people import incoming, sent_mail
from tests.planting import PLANTED

PEOPLE = REPOSITORY.parent / "shared" / "people"
_WORD = re.compile(r"[^\W\d_]+")
# In mail that came without headers the person written to is named where they are greeted.
_GREETED = re.compile(
    r"^(?:dear|hi|hello|hey)\s+(?:(?:mr|mrs|ms|dr|prof)\.?\s+)?([A-Z]\w+)(?:\s+([A-Z]\w+))?\s*[,:!\n-]",
    re.IGNORECASE,
)
# Parts of addresses and names of lists that are no names of people.
_NO_NAME = frozenset(
    "the and for all list lists fork team group com org net enron spamassassin taint example mailing"
    " everyone there info sir madam professor committee members support colleagues guys folks friends office"
    " hello dear mailman users razor admin webmaster press dept development corp inc llc".split()
)


@dataclass
class _Count:
    """`whole`: places of names in the mails; `left`: those that would be sent."""

    whole: int = 0
    left: int = 0

    @property
    def hidden(self) -> float:
        return 1 - self.left / self.whole if self.whole else 1.0


def run(quick: bool) -> Iterator[Figure]:
    files = sorted(PEOPLE.glob("*.jsonl"))
    if not files:
        raise RuntimeError("needs the folder of people's mail (../shared/people) beside the checkout")
    rng = random.Random(7)
    planted, left = Counter[str](), Counter[str]()
    named, bare = _Count(), _Count()
    mails = wrong = 0
    for path in files:
        held = [one.mail for one in sent_mail(path)]
        everyone = list({person for mail in held for person in (mail.sender, *mail.to, *mail.cc)})
        redactor = Redactor(everyone)
        for mail in held[:: 10 if quick else 1]:
            mails += 1
            things = {kind: make(rng) for kind, make in PLANTED.items()}
            text = _with(mail.text, list(things.values()), rng)
            asked = prompts.zero_shot(Context(_answered(path, mail, text)))
            made = redactor.redact(asked)
            for kind, thing in things.items():
                planted[kind] += 1
                left[kind] += _leaks(thing, made)
            wrong += not made.restore(made.prompt.text).endswith(asked.text)
            names = _names(mail)
            _count(names, mail.text, made, named)
            alone = prompts.brief(mail.text)
            _count(names, mail.text, Redactor().redact(alone), bare)
    for kind in PLANTED:
        yield at_least(
            f"redaction.{kind}", 1 - left[kind] / planted[kind], 1.0, "share", planted=planted[kind]
        )
    yield at_least(
        "redaction.names", named.hidden, 0.98, "share", mails=mails, places=named.whole, left=named.left
    )
    yield reported("redaction.names_without_headers", bare.hidden, "share", places=bare.whole, left=bare.left)
    yield at_least("redaction.restored", 1 - wrong / mails, 1.0, "share", mails=mails)


def _answered(path: Path, mail: ParsedMail, text: str) -> Incoming:
    """As if the mail had come from whom it went to: both are named in the prompt."""
    whom = incoming(path, mail)
    sender = whom.sender if whom.sender.email else Address("", "somebody@example.org")
    return Incoming(sender, whom.recipient, mail.subject, text)


def _with(text: str, things: Sequence[str], rng: random.Random) -> str:
    """`text` with each thing put in between two of its words."""
    gaps = [match.start() for match in re.finditer(r"\s", text)] or [len(text)]
    for at, thing in sorted(((rng.choice(gaps), thing) for thing in things), reverse=True):
        text = f"{text[:at]} {thing}{rng.choice((' ', ', ', '. ', chr(10)))}{text[at:]}"
    return text


def _leaks(thing: str, made: Redacted) -> bool:
    """Whether half of a planted thing or more can still be read."""
    core = re.sub(r"^(?:mailto:|tel:|https?://|www\.)|[<>]", "", thing)
    pieces = [core, core[: len(core) // 2], core[len(core) // 2 :], *re.findall(r"\d{4,}", core)]
    return any(len(piece) > 3 and piece in made.prompt.text for piece in pieces)


def _names(mail: ParsedMail) -> frozenset[str]:
    """Words of the names of those a mail went to, or of whom it greets."""
    found = {word for person in (*mail.to, *mail.cc) for word in _WORD.findall(display_name(person))}
    if not mail.to and (greeted := _GREETED.match(mail.text)):
        found |= {word for word in greeted.groups() if word}
    return frozenset(word for word in found if len(word) > 2 and word.casefold() not in _NO_NAME)


def _count(names: frozenset[str], text: str, made: Redacted, count: _Count) -> None:
    """Every place in a mail's own text where a name stands with a capital, or in capitals."""
    before, after = (Counter(_WORD.findall(text)) for text in (text, made.prompt.text))
    for name in names:
        for form in {name.capitalize(), name.upper(), name}:
            if form[0].isupper():
                count.whole += before[form]
                count.left += after[form]
