"""Which exchanges are made into examples."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.domain import Exchange
from core.preference.choosing import most_informative
from tests.lessons import exchange

START = datetime(2026, 1, 1, tzinfo=UTC)


def mails(*drawn: tuple[int, str, int]) -> list[Exchange]:
    """One exchange for each (person, kind, words), a day apart."""
    made = []
    for day, (person, kind, length) in enumerate(drawn):
        one = exchange(day)
        incoming = replace(one.incoming, sender=replace(one.incoming.sender, email=f"p{person}@x.example"))
        sent, date = "word " * length, START + timedelta(days=day)
        made.append(replace(one, incoming=incoming, sent=sent, date=date, kind=kind))
    return made


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(("request", "refusal")), st.integers(0, 12))),
    st.integers(0, 20),
)
def test_so_many_are_chosen_each_once_and_in_order(drawn: list[tuple[int, str, int]], most: int) -> None:
    given_ones = mails(*drawn)
    chosen = most_informative(given_ones, most)
    assert len(chosen) == min(most, len(given_ones))
    assert list(chosen) == [one for one in given_ones if one in chosen]
    assert most_informative(given_ones, None) == tuple(given_ones)
    everyone = {(one.incoming.sender.email, one.kind) for one in given_ones if len(one.sent.split()) >= 6}
    if most >= len(everyone):
        assert everyone <= {(one.incoming.sender.email, one.kind) for one in chosen}


def test_the_newest_of_each_kind_of_person_and_mail_comes_first() -> None:
    often = [(1, "request", 20)] * 8
    given_ones = mails((2, "request", 20), (1, "refusal", 20), *often, (3, "request", 2))
    chosen = most_informative(given_ones, 4)
    assert [one.date.day for one in chosen] == [1, 2, 9, 10]


def test_what_was_edited_comes_first_however_old() -> None:
    given_ones = mails(*[(1, "request", 20)] * 10)
    given_ones[0] = replace(given_ones[0], weight=2.0)
    assert [one.date.day for one in most_informative(given_ones, 2)] == [1, 10]
