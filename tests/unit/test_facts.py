"""Facts found in drafts and notes, on lines such as people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address, Context, Incoming
from core.drafting.acts import claimed_acts
from core.drafting.facts import brief_copy, fact_recall, unsupported
from core.traits.facts import FactKind, find


def context(text: str = "", notes: str = "", subject: str = "Offer") -> Context:
    sender, user = Address("Ann Kovač", "ann@north.example"), Address("Tom Hale", "tom@hale.example")
    return Context(Incoming(sender, user, subject, text), notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We meet on 12 March at 10:30.", [("12 March", FactKind.DATE), ("10:30", FactKind.DATE)]),
        (
            "The fee is $1,200.50 for Priya Nair.",
            [("$1,200.50", FactKind.AMOUNT), ("Priya Nair", FactKind.NAME)],
        ),
        ("I may march on.", []),
        ("See https://x.example/a?b=1, please.", [("https://x.example/a?b=1", FactKind.LINK)]),
        ("Write to bo@firm.example", [("bo@firm.example", FactKind.ADDRESS)]),
        ("Thanks for the three crates.", [("three", FactKind.NUMBER)]),
        ("Hi Ann,\n\nHappy to help.\n\nBest,\nTom", [("Ann", FactKind.NAME), ("Tom", FactKind.NAME)]),
        (
            "Marta will bring 15% of it on Friday",
            [("Marta", FactKind.NAME), ("15%", FactKind.AMOUNT), ("Friday", FactKind.DATE)],
        ),
        ("Kind Regards", []),
        (
            "- Bring 4 chairs\n- Ask Lena Fischer",
            [("4", FactKind.NUMBER), ("Ask Lena Fischer", FactKind.NAME)],
        ),
        ("", []),
    ],
)
def test_find(text: str, expected: list[tuple[str, FactKind]]) -> None:
    assert [(fact.text, fact.kind) for fact in find(text)] == expected


def test_what_the_context_says_is_supported_in_another_form() -> None:
    mail = context("Could we say 12 March, 2 crates, 1200 EUR?", "ok for Friday")
    draft = "Hi Ann,\n\nFri, March 12th for two crates at EUR 1,200 is fine.\n\nTom"
    assert unsupported(draft, mail) == []


def test_what_nobody_said_is_marked() -> None:
    draft = "Hi Ann,\n\nI will bring Marta Silva on 14 May and 300 EUR.\n\nTom"
    marked = unsupported(draft, context("Shall we meet?"))
    assert [finding.text for finding in marked] == ["Marta Silva", "14 May", "300 EUR"]
    assert all(draft[finding.start : finding.end] == finding.text for finding in marked)


def test_a_rule_of_the_rule_book_bears_out_its_words() -> None:
    draft = "Hi Ann,\n\nFine.\n\nTom, for Hale Partners"
    assert [f.text for f in unsupported(draft, context("Fine?"))] == ["Hale Partners"]
    assert unsupported(draft, context("Fine?"), ["End with 'for Hale Partners'."]) == []


def test_recall_counts_the_facts_of_the_notes() -> None:
    notes = "- Lena Fischer comes on Tuesday\n- bring 40 chairs"
    assert fact_recall("Lena Fischer will come Tuesday with 40 chairs.", notes) == 1.0
    assert fact_recall("Lena will come with forty chairs on Tues.", notes) == pytest.approx(2 / 3)
    assert fact_recall("Fine.", "say yes") is None


def test_brief_copy_is_the_longest_run_outside_names_and_numbers() -> None:
    assert brief_copy("I think the offer is too high for us.", "the offer is too high") == 5
    assert brief_copy("We pay 40 EUR to Lena Fischer.", "40 EUR") == 0
    assert brief_copy("Yes.", "") == 0


def test_claimed_acts() -> None:
    claims = "Please find attached the plan. I have sent it to Ann as we discussed."
    assert len(claimed_acts(claims, context("Any news?", "plan"))) == 3
    assert claimed_acts(claims, context("Any news?", "attach plan, sent to Ann, as discussed")) == []


def test_an_answer_needs_notes() -> None:
    assert [f.text for f in claimed_acts("Yes, I can do it.", context("Can you?"))] == ["Yes"]
    assert [f.text for f in claimed_acts("Yes, fine.", context("Can you?", "not possible"))] == ["Yes"]
    assert claimed_acts("Yes, I can do it.", context("Can you?", "Thursday 10:00")) == []
    assert [f.text for f in claimed_acts("I can't do it.", context("Can you?", "yes"))] == ["I can't"]
    assert claimed_acts("I can't do it.", context("Can you?", "no time, can not")) == []


@given(st.text())
def test_any_text_is_borne_out_by_itself(text: str) -> None:
    assert unsupported(text, context(text)) == []
    assert fact_recall(text, text) in (None, 1.0)
    for fact in find(text):
        assert text[fact.start : fact.end] == fact.text
