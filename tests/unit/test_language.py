"""The language of replies: told from short mails, measured for each person, and a scope of rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain import Address, Context, Exchange, ExchangeId, Incoming, Kept, RuleLine, Scope, ScopeKind
from core.drafting.book import Rules
from core.preference.measured import LANGUAGE, measure, measured_rules, sightings
from core.store.exchanges import ExchangeRepository, NewExchange
from core.traits import Names, detect_all, kept, language_of, rule_value, sentence
from core.traits.detectors import TRAITS
from tests.store_things import open_database

USER = Address("Tom Hale", "tom@hale.example")
ANN, EVE = Address("Ann Kovac", "ann@north.example"), Address("Eve Marsh", "eve@south.example")
HANS, UTE = Address("Hans Beck", "hans@beck.example"), Address("Ute Lang", "ute@lang.example")
ENGLISH = "Hi {name},\n\nthanks for the plan. I'll send the offer by Friday, {n} pages.\n\nCheers,\nTom"
GERMAN = "Hallo {name},\n\nich schicke das Angebot bis Freitag, {n} Seiten!\n\nViele Grüße\nTom"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OK, I will do that tomorrow. Thanks!", "English"),
        ("Gern, ich schicke Ihnen das Angebot heute noch.", "German"),
        ("Je ne peux pas venir jeudi, désolé.", "French"),
        ("No puedo ir el jueves, lo siento mucho.", "Spanish"),
        ("Purtroppo non posso venire giovedì.", "Italian"),
        ("Dat is goed, ik kom donderdag langs.", "Dutch"),
        ("OK", None),
        ("Tom", None),
        ("12:30 🙂", None),
        ("", None),
    ],
)
def test_language_of(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_words_that_are_english_say_nothing_of_another_language() -> None:
    found = detect_all(GERMAN.format(name="Hans", n=3), Names("Hans", "Hans Beck", "Tom", "Tom Hale"))
    assert found[LANGUAGE] == "German"
    assert found["exclamation"] == "yes"
    assert found["sign_off"] == "Viele Grüße"
    assert {found[trait.name] for trait in TRAITS if trait.english} == {None}
    assert detect_all(ENGLISH.format(name="Ann", n=3), Names("Ann", "Ann Kovac", "Tom", "Tom Hale"))[
        "thanks"
    ] == ("first")


def test_a_rule_of_language_is_checked_in_the_draft() -> None:
    line = RuleLine(LANGUAGE, sentence(LANGUAGE, "German"))
    assert rule_value(line) == "German"
    assert kept(line, GERMAN, Names()) is Kept.KEPT
    assert kept(line, ENGLISH, Names()) is Kept.NOT_KEPT
    assert kept(line, "OK", Names()) is Kept.CANNOT_TELL


def exchange(number: int, reader: Address) -> Exchange:
    text = GERMAN if reader in (HANS, UTE) else ENGLISH
    sent = text.format(name=reader.name.split()[0], n=number + 2)
    came = Incoming(reader, USER, "Plan", "Passt das?" if reader in (HANS, UTE) else "Is it fine?")
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Exchange(ExchangeId(number), came, sent, date, f"t{number}")


def mailbox(*readers: Address, each: int = 12) -> list[Exchange]:
    return [exchange(number, readers[number % len(readers)]) for number in range(each * len(readers))]


def test_the_language_is_a_habit_of_those_it_is_unusual_for() -> None:
    rules = measured_rules(measure(mailbox(ANN, EVE, ANN, HANS)))
    told = {(rule.value, rule.scope.value) for rule in rules if rule.trait == LANGUAGE}
    assert told
    assert told <= {("German", "hans@beck.example"), ("German", "beck.example")}


def test_habits_of_a_language_are_told_of_it() -> None:
    rules = measured_rules(measure(mailbox(ANN, EVE, HANS, UTE)))
    scopes = {(rule.trait, rule.value): rule.scope for rule in rules}
    assert scopes["exclamation", "yes"] == Scope(ScopeKind.LANGUAGE, "German")


def test_mail_in_one_language_makes_no_scope_of_it() -> None:
    found = sightings(mailbox(ANN, EVE))
    assert ScopeKind.LANGUAGE not in {scope.kind for one in found for scope in one.scopes}
    assert LANGUAGE not in {rule.trait for rule in measured_rules(measure(mailbox(ANN, EVE)))}


def test_a_draft_is_written_by_the_rules_of_its_language(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        exchanges = ExchangeRepository(database)
        for one in mailbox(ANN, EVE, HANS, UTE):
            exchanges.add(NewExchange(one.incoming, one.sent, one.date, one.thread, one.kind))
        Rules(database).refresh()

        def exclamation(sender: Address, text: str) -> str | None:
            rules = Rules(database).merge(Context(Incoming(sender, USER, "Plan", text)), ())
            return next((one.line.sentence for one in rules if one.line.trait == "exclamation"), None)

        stranger = Address("Ida Voss", "ida@voss.example")
        german = exclamation(stranger, "Könnten Sie mir bitte das Angebot bis Freitag schicken?")
        assert german == sentence("exclamation", "yes")
        assert exclamation(stranger, "Could you please send me the offer by Friday?") != german
        assert exclamation(HANS, "Could you please send me the offer by Friday?") == german
