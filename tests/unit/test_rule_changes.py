"""Several rules at once: merged, taken in from a file and taken back, and how one fared over time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.domain import ExchangeId, MessageId, Rule, RuleId, RuleOrigin, RuleState, Scope, ScopeKind
from core.drafting.rule_transfer import RuleTransfer
from core.errors import InputError
from core.preference.rule_changes import merge
from core.preference.rulebook import RuleBook
from core.preference.sightings import EVERYONE, Sighting
from core.preference.trend import MOST, Period, trend
from core.store.database import Database
from core.store.rules import RuleRepository

ANN, FIRM = Scope(ScopeKind.PERSON, "ann@firm.example"), Scope(ScopeKind.AUDIENCE, "firm.example")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "longhand.db", bytes(32))
    yield database
    database.close()


@pytest.fixture
def book(database: Database) -> RuleBook:
    return RuleBook(RuleRepository(database))


def found(
    sentence: str, scope: Scope = EVERYONE, evidence: tuple[int, ...] = (1,), trait: str = "other"
) -> Rule:
    mails = tuple(MessageId(one) for one in evidence)
    return Rule(
        RuleId(0), trait, "", sentence, scope, RuleOrigin.LEARNED, RuleState.ACTIVE, len(mails), 0, mails
    )


def states(book: RuleBook) -> dict[str, RuleState]:
    return {one.sentence: one.state for one in book.all()}


def test_merged_rules_give_way_to_one_and_do_not_come_back(book: RuleBook) -> None:
    rules = [found("Say thanks.", ANN, (1, 2)), found("Thank them.", FIRM, (2, 3))]
    book.refresh(rules, RuleOrigin.LEARNED)
    own = book.add("other", "Give thanks.", FIRM)
    ids = [one.id for one in book.all()]
    book.pin(ids[0])
    made = book.get(merge(book, ids, "Thank them first.", FIRM))
    assert (made.origin, made.scope, made.state) == (RuleOrigin.WRITTEN, FIRM, RuleState.PINNED)
    assert made.evidence == (1, 2, 3)
    assert own not in {one.id for one in book.all()}
    book.refresh(rules, RuleOrigin.LEARNED)
    assert states(book) == {
        "Say thanks.": RuleState.MERGED,
        "Thank them.": RuleState.MERGED,
        "Thank them first.": RuleState.PINNED,
    }


def test_only_rules_about_the_same_are_merged(book: RuleBook) -> None:
    one = book.add("other", "Say thanks.")
    two = book.add("length", "Keep it short.")
    for rules, told in (([one, two], "different things"), ([one, one], "two rules or more")):
        with pytest.raises(InputError, match=told):
            merge(book, rules, "x", EVERYONE)
    assert set(states(book).values()) == {RuleState.ACTIVE}


def test_a_file_taken_in_where_it_came_from_changes_nothing(
    database: Database, book: RuleBook, tmp_path: Path
) -> None:
    book.refresh([found("Say thanks.", ANN), found("Open with “Hi”.", trait="greeting")], RuleOrigin.LEARNED)
    book.off(book.add("length", "Keep it short.", FIRM))
    before, transfer = book.all(), RuleTransfer(database)
    assert transfer.export(tmp_path / "rules.toml") == 3
    done = transfer.take_in(tmp_path / "rules.toml")
    assert (done.added, done.changed, done.same) == (0, 0, 3)
    assert book.all() == before


def test_an_import_adds_changes_and_is_taken_back(database: Database, book: RuleBook, tmp_path: Path) -> None:
    book.refresh([found("Say thanks.", ANN)], RuleOrigin.LEARNED)
    kept = book.add("other", "Stay calm.")
    before, transfer, file = book.all(), RuleTransfer(database), tmp_path / "rules.toml"
    file.write_text(
        '[[rule]]\nrule = "say THANKS"\nfor = "ann@firm.example"\nstate = "pinned"\n'
        '[[rule]]\nrule = "Never say kindly."\nfor = "firm.example"\nstate = "off"\n'
    )
    done = transfer.take_in(file)
    assert (done.added, done.changed, done.same) == (1, 1, 0)
    assert states(book) == {
        "say THANKS": RuleState.PINNED,
        "Stay calm.": RuleState.ACTIVE,
        "Never say kindly.": RuleState.OFF,
    }
    assert transfer.take_back() == 2
    assert book.all() == before
    with pytest.raises(InputError, match="No import"):
        transfer.take_back()
    transfer.take_in(file)
    [changed] = [one for one in book.all() if one.sentence == "say THANKS"]
    book.edit(changed.id, "Thank warmly.")
    book.pin(kept)
    assert transfer.take_back() == 1  # what was changed since stays
    assert states(book) == {"Thank warmly.": RuleState.PINNED, "Stay calm.": RuleState.PINNED}


def test_a_file_with_one_bad_rule_changes_nothing(database: Database, book: RuleBook, tmp_path: Path) -> None:
    transfer, file = RuleTransfer(database), tmp_path / "rules.toml"
    file.write_text('[[rule]]\nrule = "a"\n[[rule]]\nrule = "b"\nabout = "nothing"\n')
    with pytest.raises(InputError, match="Line 5"):
        transfer.take_in(file)
    file.write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        transfer.take_in(file)
    with pytest.raises(InputError, match="cannot be read"):
        transfer.take_in(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be written"):
        transfer.export(tmp_path / "none" / "rules.toml")
    assert book.all() == ()


def seen(year: int, month: int, value: str, scope: Scope = FIRM) -> Sighting:
    return Sighting(ExchangeId(1), datetime(year, month, 3, tzinfo=UTC), (EVERYONE, scope), "length", value)


SHORT = Rule(RuleId(1), "length", "short", "x", FIRM, RuleOrigin.MEASURED, RuleState.ACTIVE)


def test_a_trend_counts_by_months_without_gaps() -> None:
    mails = [
        seen(2025, 11, "short"),
        seen(2025, 11, "long"),
        seen(2026, 1, "short"),
        seen(2025, 1, "short", ANN),
    ]
    assert trend(mails, SHORT) == (
        Period(date(2025, 11, 1), 1, 1, 2),
        Period(date(2025, 12, 1), 1, 0, 0),
        Period(date(2026, 1, 1), 1, 1, 1),
    )
    assert trend([], SHORT) == ()


@pytest.mark.parametrize(("years", "months"), [(1, 1), (5, 3), (20, 12), (60, 12)])
def test_a_longer_time_is_counted_in_longer_stretches(years: int, months: int) -> None:
    found = trend([seen(2026 - years, 2, "long"), seen(2026, 2, "short")], SHORT)
    assert {one.months for one in found} == {months}
    assert len(found) <= MOST
    assert (found[-1].kept, found[-1].mails) == (1, 1)
