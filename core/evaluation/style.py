"""style_match: in how many traits of style a draft agrees with what the person really wrote, with its
ceiling, floor and likeness. What each of these means is in docs/design.md, 'What the scores mean'."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain import Context, Exchange
from core.traits import Names, detect_all, same

# A trait that only so few mails bear on says more about chance than about style.
LEAST_MAILS = 3
PEERS = 5
# Values that a text has when nothing is done: the content forces none of them.
_UNMARKED = frozenset({"no", "none", "short", "one", "usual", "own", "neutral"})
# Traits of a reply's frame, which notes do not have.
_FRAME = frozenset({"greeting", "sign_off", "name", "greeting_line", "paragraphs", "lists", "capitals"})
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)
_ASKS = re.compile(r"\?|\bask\b|\bwhether\b", re.IGNORECASE)

Agreement = Mapping[str, float]  # trait -> 1 agrees, 0 does not, or a mean of several texts


@dataclass(frozen=True)
class Case:
    """One mail of the gate part: its context, with the brief of the real reply as notes."""

    exchange: Exchange
    context: Context
    mailbox: str = ""

    @property
    def names(self) -> Names:
        return Names.of(self.exchange.incoming)


@dataclass(frozen=True)
class Written:
    """A text with the names its traits are read with."""

    text: str
    names: Names


def counted(case: Case, zero_shot: str) -> dict[str, str]:
    """The traits in which the real reply differs from the zero-shot one and which the content does
    not force, with the real reply's values."""
    real, plain = detect_all(case.exchange.sent, case.names), detect_all(zero_shot, case.names)
    forced = _forced(case.context.notes, real, case.names)
    return {
        trait: value
        for trait, value in real.items()
        if value is not None and trait not in forced and not _agree(trait, value, plain[trait])
    }


def agreement(wanted: Mapping[str, str], texts: Sequence[Written]) -> Agreement:
    """For each trait the share of `texts` that show the value wanted; empty without texts."""
    found = [detect_all(written.text, written.names) for written in texts]
    return {
        trait: sum(_agree(trait, value, values[trait]) for values in found) / len(found)
        for trait, value in wanted.items()
        if found
    }


def traits_counted(wanted: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """The traits that enough mails bear on."""
    counts: dict[str, int] = {}
    mails = 0
    for case in wanted:
        mails += 1
        for trait in case:
            counts[trait] = counts.get(trait, 0) + 1
    least = LEAST_MAILS if mails > 2 * LEAST_MAILS else 1
    return frozenset(trait for trait, count in counts.items() if count >= least)


def style_match(sheets: Sequence[Agreement], traits: frozenset[str]) -> float | None:
    """The mean over `traits` of each one's mean over the mails it counts in; None without any."""
    means = trait_shares(sheets, traits).values()
    return sum(means) / len(means) if means else None


def trait_shares(sheets: Sequence[Agreement], traits: frozenset[str]) -> dict[str, float]:
    """Of each trait its mean over the mails it counts in."""
    return {
        trait: sum(values) / len(values)
        for trait in sorted(traits)
        if (values := [sheet[trait] for sheet in sheets if trait in sheet])
    }


def likeness(score: float | None, floor: float | None, ceiling: float | None) -> float | None:
    """Where a score stands between another person (0) and the person again (1)."""
    if score is None or floor is None or ceiling is None or ceiling <= floor:
        return None
    return (score - floor) / (ceiling - floor)


def peers(case: Case, exchanges: Iterable[Exchange]) -> list[Written]:
    """Other real replies of the same person to the same audience and kind, the nearest in time:
    the same correspondent if there are any, else their domain, else the kind alone."""
    others = [other for other in exchanges if other.thread != case.exchange.thread]
    same_kind = [other for other in others if other.kind == case.exchange.kind]
    sender = case.exchange.incoming.sender
    pools = (
        [other for other in same_kind if other.incoming.sender.email == sender.email],
        [other for other in same_kind if other.incoming.sender.domain == sender.domain],
        [other for other in others if other.incoming.sender.domain == sender.domain],
        same_kind,
        others,
    )
    pool = next((pool for pool in pools if pool), [])
    nearest = sorted(pool, key=lambda other: abs(case.exchange.date - other.date))[:PEERS]
    return [Written(other.sent, Names.of(other.incoming)) for other in nearest]


def strangers(case: Case, exchanges: Sequence[Exchange]) -> list[Written]:
    """Replies of other people, of the same kind of mail if there are any."""
    same_kind = [other for other in exchanges if other.kind == case.exchange.kind] or list(exchanges)
    step = max(1, len(same_kind) // PEERS)
    return [Written(other.sent, Names.of(other.incoming)) for other in same_kind[::step][:PEERS]]


def _agree(trait: str, wanted: str, found: str | None) -> bool:
    return found is not None and same(trait, wanted, found)


def _forced(notes: str, real: Mapping[str, str | None], names: Names) -> frozenset[str]:
    """Traits the content alone gives the real reply: a brief is free of style, so what marked value
    the brief itself shows is no choice of the writer's."""
    if not notes.strip():
        return frozenset()
    shown = detect_all(_BULLET.sub("", notes), names)
    forced = {
        trait
        for trait, value in shown.items()
        if trait not in _FRAME and value is not None and value not in _UNMARKED and value == real[trait]
    }
    if _ASKS.search(notes):
        forced.add("question")
    return frozenset(forced)
