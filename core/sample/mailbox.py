"""The mailbox of a fictional professional: what they were sent, what they answered, what waits.

Everything follows from the seed. The mail uses the second bank of phrasings, which no embedded
model was trained on, and carries what real mail carries: quotes, signatures, slips of the finger.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from core.domain import Address
from core.sample.people import Correspondent, Persona, make_correspondents, make_persona
from core.sample.situations import Scene, load, stage
from core.sample.writing import Names, write

REPLIES, UNREAD = 210, 10
_INVENTED = 0.15  # mostly names that a reader would believe
_NEWEST = datetime(2026, 6, 26, 16, 0, tzinfo=UTC)


@dataclass(frozen=True)
class _Manners:
    """How an audience writes to the person: as in life, a mail shows what its sender is to them."""

    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    by_first_name: bool


_MANNERS: Mapping[str, _Manners] = {
    "colleague": _Manners(
        ("Hi {first},", "Hey {first},", "{first},", "Hi {first}!"), ("Cheers,", "Thanks!", "Ta,"), True
    ),
    "client": _Manners(
        ("Hello {first},", "Dear {first},"), ("Regards,", "Best,", "With thanks,", "Kind regards,"), False
    ),
    "new contact": _Manners(
        ("Dear {full},", "Good afternoon,", "To {full}:"),
        ("Yours faithfully,", "Respectfully,", "Yours truly,"),
        False,
    ),
}


@dataclass(frozen=True)
class SampleMessage:
    """One message of the server: its folder, IMAP flags and bytes."""

    folder: str
    flags: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True)
class Waiting:
    """An unread message, and the notes a person might jot down to answer it."""

    message_id: str
    notes: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Mailbox:
    persona: Persona
    user: Address
    messages: tuple[SampleMessage, ...]
    unread: tuple[Waiting, ...]


def make_mailbox(seed: int, *, replies: int = REPLIES, unread: int = UNREAD) -> Mailbox:
    """A person and their mail over a year and a half: `replies` answered messages, `unread` waiting."""
    rng = random.Random(f"longhand mailbox {seed}")
    persona = make_persona(rng)
    writer = _MailWriter(persona, seed, rng)
    people = make_correspondents(persona, rng)
    situations = [one for one in load() if not one.held_out]
    messages: list[SampleMessage] = []
    waiting: list[Waiting] = []
    for at in range(replies + unread):
        sender = _sender(people, at, rng)
        scene = stage(rng.choice(situations), rng, second=True, invented=_INVENTED)
        date = _NEWEST - timedelta(hours=(replies + unread - at) * 73 + rng.randint(0, 40))
        incoming = writer.incoming(at, sender, scene, date)
        answered = at < replies
        messages.append(SampleMessage("INBOX", ("\\Seen",) if answered else (), incoming.as_bytes()))
        if answered:
            reply = writer.reply(at, sender, scene, incoming, date + timedelta(hours=rng.randint(1, 30)))
            messages.append(SampleMessage("Sent", ("\\Seen",), reply.as_bytes()))
        else:
            waiting.append(Waiting(str(incoming["Message-ID"]), "\n".join(scene.clauses), scene.facts))
    return Mailbox(persona, persona.address, tuple(messages), tuple(waiting))


def _sender(people: Sequence[Correspondent], at: int, rng: random.Random) -> Correspondent:
    """Mostly the few one writes to every week, now and then a stranger."""
    draw = rng.random()
    if draw < 0.4:
        return people[rng.randrange(4)]
    return people[4 + rng.randrange(6)] if draw < 0.8 else people[10 + at % (len(people) - 10)]


class _MailWriter:
    """Writes one mailbox's messages."""

    def __init__(self, persona: Persona, seed: int, rng: random.Random) -> None:
        self._persona, self._seed, self._rng = persona, seed, rng

    def incoming(self, at: int, sender: Correspondent, scene: Scene, date: datetime) -> EmailMessage:
        rng, manners = self._rng, _MANNERS[sender.audience]
        reader, writer = self._persona.address.name, sender.address.name
        greeting = rng.choice(manners.greetings).format(first=_first(reader), full=reader)
        signed = _first(writer) if manners.by_first_name else writer
        text = f"{greeting}\n\n{scene.body}\n\n{rng.choice(manners.closings)}\n{signed}\n"
        message = _message(sender.address, self._persona.address, scene.subject, date)
        message["Message-ID"] = f"<in.{self._seed}.{at}@{sender.address.domain}>"
        message.set_content(text)
        return message

    def reply(
        self, at: int, sender: Correspondent, scene: Scene, incoming: EmailMessage, date: datetime
    ) -> EmailMessage:
        persona = self._persona
        names = Names(sender.address.name, persona.address.name)
        written = write(persona.style(sender.audience, scene.kind), scene.clauses, names, self._rng)
        message = _message(persona.address, sender.address, f"Re: {scene.subject}", date)
        message["Message-ID"] = f"<out.{self._seed}.{at}@{persona.address.domain}>"
        message["In-Reply-To"] = message["References"] = str(incoming["Message-ID"])
        text = written.text
        if self._rng.random() < 0.5:
            text += f"\n\n-- \n{persona.address.name}\n{persona.firm}\n{persona.phone}"
        if self._rng.random() < 0.8:
            text += f"\n\nOn {incoming['Date']}, {sender.address.name} wrote:\n{_quoted(incoming)}"
        message.set_content(text + "\n")
        return message


def _first(name: str) -> str:
    return name.partition(" ")[0]


def _message(sender: Address, to: Address, subject: str, date: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"{sender.name} <{sender.email}>"
    message["To"] = f"{to.name} <{to.email}>"
    message["Subject"] = subject
    message["Date"] = format_datetime(date)
    return message


def _quoted(message: EmailMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in message.get_content().rstrip().splitlines())
