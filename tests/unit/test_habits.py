"""Habits are put down to the scope that has them, and to the time they lasted."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import ExchangeId, Scope, ScopeKind
from core.preference.changes import LEAST, cuts, surprise
from core.preference.habits import Habit, habits
from core.preference.sightings import EVERYONE, Sighting, counts

START = datetime(2025, 1, 1, tzinfo=UTC)
KIND = Scope(ScopeKind.KIND, "refusal")
CHANCE = random.Random(4)


def firm(name: str) -> Scope:
    return Scope(ScopeKind.AUDIENCE, f"{name}.example")


def person(name: str, home: str) -> Scope:
    return Scope(ScopeKind.PERSON, f"{name}@{home}.example")


def seen(number: int, value: str, *narrow: Scope, trait: str = "greeting") -> Sighting:
    date = START + timedelta(days=number)
    return Sighting(ExchangeId(number), date, (EVERYONE, *narrow), trait, value)


def told(found: tuple[Habit, ...]) -> set[tuple[str, Scope]]:
    return {(one.value, one.scope) for one in found}


def test_a_usual_value_is_everyones_and_is_not_told_again_of_each() -> None:
    mails = [seen(n, "Hi", firm("abc"[n % 3]), person(f"p{n % 6}", "abc"[n % 3])) for n in range(60)]
    assert told(habits(mails)) == {("Hi", EVERYONE)}


def test_a_firm_a_person_and_a_kind_of_their_own() -> None:
    mails = []
    for n in range(120):
        home = "abcd"[n % 4]
        who = person(f"p{n % 8}", home)
        kind = (KIND,) if n % 5 == 0 else ()
        value = "Dear" if home == "a" else "Yo" if n % 8 == 1 else "Sir" if kind else "Hi"
        mails.append(seen(n, value, *kind, firm(home), who))
    assert told(habits(mails)) == {
        ("Hi", EVERYONE),
        ("Dear", firm("a")),
        ("Yo", person("p1", "b")),
        ("Sir", KIND),
    }


def test_a_person_for_whom_the_usual_holds_more_strictly_is_not_told_of() -> None:
    mails = [
        seen(n, "no" if n % 2 or CHANCE.random() < 0.6 else "yes", firm("ab"[n % 2]), trait="hedges")
        for n in range(120)
    ]
    assert told(habits(mails)) == {("no", EVERYONE)}


def test_a_mixture_is_no_habit_and_in_an_open_trait_a_conflict() -> None:
    half = [seen(n, "yes" if CHANCE.random() < 0.5 else "no", trait="hedges") for n in range(80)]
    assert habits(half) == ()
    torn = [seen(n, "Hi" if CHANCE.random() < 0.5 else "Dear") for n in range(80)]
    assert told(habits(torn)) == {("Hi", EVERYONE), ("Dear", EVERYONE)}
    many = [seen(n, CHANCE.choice("abcdefgh")) for n in range(80)]
    assert habits(many) == ()


def test_a_few_mails_alike_by_chance_are_no_habit_of_a_person() -> None:
    mails = [
        seen(n, CHANCE.choice(("yes", "no")), person(f"p{n % 40}", "a"), trait="hedges") for n in range(200)
    ]
    assert habits(mails) == ()


def test_a_change_of_habit_ends_one_and_begins_another() -> None:
    mails = [seen(n, "Hi" if n < 30 else "Hello") for n in range(60)]
    mails[10], mails[45] = seen(10, "Hello"), seen(45, "Hi")  # strays
    old, new = sorted(habits(mails), key=lambda one: one.where)
    assert (old.value, old.since, old.until) == ("Hi", None, START + timedelta(days=30))
    assert (new.value, new.since, new.until) == ("Hello", START + timedelta(days=30), None)
    assert (len(new.where), new.mails) == (29, 30)


def test_a_habit_that_only_ended() -> None:
    mails = [seen(n, ":)" if n < 40 else CHANCE.choice("abcdefgh"), trait="emoji") for n in range(80)]
    (habit,) = habits(mails)
    assert habit.value == ":)"
    assert habit.until is not None
    assert abs(habit.until - (START + timedelta(days=40))) < timedelta(days=3)


def test_a_new_client_written_to_in_another_way_is_no_change() -> None:
    mails = [
        seen(n, "Dear", firm("late")) if n > 40 and n % 2 else seen(n, "Hi", firm("bcd"[n % 3]))
        for n in range(100)
    ]
    found = habits(mails)
    assert told(found) == {("Hi", EVERYONE), ("Dear", firm("late"))}
    assert all(one.since is None and one.until is None for one in found)


def test_forms_that_differ_in_their_end_mark_count_as_the_commonest() -> None:
    mails = [seen(n, "Best" if n % 3 else "best,", trait="sign_off") for n in range(30)]
    (habit,) = habits(mails)
    assert (habit.value, len(habit.where)) == ("Best", 30)


def test_counts_tell_of_every_value_habit_or_not() -> None:
    mails = [seen(n, "Hi" if n < 30 else "Hello", firm("ab"[n % 2])) for n in range(60)]
    mails[3] = seen(3, "Yo", firm("b"))
    hello, hi, yo = counts(mails, EVERYONE)
    assert [(one.value, len(one.where), one.mails) for one in (hello, hi, yo)] == [
        ("Hello", 30, 60),
        ("Hi", 29, 60),
        ("Yo", 1, 60),
    ]
    turn = START + timedelta(days=30)
    assert (hello.began, hello.until) == (turn, None)
    assert (hi.began, hi.until) == (START, turn)
    assert yo.began == START + timedelta(days=3)
    assert [(one.value, one.mails) for one in counts(mails, firm("a"))] == [("Hi", 30), ("Hello", 30)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("a" * 20, []),
        ("a" * 20 + "b" * 20, [20]),
        ("a" * 25 + "b" * 25 + "a" * 25, [25, 50]),
        ("aaaabbbb", []),
    ],
)
def test_cuts(values: str, expected: list[int]) -> None:
    assert cuts(values) == expected


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_stretches_are_never_shorter_than_allowed(values: list[str]) -> None:
    edges = [0, *cuts(values), len(values)]
    assert edges == sorted(set(edges)) or not values
    assert len(edges) == 2 or min(b - a for a, b in pairwise(edges)) >= LEAST


def test_surprise_bounds_chance() -> None:
    assert surprise(5, 10, 0.5) == 0
    assert surprise(10, 10, 0.5) == pytest.approx(6.93, abs=0.01)
