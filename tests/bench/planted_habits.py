"""Habits planted in twenty mailboxes, in phrasings no detector was written from, and what the rule book makes
of them: precision, recall, scope, conflicts, dates of change. No model is involved.

Four of the mailboxes have no habits at all. What counts: a rule is right if its trait, value and scope were
planted, and if it has ended where the habit has. A planted habit is found if one rule says just that. Scope
is right for the planted habits of one audience, person or kind whose value is claimed at their own scope and
no other. A conflict counts by trait and scope. A change is dated right within 31 days, of the new habit's
beginning. Only traits of which two values say something of their own can contradict themselves: half the
mails with a hedge and half without is no habit. 'open' are phrasings the detectors were mended on, 'held'
those that nobody looked at while mending."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from core.domain import Exchange, ExchangeId, MessageId, Rule, RuleOrigin, Scope
from core.preference.measured import TOLD, measure, measured_rules
from core.preference.rulebook import RuleBook
from core.store.database import Database
from core.store.rules import RuleRepository
from core.traits import Names, detect_all, same
from core.traits.kinds import kind_of
from tests.bench.figure import Figure, at_least, reported
from tests.bench.planted_mail import EVERYONE, Habit, Mailbox, bank, mailbox

SEEDS = range(16)
BARE = range(16, 20)  # mailboxes without habits
NEAR = timedelta(days=31)
Claim = tuple[str, str, Scope, bool]  # trait, value, scope, whether it has ended


@dataclass
class Tally:
    """What the mailboxes of one bank add up to."""

    right: int = 0
    claimed: int = 0
    found: int = 0
    planted: int = 0
    scoped: list[bool] = field(default_factory=list)
    conflicts_right: int = 0
    conflicts_claimed: int = 0
    conflicts_planted: int = 0
    dated: list[bool] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    kinds: list[bool] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def run(quick: bool) -> Iterator[Figure]:
    for name in ("open", "held"):
        tally = Tally()
        for seed in list(SEEDS)[: 2 if quick else None]:
            _judge(tally, mailbox(seed, bank(name)))
        for seed in list(BARE)[: 1 if quick else None]:
            _judge(tally, mailbox(seed, bank(name), habits=False))
        yield from _figures(name, tally)


def _judge(tally: Tally, box: Mailbox) -> None:
    rules, conflicts = rule_book(box)
    planted = {_claim(habit, value) for habit in box.habits for value in habit.values}
    claimed = {_claimed(rule) for rule in rules}
    right = {one for one in claimed if _among(one, planted)}
    missing = {one for one in planted if not _among(one, claimed)}
    tally.right += len(right)
    tally.claimed += len(claimed)
    tally.found += len(planted) - len(missing)
    tally.planted += len(planted)
    tally.missed += sorted(map(_words, missing))
    tally.wrong += sorted(map(_words, claimed - right))
    tally.scoped += [_at_its_scope(one, claimed, planted) for one in planted if one[2] != EVERYONE]
    torn = {(habit.trait, habit.scope) for habit in box.habits if len(habit.values) > 1}
    tally.conflicts_right += len(torn & conflicts)
    tally.conflicts_claimed += len(conflicts)
    tally.conflicts_planted += len(torn)
    tally.dated += [_is_dated(habit, rules) for habit in box.habits if habit.since]
    tally.kinds += [one.kind == kind for one, kind in zip(_with_kinds(box), box.kinds, strict=True)]
    if not box.habits:
        tally.bare.append(len(claimed))


def rule_book(box: Mailbox) -> tuple[tuple[Rule, ...], set[tuple[str, Scope]]]:
    """The measured rules of a mailbox as they come out of the store, and where they contradict."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.open(Path(folder) / "longhand.db", bytes(32)) as database,
    ):
        book = RuleBook(RuleRepository(database))
        found = measured_rules(measure(_with_kinds(box)), lambda one: MessageId(ExchangeId(one)))
        book.refresh(found, RuleOrigin.MEASURED)
        return book.all(), {(one.trait, one.scope) for one in book.conflicts()}


def seen(box: Mailbox) -> dict[str, float]:
    """Share of mails by trait in which a detector sees a value at all: to look into a figure by hand."""
    values = [detect_all(one.sent, Names.of(one.incoming)) for one in box.exchanges]
    return {trait: sum(one[trait] is not None for one in values) / len(values) for trait in TOLD}


def _with_kinds(box: Mailbox) -> list[Exchange]:
    return [
        replace(one, kind=kind_of(f"{one.incoming.subject}\n{one.incoming.text}", one.sent))
        for one in box.exchanges
    ]


def _claim(habit: Habit, value: str) -> Claim:
    return habit.trait, value, habit.scope, habit.until is not None


def _claimed(rule: Rule) -> Claim:
    return rule.trait, rule.value, rule.scope, rule.until is not None


def _among(one: Claim, claims: set[Claim]) -> bool:
    return any(
        one[0] == other[0] and same(one[0], one[1], other[1]) and one[2:] == other[2:] for other in claims
    )


def _at_its_scope(one: Claim, claimed: set[Claim], planted: set[Claim]) -> bool:
    """Claimed where it was planted, and nowhere else but where it was planted too."""
    alike = {other for other in claimed if other[0] == one[0] and same(one[0], one[1], other[1])}
    return _among(one, alike) and all(_among(other, planted) for other in alike)


def _is_dated(habit: Habit, rules: Sequence[Rule]) -> bool:
    began = [
        rule.since
        for rule in rules
        if (rule.trait, rule.scope) == (habit.trait, habit.scope)
        and same(rule.trait, rule.value, habit.values[0])
    ]
    assert habit.since
    return any(one is not None and abs(one - habit.since) <= NEAR for one in began)


def _words(one: Claim) -> str:
    trait, value, scope, ended = one
    return f"{trait} {value} ({scope.kind} {scope.value}){' ended' if ended else ''}"


def _figures(name: str, tally: Tally) -> Iterator[Figure]:
    detail = {"missed": tally.missed, "wrong": tally.wrong} if name == "open" else {}
    head = f"planted_habits.{name}"
    yield at_least(f"{head}.precision", tally.right / max(1, tally.claimed), 0.9, n=tally.claimed, **detail)
    yield at_least(f"{head}.recall", tally.found / max(1, tally.planted), 0.9, n=tally.planted)
    yield at_least(f"{head}.scope", _share(tally.scoped), 0.9, n=len(tally.scoped))
    yield at_least(
        f"{head}.conflict_precision",
        tally.conflicts_right / max(1, tally.conflicts_claimed),
        0.9,
        n=tally.conflicts_claimed,
    )
    yield at_least(
        f"{head}.conflict_recall",
        tally.conflicts_right / max(1, tally.conflicts_planted),
        0.9,
        n=tally.conflicts_planted,
    )
    yield at_least(f"{head}.change_dated", _share(tally.dated), 0.9, n=len(tally.dated))
    yield reported(
        f"{head}.claimed_without_habits", sum(tally.bare) / max(1, len(tally.bare)), "rules a mailbox"
    )
    yield reported(f"{head}.kinds_told", _share(tally.kinds))


def _share(found: Sequence[bool]) -> float:
    return sum(found) / max(1, len(found))
