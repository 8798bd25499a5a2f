"""Situations of professional life: what a fictional correspondent writes and what may be answered.

The text stands in situations.toml, each situation in two banks of phrasings. The first bank is what
the embedded models are trained on; the second is for mailboxes and tests. Situations marked
`held_out` are in no training at all.
"""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from core.sample import pools

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Bank:
    subjects: tuple[str, ...]
    bodies: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    name: str
    kind: str
    held_out: bool
    first: Bank
    second: Bank


@dataclass(frozen=True)
class Scene:
    """One situation with its slots filled: a mail to answer and the points of the answer."""

    kind: str
    subject: str
    body: str
    clauses: tuple[str, ...]
    facts: tuple[str, ...]


def load() -> tuple[Situation, ...]:
    """All situations of the data file."""
    data = tomllib.loads(resources.files("core.sample").joinpath("situations.toml").read_text("utf-8"))
    return tuple(
        Situation(one["name"], one["kind"], one["held_out"], _bank(one["first"]), _bank(one["second"]))
        for one in data["situation"]
    )


def _bank(table: Mapping[str, Sequence[str]]) -> Bank:
    return Bank(tuple(table["subjects"]), tuple(table["bodies"]), tuple(table["clauses"]))


def stage(
    situation: Situation,
    rng: random.Random,
    *,
    second: bool = False,
    most: int = 4,
    invented: float = pools.INVENTED,
) -> Scene:
    """A scene of the situation from its first or second bank, with 1 to `most` points; `invented` is
    the share of made-up names (see pools)."""
    bank = situation.second if second else situation.first
    clauses = rng.sample(bank.clauses, min(rng.randint(1, most), len(bank.clauses)))
    slots = Slots(rng, invented)
    subject, body = slots.fill(rng.choice(bank.subjects)), slots.fill(rng.choice(bank.bodies))
    filled, facts = [], []
    for clause in clauses:
        filled.append(slots.fill(clause))
        facts += [slots.value(name) for name in _SLOT.findall(clause)]
    return Scene(situation.kind, subject, body, tuple(filled), tuple(dict.fromkeys(facts)))


class Slots:
    """The values of one scene's slots, drawn when first asked for."""

    def __init__(self, rng: random.Random, invented: float = pools.INVENTED) -> None:
        self._rng, self._invented = rng, invented
        self._values: dict[str, str] = {}

    def value(self, name: str) -> str:
        if name not in self._values:
            self._values[name] = _draw(name.rstrip("2"), self._rng, self._invented)
        return self._values[name]

    def fill(self, text: str) -> str:
        return _SLOT.sub(lambda found: self.value(found[1]), text)


def _draw(slot: str, rng: random.Random, invented: float) -> str:
    if slot in ("date", "time", "amount", "number"):
        return {"date": pools.date, "time": pools.time, "amount": pools.amount, "number": pools.number}[slot](
            rng
        )
    return {"person": pools.person, "company": pools.company, "place": pools.place, "topic": pools.topic}[
        slot
    ](rng, invented)
