"""A made-up name and number planted in the mail to one person of a sample mailbox, and where they come up
again. Shared by the integration test and the benchmark `canary`."""

import email
import mailbox
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from core.domain import Address
from core.sample.mailbox import make_mailbox

FIRST, LAST, NUMBER = "Quorvath", "Zellini", "48-71093"
# As a fact stands in mail: in the middle and at the opening of a sentence, alone on a line, in small letters,
# in a link, an address and a date-like form; {first}, {last} and {number} are the canary's.
ASKED = (
    "{first} {last} called about file {number}.",
    "By the way, {last} wants {number} settled first.",
    "{last} rang again. {number} was all I could make out.",
    "please copy {first} as well, at {first}.{last}@{last}.example",
)
TOLD = (
    "{first} knows about it. {number} is the file.",
    "I have told {first} {last} that {number} is right.",
    "{last} agreed; see https://files.example/{first}/{number} for it.",
    "- {last}: {number}\n- the rest",
    "so {first} it is, and no. {number}",
    "{first}, by the way, rang.",
)
_WORDS = frozenset(word.casefold() for word in (FIRST, LAST))
_DIGITS = re.sub(r"\D", "", NUMBER)


@dataclass(frozen=True)
class Planted:
    """`messages`: (folder, bytes) of all the mail; `person`: whose mail holds the canary; `asked`: the mails
    they wrote, without it, as (subject, text)."""

    user: Address
    person: Address
    others: tuple[Address, ...]
    messages: tuple[tuple[str, bytes], ...]
    asked: tuple[tuple[str, str], ...]


def plant(seed: int, replies: int = 210) -> Planted:
    """In every mail from and to whoever outside the user's own firm writes most."""
    box = make_mailbox(seed, replies=replies, unread=0)
    read = [(one.folder, _parsed(one.raw)) for one in box.messages]
    senders = Counter(_sender(mail) for folder, mail in read if folder == "INBOX")
    abroad = [one for one, _ in senders.most_common() if one.domain != box.user.domain]
    person = abroad[0]
    asked = tuple(
        (str(mail["Subject"]), mail.get_content())
        for folder, mail in read
        if folder == "INBOX" and _sender(mail) == person
    )
    return Planted(
        box.user, person, tuple(one for one in senders if one != person), tuple(_planted(read, person)), asked
    )


def write_mbox(planted: Planted, path: Path) -> None:
    box = mailbox.mbox(path)
    for _, raw in planted.messages:
        box.add(raw)
    box.close()


def to_others(planted: Planted, count: int) -> Iterator[tuple[str, EmailMessage]]:
    """Mails that ask what the person asked, in the same words, from others: whatever looks for like mail
    finds theirs. With who asks: 'stranger', 'client', 'colleague', or 'firm' for one of the person's."""
    known = [one for one in planted.others if one.domain != planted.person.domain]
    near = [one for one in planted.others if one.domain == planted.person.domain]
    own = [one for one in known if one.domain == planted.user.domain]
    clients = [one for one in known if one.domain != planted.user.domain]
    for number in range(count):
        stranger = Address("Ida Voss", f"ida{number}@voss{number}.example")
        groups = (("stranger", [stranger]), ("firm", near), ("client", clients), ("colleague", own))
        group, people = groups[number % 4]
        subject, text = planted.asked[number // 4 % len(planted.asked)]
        yield (
            group,
            _mail(people[number // 4 % len(people)] if people else stranger, planted.user, subject, text),
        )


def leaks(texts: Iterable[str]) -> list[str]:
    """Those that hold any part of the canary, however it is written."""
    return [
        text
        for text in texts
        if any(word in text.casefold() for word in _WORDS) or _DIGITS in re.sub(r"[^\w]|_", "", text)
    ]


def _planted(read: Sequence[tuple[str, EmailMessage]], person: Address) -> Iterator[tuple[str, bytes]]:
    for number, (folder, mail) in enumerate(read):
        to_them = folder == "Sent" and person.email in str(mail["To"])
        if to_them or (folder == "INBOX" and _sender(mail) == person):
            said = TOLD if to_them else ASKED
            _insert(mail, _filled(said[number // 2 % len(said)]))
            if number % 3 == 0:
                _set_subject(mail, f"{mail['Subject']} ({LAST} {NUMBER})")
        yield folder, mail.as_bytes()


def _insert(mail: EmailMessage, sentence: str) -> None:
    """Before the last paragraph but the first, where the text has several; where it is one, at its end."""
    lines = mail.get_content().split("\n")
    blank = [at for at, line in enumerate(lines) if not line.strip()]
    at = blank[1] if len(blank) > 1 else len(lines)
    mail.set_content("\n".join([*lines[:at], sentence, *lines[at:]]))


def _filled(sentence: str) -> str:
    return sentence.format(first=FIRST, last=LAST, number=NUMBER)


def _set_subject(mail: EmailMessage, subject: str) -> None:
    del mail["Subject"]
    mail["Subject"] = subject


def _mail(sender: Address, to: Address, subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = f"{sender.name} <{sender.email}>", f"{to.name} <{to.email}>"
    made["Subject"], made["Date"] = subject, "Mon, 29 Jun 2026 09:00:00 +0000"
    made["Message-ID"] = f"<{abs(hash((sender.email, subject)))}@{sender.domain}>"
    made.set_content(text)
    return made


def _parsed(raw: bytes) -> EmailMessage:
    made = email.message_from_bytes(raw, policy=default)
    assert isinstance(made, EmailMessage)
    return made


def _sender(mail: EmailMessage) -> Address:
    one = mail["From"].addresses[0]
    return Address(one.display_name, one.addr_spec.lower())
