"""What was seen and counted in mail is kept, comes to the same as counting anew, and goes with the mail."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import Rule, RuleId
from core.drafting import book
from core.drafting.book import Rules
from core.preference.habits import COUNTING
from core.preference.measured import measure, measured_rules
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.messages import MessageRepository
from core.store.traits_seen import TraitsSeenRepository
from core.traits import DETECTORS, TRAITS
from tests import lessons
from tests.store_things import account, mail, message, open_database

# Of the sources that decide what is seen and counted. Where this fails, ask whether any text or mailbox now
# gives other values or rules: if so, raise the number; then put the new digest here.
SEEN_BY = ("core/traits/detectors.py", "core/traits/layout.py")
COUNTED_BY = tuple(
    f"core/preference/{name}.py" for name in ("habits", "sightings", "changes", "measured", "discretion")
)
KNOWN = {
    "DETECTORS": (1, "9806b4fa8c6550cb"),
    "COUNTING": (1, "edde1201ea223dba"),
}


@pytest.mark.parametrize(
    ("name", "now", "sources"), [("DETECTORS", DETECTORS, SEEN_BY), ("COUNTING", COUNTING, COUNTED_BY)]
)
def test_what_is_kept_is_of_these_sources(
    name: str, now: int, sources: tuple[str, ...], repository: Path
) -> None:
    digest = hashlib.sha256(b"".join((repository / one).read_bytes() for one in sources))
    assert KNOWN[name] == (now, digest.hexdigest()[:16])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        exchanges = ExchangeRepository(database)
        for number in range(40):
            exchanges.add(exchange(number))
        yield database


def exchange(number: int) -> NewExchange:
    one = lessons.exchange(number)
    return NewExchange(one.incoming, one.sent, one.date, one.thread, one.kind)


def rules(database: Database) -> set[Rule]:
    """Of the book, brought up to date."""
    kept = Rules(database)
    kept.refresh()
    return {replace(one, id=RuleId(0)) for one in kept.book.all()}


def counted_anew(database: Database) -> set[Rule]:
    return set(measured_rules(measure(ExchangeRepository(database).all())))


def test_the_book_is_the_same_as_counted_anew(database: Database) -> None:
    assert counted_anew(database) <= rules(database)
    assert counted_anew(database)
    for number in range(40, 60):
        ExchangeRepository(database).add(exchange(number))
    assert counted_anew(database) <= rules(database)
    assert len(TraitsSeenRepository(database).all(DETECTORS)) == 60


def test_only_new_mail_is_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rules(database)
    looked: list[str] = []
    seen = book.values_in
    monkeypatch.setattr(book, "values_in", lambda one: looked.append(one.sent) or seen(one))
    monkeypatch.setattr(book, "habits", lambda _found: pytest.fail("the same mail was counted again"))
    assert rules(database) == first
    assert looked == []
    monkeypatch.undo()
    monkeypatch.setattr(book, "values_in", lambda one: looked.append(one.sent) or seen(one))
    ExchangeRepository(database).add(exchange(41))
    rules(database)
    assert looked == [lessons.sent(41)]


def test_another_version_of_the_detectors_looks_at_all(database: Database) -> None:
    rules(database)
    assert TraitsSeenRepository(database).all(DETECTORS + 1) == {}


def test_what_was_seen_goes_with_its_mail(database: Database) -> None:
    rules(database)
    seen, exchanges = TraitsSeenRepository(database), ExchangeRepository(database)
    one = exchanges.all()[0]
    assert len(seen.all(DETECTORS)[one.id]) == len(TRAITS)
    exchanges.remove(one.id)
    assert one.id not in seen.all(DETECTORS)


def test_a_text_that_changes_is_seen_anew(database: Database) -> None:
    """That of an edited draft does, until the reply is sent."""
    owner = AccountRepository(database).add(account())
    [asked] = MessageRepository(database).add_batch([message(mail(1), owner)])
    exchanges, seen = ExchangeRepository(database), TraitsSeenRepository(database)
    edit = replace(exchange(0), received_message=asked)
    known = exchanges.add(edit)
    rules(database)
    exchanges.add(edit)
    assert known in seen.all(DETECTORS)
    exchanges.add(replace(edit, sent="So be it."))
    assert known not in seen.all(DETECTORS)
