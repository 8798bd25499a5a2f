"""The rule book: scopes, pins, off, conflicts, and how the agent's lines join it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain import (
    Address,
    Context,
    Example,
    ExchangeId,
    Rule,
    RuleId,
    RuleLine,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.errors import InputError
from core.preference.habits import habits
from core.preference.learned import learned_rules
from core.preference.measured import common_forms, measure, measured_rules, sightings
from core.preference.rulebook import RuleBook
from core.preference.sightings import EVERYONE
from core.store.database import Database
from core.store.rules import RuleRepository
from core.traits import Names
from tests.lessons import example, exchange, incoming

CLIENT, FRIEND = 1, 0  # incoming(1) is from client.example, incoming(0) from friends.example
NAMES = Names("Ann", "Ann Smith", "Maria", "Maria Lopez")
DOMAIN = Scope(ScopeKind.AUDIENCE, "client.example")
PERSON = Scope(ScopeKind.PERSON, incoming(CLIENT).sender.email)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RuleBook]:
    database = Database.open(tmp_path / "longhand.db", bytes(32))
    yield RuleBook(RuleRepository(database))
    database.close()


def rule(
    trait: str = "length",
    value: str = "short",
    scope: Scope = EVERYONE,
    origin: RuleOrigin = RuleOrigin.LEARNED,
    support: int = 10,
    against: int = 0,
) -> Rule:
    return Rule(
        RuleId(0), trait, value, f"Make {trait} {value}.", scope, origin, RuleState.ACTIVE, support, against
    )


def values(book: RuleBook, number: int = CLIENT, **more: str) -> dict[str, str]:
    chosen = book.for_context(Context(incoming(number)), **more)
    return {one.rule.trait: one.rule.value for one in chosen}


def only(book: RuleBook, trait: str, value: str) -> Rule:
    (found,) = [one for one in book.all() if (one.trait, one.value) == (trait, value)]
    return found


def test_the_narrower_scope_wins(book: RuleBook) -> None:
    rules = [rule(), rule(value="long", scope=DOMAIN), rule(value="medium", scope=PERSON)]
    book.refresh(rules[:1], RuleOrigin.LEARNED)
    assert values(book) == {"length": "short"}
    book.refresh(rules[:2], RuleOrigin.LEARNED)
    assert (values(book), values(book, FRIEND)) == ({"length": "long"}, {"length": "short"})
    book.refresh(rules, RuleOrigin.LEARNED)
    assert values(book) == {"length": "medium"}


def test_scopes_of_kind_and_language(book: RuleBook) -> None:
    kind, language = Scope(ScopeKind.KIND, "refusal"), Scope(ScopeKind.LANGUAGE, "de")
    book.refresh([rule(scope=kind), rule("tone", "formal", scope=language)], RuleOrigin.LEARNED)
    assert values(book) == {}
    assert values(book, kind="refusal") == {"length": "short"}
    assert values(book, language="de") == {"tone": "formal"}
    assert [one.why for one in book.for_context(Context(incoming(0)), kind="refusal")] == [
        "mails of the kind refusal"
    ]


def test_a_pin_wins_at_its_scope_and_settles_the_conflict(book: RuleBook) -> None:
    book.refresh([rule(support=50), rule(value="long", support=4)], RuleOrigin.LEARNED)
    assert values(book) == {"length": "short"}
    (conflict,) = book.conflicts()
    assert {one.value for one in conflict.rules} == {"short", "long"}
    book.pin(only(book, "length", "long").id)
    assert values(book) == {"length": "long"}
    assert book.conflicts() == ()
    book.unpin(only(book, "length", "long").id)
    assert len(book.conflicts()) == 1


def test_a_pin_does_not_reach_into_narrower_scopes(book: RuleBook) -> None:
    book.refresh([rule(), rule(value="long", scope=DOMAIN)], RuleOrigin.LEARNED)
    book.pin(only(book, "length", "short").id)
    assert values(book) == {"length": "long"}


def test_off_holds_for_ever_and_everywhere(book: RuleBook) -> None:
    book.refresh([rule()], RuleOrigin.LEARNED)
    book.off(only(book, "length", "short").id)
    for _ in range(2):
        book.refresh([rule(support=99), rule(scope=DOMAIN)], RuleOrigin.LEARNED)
        assert values(book) == {}
    book.refresh([], RuleOrigin.LEARNED)  # not found any more, and still remembered
    book.refresh([rule(scope=PERSON, origin=RuleOrigin.MEASURED)], RuleOrigin.MEASURED)
    assert values(book) == {}
    line = RuleLine("length", "Keep it short.")
    assert book.merge([line], [], NAMES).applied == ()
    book.on(next(one.id for one in book.all() if one.scope == EVERYONE))
    assert values(book) == {"length": "short"}
    assert [one.line for one in book.merge([line], [], NAMES).applied] == [line]


def test_refresh_keeps_ids_and_what_the_user_did(book: RuleBook) -> None:
    book.refresh([rule(), rule("tone", "formal")], RuleOrigin.LEARNED)
    before = only(book, "length", "short")
    book.pin(before.id)
    own = book.add("other", "Never write the word 'synergy'.")
    book.refresh([rule(support=77)], RuleOrigin.LEARNED)
    after = only(book, "length", "short")
    assert (after.id, after.state, after.support_for) == (before.id, RuleState.PINNED, 77)
    assert {one.id for one in book.all()} == {before.id, own}  # 'tone' is no longer found


def test_measured_counts_stand_beside_a_learned_rule(book: RuleBook) -> None:
    book.refresh([rule(support=3)], RuleOrigin.LEARNED)
    book.refresh([rule(support=30, origin=RuleOrigin.MEASURED)], RuleOrigin.MEASURED)
    (one,) = book.all()
    assert (one.origin, one.support_for) == (RuleOrigin.LEARNED, 30)


def test_written_and_edited_rules(book: RuleBook) -> None:
    book.refresh([rule(value="long", support=500)], RuleOrigin.LEARNED)
    book.add("length", "Keep it short.")
    assert values(book) == {"length": "short"}
    learned = only(book, "length", "long")
    book.edit(learned.id, "Write at medium length.")
    edited = book.get(learned.id)
    assert (edited.value, edited.origin) == ("medium", RuleOrigin.WRITTEN)
    with pytest.raises(InputError, match="one line"):
        book.add("length", "two\nlines")
    with pytest.raises(InputError, match="no trait 'lenght'"):
        book.add("lenght", "Keep it short.")
    with pytest.raises(InputError, match="no rule 999"):
        book.pin(RuleId(999))


def test_the_agent_speaks_for_this_message(book: RuleBook) -> None:
    """Over general rules, not over pins, the user's own words, or firm habits toward this person."""
    lines = [
        RuleLine("length", "Keep it short."),
        RuleLine("tone", "Sound casual."),
        RuleLine("other", "Be kind."),
    ]
    book.refresh([rule(value="long"), rule("tone", "formal", scope=DOMAIN)], RuleOrigin.LEARNED)
    book.add("other", "Never write the word 'synergy'.")
    chosen = book.for_context(Context(incoming(CLIENT)))
    found = {(one.line.trait, one.source) for one in book.merge(lines, chosen, NAMES).applied}
    assert found == {
        ("length", "agent"),
        ("tone", "client.example"),
        ("other", "agent"),
        ("other", "everyone"),
    }
    book.pin(only(book, "length", "long").id)
    chosen = book.for_context(Context(incoming(CLIENT)))
    assert ("length", "everyone") in {
        (o.line.trait, o.source) for o in book.merge(lines, chosen, NAMES).applied
    }


def test_what_no_mail_bears_out_is_shown_not_applied(book: RuleBook) -> None:
    line = RuleLine("greeting", 'Open with "Ahoy [first name],".')
    merged = book.merge([line], [], NAMES, observed=frozenset({("greeting", "Hi {first},")}))
    assert (merged.applied, merged.shown) == ((), (line,))
    merged = book.merge([line], [], NAMES, observed=frozenset({("greeting", "ahoy {first}")}))
    assert [one.line for one in merged.applied] == [line]


def test_measured_habits_the_writer_has_anyway_are_left_out(book: RuleBook) -> None:
    book.refresh([rule(origin=RuleOrigin.MEASURED)], RuleOrigin.MEASURED)
    chosen = book.for_context(Context(incoming(CLIENT)))
    habits = frozenset({("length", "short")})
    assert book.merge([], chosen, NAMES, habits_of_writer=habits).applied == ()
    assert len(book.merge([], chosen, NAMES).applied) == 1


def test_measured_style_of_a_mailbox() -> None:
    found = {
        (one.trait, one.value, one.scope) for one in measured_rules(measure([exchange(i) for i in range(40)]))
    }
    friends = Scope(ScopeKind.AUDIENCE, "friends.example")
    assert ("greeting", "Dear {full},", DOMAIN) in found
    assert ("greeting", "Hi {first},", friends) in found
    assert ("sign_off", "Kind regards,", DOMAIN) in found
    assert ("sign_off", "none", friends) in found
    assert ("exclamation", "no", EVERYONE) in found
    # Each has an audience of its own: for everyone there is none.
    assert not any((trait, scope) == ("greeting", EVERYONE) for trait, _, scope in found)
    # What the domain says already is not said again of each person in it.
    assert not any(trait == "greeting" and scope.kind is ScopeKind.PERSON for trait, _, scope in found)


def test_learned_rules_are_gathered_over_wordings() -> None:
    exchanges = {ExchangeId(i): exchange(i) for i in range(24)}
    examples = [example(i) for i in range(24)]
    first = examples[1]
    other = RuleLine("greeting", f"Greet with 'Dear {incoming(1).sender.name},'.")
    examples[1] = Example(first.exchange, first.context, "", "", (other,), "full", "1")
    rules = {(one.trait, one.value, one.scope): one for one in learned_rules(examples, exchanges)}
    greeting = rules["greeting", "Dear {full},", DOMAIN]
    assert (greeting.support_for, greeting.support_against) == (12, 0)
    assert greeting.sentence == 'Open with "Dear [full name],".'
    assert ("contractions", "yes", EVERYONE) in rules


def test_one_of_several_greetings_is_no_rule_to_write_by(book: RuleBook) -> None:
    book.refresh(measured_rules(measure([exchange(i) for i in range(40)])), RuleOrigin.MEASURED)
    stranger = Context(replace(incoming(0), sender=Address("Zoe Quist", "zoe@elsewhere.example")))
    assert not [
        one
        for one in book.merge([], book.for_context(stranger), NAMES).applied
        if one.line.trait == "greeting"
    ]
    applied = book.merge([], book.for_context(Context(incoming(CLIENT))), NAMES).applied
    assert [one.source for one in applied if one.line.trait == "greeting"] == ["client.example"]
    assert book.conflicts() == ()  # each audience has one of its own


def test_common_greetings_are_listed_and_neither_written_by_nor_in_conflict(book: RuleBook) -> None:
    greetings = ("Hi", "Dear", "Hello", "Good day", "Hey") * 8
    sent = [f"{word} {incoming(i).sender.name.split()[0]},\n\nFine." for i, word in enumerate(greetings)]
    exchanges = [replace(exchange(i), sent=text) for i, text in enumerate(sent)]
    seen = sightings(exchanges)
    told = [one for one in habits(seen) if one.trait != "greeting"]
    book.refresh(measured_rules([*told, *common_forms(seen, told)]), RuleOrigin.MEASURED)
    listed = {one.value: one.support_for for one in book.all() if one.trait == "greeting"}
    assert listed == dict.fromkeys([f"{word} {{first}}," for word in greetings], 8)
    assert "greeting" not in {one.trait for one in book.conflicts()}
    applied = book.merge([], book.for_context(Context(incoming(CLIENT))), NAMES).applied
    assert "greeting" not in {one.line.trait for one in applied}
    each = measure([exchange(i) for i in range(40)])  # one for clients, one for friends
    assert common_forms(sightings([exchange(i) for i in range(40)]), each) == []


def test_a_habit_that_ended_is_shown_but_not_written_by(book: RuleBook) -> None:
    ended = replace(rule(origin=RuleOrigin.MEASURED), until=datetime(2025, 3, 9, tzinfo=UTC))
    going = replace(rule(value="long", origin=RuleOrigin.MEASURED), since=ended.until)
    book.refresh([ended, going], RuleOrigin.MEASURED)
    assert {one.value: one.until for one in book.all()} == {"short": ended.until, "long": None}
    assert values(book) == {"length": "long"}
    assert book.conflicts() == ()
    book.pin(only(book, "length", "short").id)  # the user knows better
    assert values(book) == {"length": "short"}


def test_a_rule_of_ones_own_does_not_end_with_the_habit(book: RuleBook) -> None:
    written = book.add("length", "Keep it short.")
    ended = replace(rule(origin=RuleOrigin.MEASURED), until=datetime(2025, 3, 9, tzinfo=UTC))
    book.refresh([ended], RuleOrigin.MEASURED)
    assert book.get(written).until == ended.until
    assert values(book) == {"length": "short"}


def test_two_rules_of_other_are_no_conflict(book: RuleBook) -> None:
    book.add("other", "Never write the word 'synergy'.")
    book.add("other", "Call them 'Boss'.")
    assert book.conflicts() == ()
    assert len(book.for_context(Context(incoming(0)))) == 2
