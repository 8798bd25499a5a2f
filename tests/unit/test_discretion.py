"""What a rule may hold: style, no facts; a name only where it is said to several people."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain import (
    Address,
    Context,
    Example,
    Exchange,
    ExchangeId,
    Incoming,
    Rule,
    RuleLine,
    Scope,
    ScopeKind,
)
from core.preference.discretion import is_about_style, names_in, names_in_form
from core.preference.habits import habits
from core.preference.learned import learned_rules
from core.preference.measured import common_forms, measured_rules, sightings

USER = Address("Tom Hale", "tom@hale.example")
ANN, BOB, EVE = (
    Address("Robert Kovac", "ann@north.example"),
    Address("Bob Lind", "bob@east.example"),
    Address("Eve Marsh", "eve@south.example"),
)


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ('Open with "Hi [first name],".', True),
        ("Keep it to two or three sentences.", True),
        ("Stay under 120 words.", True),
        ("Answer within 10 lines.", True),
        ("Contract words, such as I'll and can't.", True),
        ("Quote file 48-71093.", False),
        ("Send them to https://files.example/a.", False),
        ("Copy ida@voss.example.", False),
        ("Ask for 300 EUR.", False),
        ("Be brief. " * 30, False),
    ],
)
def test_rules_are_short_and_hold_no_figures_links_or_addresses(sentence: str, holds: bool) -> None:
    assert is_about_style(sentence) is holds


def test_names_are_found_in_sentences_and_in_forms() -> None:
    assert names_in("Say that Quorvath Zellini agreed.") == {"quorvath", "zellini"}
    assert names_in("Thank them first.") == frozenset()
    assert names_in_form("Zellini,") == {"zellini"}
    assert names_in_form("Kind regards,") == frozenset()
    assert names_in_form("Hi {first},") == frozenset()


def exchange(number: int, reader: Address, sent: str) -> Exchange:
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    mail = Incoming(reader, USER, "Plan", "Fine?")
    return Exchange(ExchangeId(number), mail, sent, date, f"t{number}")


def measured(mails: list[Exchange]) -> set[tuple[str, Scope]]:
    """The closings of the measured rules, with their scopes."""
    seen = sightings(mails)
    found = habits(seen)
    told = measured_rules([*found, *common_forms(seen, found)])
    return {(rule.value, rule.scope) for rule in told if rule.trait == "sign_off"}


def test_a_closing_that_names_somebody_is_a_rule_for_its_reader_alone() -> None:
    mails = [exchange(n, ANN, "It is fine, I think.\n\nHugs to Quorvath,\nTom") for n in range(12)]
    others = [exchange(20 + n, BOB if n % 2 else EVE, "It is fine, I think.\n\nTom") for n in range(6)]
    person = Scope(ScopeKind.PERSON, ANN.email)
    for some in (mails, mails + others):
        named = {one for one in measured(some) if "Quorvath" in one[0]}
        assert named == {("Hugs to Quorvath,", person)}


def test_a_closing_by_name_to_several_people_is_a_habit() -> None:
    said = "It is fine, I think.\n\nUp the Rovers,\nTom"
    mails = [exchange(n, BOB if n % 2 else EVE, said) for n in range(12)]
    assert ("Up the Rovers,", Scope()) in measured(mails)


def learned(reader_of: list[Address], sentence: str) -> list[Rule]:
    mails = [exchange(n, reader, "It is fine.\n\nTom") for n, reader in enumerate(reader_of)]
    rules = (RuleLine("other", sentence),)
    examples = [Example(one.id, Context(one.incoming), "", "", rules, "full", "1") for one in mails]
    return learned_rules(examples, {one.id: one for one in mails})


def test_what_a_model_learned_of_one_correspondence_is_no_rule() -> None:
    assert learned([ANN] * 12, "Mention Quorvath Zellini.") == []
    assert learned([ANN, BOB, EVE] * 4, "Quote file 48-71093.") == []
    assert [one.sentence for one in learned([ANN, BOB, EVE] * 4, "Write British English.")] == [
        "Write British English."
    ]
    assert len(learned([ANN] * 12, "Ask them how they are.")) == 1
