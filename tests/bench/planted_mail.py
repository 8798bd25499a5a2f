"""Mailboxes whose owner's habits are known, because they were planted: to whom mail goes, when, and how it is
written. The phrasings are the data files' own; nothing here looks at core.traits."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.domain import Address, Exchange, ExchangeId, Incoming, Scope, ScopeKind

DATA = Path(__file__).parent / "data"
MAILS, DAYS = 190, 720
START = datetime(2024, 3, 1, tzinfo=UTC)
STRAY = 0.07  # of the mails do something else than the habit says
EVERYONE = Scope()
KINDS = ("request", "scheduling", "thanks", "complaint", "information")
# Traits of few values; a greeting, a closing and an emoji have as many as the bank.
CLOSED: Mapping[str, tuple[str, ...]] = {
    "name": ("first", "full", "initial", "none"),
    "length": ("medium", "long"),  # a short mail has no room for a list, an offer and a question
    "contractions": ("yes", "no"),
    "exclamation": ("yes", "no"),
    "tone": ("neutral", "formal", "casual"),
    "thanks": ("first", "last", "no"),
    "hedges": ("yes", "no"),
    "lists": ("no", "dashes", "numbers"),
    "paragraphs": ("one", "several"),
    "pleasantry": ("yes", "no"),
    "offer": ("yes", "no"),
    "question": ("yes", "no"),
}
_TRAITS = ("greeting", "sign_off", "emoji", *CLOSED)
_WORDS = {"medium": (35, 56), "long": (66, 110)}
_FIRST = (
    "Nadia Tomas Ilse Ravi Greta Oskar Lena Paulo Mina Edgar Joyce Kofi Sara Viktor Amaya Hugo Priya Stefan"
).split()
_LAST = (
    "Brandt Okafor Lindqvist Moreau Patel Quill Rossi Sandoval Thorne Urban Vesely Whitby Yilmaz Zeller"
).split()
_THINGS = (
    "the lease",
    "the floor plan",
    "the March figures",
    "the translation",
    "the tender",
    "the test report",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

Bank = Mapping[str, Any]


@dataclass(frozen=True)
class Habit:
    """`values` has two members where the writer contradicts himself, each as good as the other. `until`,
    `since`: when the habit ended or began, for a change of habit."""

    trait: str
    values: tuple[str, ...]
    scope: Scope = EVERYONE
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Mailbox:
    habits: tuple[Habit, ...]
    exchanges: tuple[Exchange, ...]
    kinds: tuple[str, ...]  # what the mail answered was written as, by exchange


@dataclass
class _Plan:
    """`mixed`: what is written where no habit holds, every value as often."""

    mixed: Mapping[str, tuple[str, ...]]
    habits: list[Habit] = field(default_factory=list)

    def taken(self, trait: str) -> bool:
        return any(one.trait == trait and one.scope != EVERYONE for one in self.habits)


def bank(name: str) -> Bank:
    """'open' or 'held'."""
    return tomllib.loads((DATA / f"habits_{name}.toml").read_text("utf-8"))


def mailbox(seed: int, phrases: Bank, habits: bool = True) -> Mailbox:
    """About 190 replies over two years, to four firms of several people and to some forty others."""
    rng = random.Random(f"planted {seed}")
    user = Address("Judith Kellner", "judith@kellner.example")
    firms = [
        _firm(f"{name}.example", size, rng)
        for name, size in (("alta", 3), ("borea", 3), ("cedra", 2), ("dorn", 2))
    ]
    others = [_person(f"{_LAST[i % 14].lower()}{i}.example", rng) for i in range(40)]
    plan = _plan(rng, phrases, firms, habits)
    exchanges, kinds = [], []
    for number in range(MAILS):
        date = START + timedelta(days=DAYS * number / MAILS, hours=rng.random() * 40)
        firm = rng.choices([*firms, others], (40, 32, 24, 24, 70))[0]
        sender, kind = rng.choice(firm), rng.choice(KINDS)
        subject = rng.choice(_THINGS).removeprefix("the ")
        incoming = Incoming(
            sender, user, f"About {subject}", _filled(rng.choice(phrases["incoming"][kind]), rng)
        )
        style = _style(plan, sender, kind, date, rng)
        sent = write(style, sender, user, phrases, rng)
        exchanges.append(Exchange(ExchangeId(number + 1), incoming, sent, date, f"t{number}"))
        kinds.append(kind)
    return Mailbox(tuple(plan.habits), tuple(exchanges), tuple(kinds))


def _plan(rng: random.Random, phrases: Bank, firms: Sequence[Sequence[Address]], habits: bool) -> _Plan:
    mixed = {trait: _values(trait, phrases) for trait in _TRAITS}
    plan = _Plan(mixed)
    if not habits:
        return plan
    order = rng.sample(_TRAITS, len(_TRAITS))
    firm, firm_2, person = (Scope(ScopeKind.AUDIENCE, firms[i][0].domain) for i in (0, 1, 2))
    person = Scope(ScopeKind.PERSON, firms[2][0].email)
    kind = Scope(ScopeKind.KIND, rng.choice(KINDS))
    # For everyone: nine plain habits, of which four have an exception, one that changes, one contradiction;
    # the last traits have none, but for one firm's.
    for trait in order[:9]:
        plan.habits.append(Habit(trait, (_common(trait, phrases, rng),)))
    for trait, scope in zip(order[:4], (firm, firm_2, person, kind), strict=True):
        plan.habits.append(Habit(trait, (_another(plan, trait, rng),), scope))
    changing = order[9]
    when = START + timedelta(days=rng.uniform(0.35, 0.65) * DAYS)
    before = _common(changing, phrases, rng)
    after = rng.choice([one for one in mixed[changing] if one != before])
    plan.habits.append(Habit(changing, (before,), until=when))
    plan.habits.append(Habit(changing, (after,), since=when))
    torn = next((one for one in order[10:] if one in _CAN_CONFLICT), None)
    if torn:
        pair = rng.sample([one for one in mixed[torn] if one not in ("no", "none", "neutral")], 2)
        plan.habits.append(Habit(torn, tuple(pair), rng.choice((EVERYONE, firm_2))))
    lone = next(one for one in order[10:] if one != torn)
    plan.habits.append(Habit(lone, (rng.choice(mixed[lone]),), firm))
    return plan


_CAN_CONFLICT = ("greeting", "sign_off", "thanks", "lists", "name", "tone")


def _values(trait: str, phrases: Bank) -> tuple[str, ...]:
    if trait == "greeting":
        return (*phrases["greetings"], "none")
    if trait == "sign_off":
        return (*phrases["closings"], "none")
    if trait == "emoji":
        return ("no", *phrases["emoji"])
    return CLOSED[trait]


def _common(trait: str, phrases: Bank, rng: random.Random) -> str:
    values = _values(trait, phrases)
    return rng.choice(("no", rng.choice(values))) if trait == "emoji" else rng.choice(values)


def _another(plan: _Plan, trait: str, rng: random.Random) -> str:
    (usual,) = (one.values[0] for one in plan.habits if one.trait == trait and one.scope == EVERYONE)
    return rng.choice([one for one in plan.mixed[trait] if one != usual])


def _style(plan: _Plan, sender: Address, kind: str, date: datetime, rng: random.Random) -> dict[str, str]:
    """What each trait is to be in one mail: the narrowest habit that holds, most of the time."""
    scopes = (
        Scope(ScopeKind.PERSON, sender.email),
        Scope(ScopeKind.AUDIENCE, sender.domain),
        Scope(ScopeKind.KIND, kind),
        EVERYONE,
    )
    style = {}
    for trait, mixed in plan.mixed.items():
        held = [
            one
            for scope in scopes
            for one in plan.habits
            if (one.trait, one.scope) == (trait, scope)
            and (one.since is None or date >= one.since)
            and (one.until is None or date < one.until)
        ]
        strays = rng.random() < STRAY
        style[trait] = rng.choice(held[0].values) if held and not strays else rng.choice(mixed)
    return style


def write(style: Mapping[str, str], to: Address, user: Address, phrases: Bank, rng: random.Random) -> str:
    """A reply in which each trait has the value asked for."""
    body = _body(style, phrases, rng)
    first, last = to.name.split()
    greeting = style["greeting"].format(first=first, last=last, full=to.name)
    name = {"first": user.name.split()[0], "full": user.name, "initial": user.name[0], "none": ""}[
        style["name"]
    ]
    end = "\n".join(part for part in (style["sign_off"], name) if part not in ("", "none"))
    start = "" if greeting == "none" else greeting
    return "\n\n".join(part for part in (start, body, end) if part)


def _body(style: Mapping[str, str], phrases: Bank, rng: random.Random) -> str:
    def say(group: str) -> str:
        tone = style["tone"]
        return _one(phrases[group][tone], style, rng)

    opening = [say("pleasantry")] if style["pleasantry"] == "yes" else []
    if style["thanks"] == "first":
        opening.insert(rng.randint(0, len(opening)), say("thanks"))
    closing = [say("offer")] if style["offer"] == "yes" else []
    if style["question"] == "yes":
        closing.insert(rng.randint(0, len(closing)), _one(phrases["questions"], style, rng))
    if style["thanks"] == "last":
        closing.insert(rng.randint(0, len(closing)), say("thanks"))
    hedge = [say("hedge")] if style["hedges"] == "yes" else []
    items = _items(style, phrases, rng)
    low, high = _WORDS[style["length"]]
    middle: list[str] = []
    count = sum(map(_count, (*opening, *closing, *hedge, *items)))
    pool = _pool(style, phrases, rng)
    while pool and (not middle or count < low):
        sentence = _said(pool.pop(), style, rng)
        if middle and count + _count(sentence) > high:
            continue
        middle.append(sentence)
        count += _count(sentence)
    if hedge:
        middle.insert(rng.randint(0, len(middle)), hedge[0])
    if style["exclamation"] == "yes":
        part = opening or middle
        part[0] = part[0][:-1] + "!" if part[0].endswith(".") else part[0] + " Good!"
    return _laid_out(style, opening, middle, items, closing)


def _laid_out(
    style: Mapping[str, str],
    opening: Sequence[str],
    middle: Sequence[str],
    items: Sequence[str],
    closing: Sequence[str],
) -> str:
    parts = [" ".join(opening), " ".join(middle), "\n".join(items), " ".join(closing)]
    filled = [part for part in parts if part]
    if style["paragraphs"] == "several" and len(filled) == 1 and len(middle) > 1:
        filled = [middle[0], " ".join(middle[1:])]
    gap = "\n\n" if style["paragraphs"] == "several" else "\n" if items else " "
    text = gap.join(filled)
    return text if style["emoji"] == "no" else f"{text} {style['emoji']}"


def _pool(style: Mapping[str, str], phrases: Bank, rng: random.Random) -> list[str]:
    """Statements, the tone's own to be taken first; popped from the end."""
    plain = rng.sample(phrases["statement"]["neutral"], len(phrases["statement"]["neutral"]))
    if style["tone"] == "neutral":
        return plain
    toned = rng.sample(phrases["statement"][style["tone"]], len(phrases["statement"][style["tone"]]))
    return [*plain[:6], *toned]


def _items(style: Mapping[str, str], phrases: Bank, rng: random.Random) -> list[str]:
    if style["lists"] == "no":
        return []
    mark = rng.choice(phrases[style["lists"]])
    picked = rng.sample(phrases["list_item"], rng.randint(2, 3))
    lines = [f"{mark.replace('{n}', str(n))}{_filled(item, rng)}" for n, item in enumerate(picked, 1)]
    return [rng.choice(phrases["list_intro"]), *lines]


def _one(sentences: Sequence[str], style: Mapping[str, str], rng: random.Random) -> str:
    return _said(rng.choice(sentences), style, rng)


def _said(sentence: str, style: Mapping[str, str], rng: random.Random) -> str:
    place = 1 if style["contractions"] == "yes" else 2
    plain = re.sub(r"\{([^{}|]*)\|([^{}|]*)\}", lambda match: match[place], sentence)
    if place == 2:
        for short, full in _FULL.items():
            plain = plain.replace(short, full)
    filled = _filled(plain, rng)
    return filled[0].upper() + filled[1:]


# What stands contracted inside phrases that are given in one form.
_FULL = {
    "don't": "do not", "You're": "You are", "you're": "you are", "it's": "it is",
    "there's": "there is", "all's": "all is", "How's": "How is", "I'd": "I would",
}  # fmt: skip


def _filled(text: str, rng: random.Random) -> str:
    for slot, words in (("{thing}", _THINGS), ("{day}", _DAYS), ("{who}", _LAST)):
        while slot in text:
            text = text.replace(slot, rng.choice(words), 1)
    return text


def _count(text: str) -> int:
    return len(text.split())


def _firm(domain: str, size: int, rng: random.Random) -> list[Address]:
    return [_person(domain, rng, at) for at in range(size)]


def _person(domain: str, rng: random.Random, number: int = 0) -> Address:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return Address(f"{first} {last}", f"{first.lower()}.{last.lower()}{number or ''}@{domain}")
