"""Traits are seen, worded and checked the way a reader would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address, Kept, RuleLine
from core.sample import style
from core.traits import (
    TRAITS,
    Names,
    detect_all,
    display_name,
    in_plain_words,
    kept,
    lay_out,
    rule_value,
    same,
    sentence,
    trait_named,
)

ANN = Names("Ann", "Ann Smith", "Maria", "Maria Lopez")


def value(trait: str, text: str, names: Names = ANN) -> str | None:
    found = trait_named(trait)
    assert found is not None
    return found.detect(text, names)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Hi Ann,\n\nDone.\n\nBest,\nMaria", "Hi {first},"),
        ("Dear Ann Smith,\n\nDone.", "Dear {full},"),
        ("Dear Mr Smith,\n\nDone.", "Dear Mr {last},"),
        ("Dear Prof. Smith,\n\nDone.", "Dear Prof. {last},"),
        ("Dear Dr. Weiss,\n\nDone.", "Dear Dr. {last},"),
        ("Ann -\n\nDone.", "{first} -"),
        ("Ann,\nDone.", "{first},"),
        ("Hey Annie!\n\nDone.", "Hey {first}!"),
        ("Hi Ann, thanks for this.", "Hi {first},"),
        ("Hi Ann - all done", "Hi {first} -"),
        ("Good morning,\n\nDone.", "Good morning,"),
        ("Hi all,\n\nDone.", "Hi all,"),
        ("Done, see attached.", "none"),
        ("Hi\n\nDone.", "Hi"),
        ("Ann- it is done.", "{first}-"),
        ("Nan,\n\nIt is done.", "{first},"),
        ("Team,\n\nIt is done.", "Team,"),
        ("Thanks,\n\nI will come.", "none"),
        ("Hope it went well!\n\nI will come.", "none"),
    ],
)
def test_greeting(text: str, form: str) -> None:
    assert value("greeting", text) == form


@pytest.mark.parametrize(
    ("text", "closing", "name"),
    [
        ("Hi Ann,\n\nDone.\n\nBest,\nMaria", "Best,", "first"),
        ("Done.\n\nKind regards,\nMaria Lopez", "Kind regards,", "full"),
        ("Done.\n\nBest, Maria", "Best,", "first"),
        ("Done.\n\nCheers!\nM", "Cheers!", "initial"),
        ("Done.\n\n- ML", "none", "initial"),
        ("Done.\n\nMaria", "none", "first"),
        ("Done.\n\nYours in haste,\nMaria", "Yours in haste,", "first"),
        ("Done.\n\nThanks", "Thanks", "none"),
        ("All of it is done.\n\nFond greetings,", "Fond greetings,", "none"),
        ("Done.\n\nThanks,\nMia", "Thanks,", "first"),
        ("All of it is done.", "none", "none"),
        ("Thanks, Maria", "none", "none"),
    ],
)
def test_closing_and_name(text: str, closing: str, name: str) -> None:
    assert (value("sign_off", text), value("name", text)) == (closing, name)


@pytest.mark.parametrize(
    ("trait", "text", "expected"),
    [
        ("length", "Done.", "short"),
        ("length", "word " * 50, "medium"),
        ("length", "word " * 100, "long"),
        ("contractions", "I’m on it.", "yes"),
        ("contractions", "I am on it.", "no"),
        ("contractions", "Done.", None),
        ("exclamation", "Great!", "yes"),
        ("tone", "Kindly find the file. I would be grateful for a reply.", "formal"),
        ("tone", "Yep, sounds good.", "casual"),
        ("tone", "The file is here.", None),
        ("thanks", "Hi Ann,\n\nThanks for this. It is done.", "first"),
        ("thanks", "Hi Ann,\n\nIt is done. Thanks for this.", "last"),
        ("thanks", "Hi Ann,\n\nIt is done.", "no"),
        ("thanks", "I would be grateful if you sent the form.", "no"),
        ("thanks", "Thanks to the rain we are late.", "no"),
        ("thanks", "Hope the holiday was fun. How generous of you.", "first"),
        ("thanks", "It is here. Let me express my gratitude.", "last"),
        ("hedges", "Perhaps Tuesday.", "yes"),
        ("hedges", "If memory serves, it was Tuesday.", "yes"),
        ("hedges", "I am not at all certain.", "no"),  # what the pattern cannot reach
        ("hedges", "I am not certain.", "yes"),
        ("hedges", "That was kind of you.", "no"),
        ("hedges", "Tuesday.", "no"),
        ("lists", "Two points:\n- one\n- two", "dashes"),
        ("lists", "1. one\n2. two", "numbers"),
        ("lists", "Points:\n(1) one\n(2) two", "numbers"),
        ("lists", "Points:\n-- one\n-- two", "dashes"),
        ("emoji", "Great 🙂", "🙂"),
        ("emoji", "Great :)", ":)"),
        ("emoji", "Ratio 1:2 (see note)", "no"),
        ("paragraphs", "One here.\n\nTwo here.", "several"),
        ("paragraphs", "One here. Two here.", "one"),
        ("paragraphs", "One here.", None),
        ("pleasantry", "I hope you are well. Done.", "yes"),
        ("pleasantry", "I hope your summer was pleasant.", "yes"),
        ("pleasantry", "I hope you have received the form.", "no"),
        ("pleasantry", "How did you get the form?", "no"),
        ("offer", "Done. Let me know if you need more.", "yes"),
        ("offer", "Let me know if you need more. One. Two. Three.", "no"),
        ("offer", "Done. Write to me any time.", "yes"),
        ("offer", "Done. If you need the key, ask Bo.", "no"),
        ("question", "Is Tuesday fine? Call me if not. Thanks.", "yes"),
        ("question", "Is Tuesday fine? It rains. It pours.", "no"),
        ("numbers", "We need 3 chairs and 4 tables.", "digits"),
        ("numbers", "We need three chairs.", "words"),
        ("numbers", "Meet at 3 pm, room 12/4, for 5%.", None),
        ("capitals", "all done. see you.", "lower"),
        ("dashes", "Fine - see you.", "yes"),
        ("dashes", "A well-known point.", "no"),
        ("greeting_line", "Hi Ann, done.", "inline"),
        ("greeting_line", "Hi Ann,\n\ndone.", "own"),
    ],
)
def test_detectors(trait: str, text: str, expected: str | None) -> None:
    assert value(trait, text) == expected


def test_at_least_twenty_traits_of_their_own_names() -> None:
    names = [trait.name for trait in TRAITS]
    assert len(names) == len(set(names)) >= 20


@given(st.text())
def test_detectors_take_any_text(text: str) -> None:
    found = detect_all(text, ANN)
    for trait in TRAITS:
        assert found[trait.name] is None or not trait.values or found[trait.name] in trait.values


@pytest.mark.parametrize(("trait", "asked"), [(trait.name, v) for trait in TRAITS for v in trait.values])
def test_plain_sentence_means_its_value(trait: str, asked: str) -> None:
    assert rule_value(RuleLine(trait, sentence(trait, asked))) == asked


@pytest.mark.parametrize("form", ["Hi {first},", "Dear {full},", "{first} -", "Good morning,", "none"])
def test_plain_greeting_sentence_means_its_form(form: str) -> None:
    assert rule_value(RuleLine("greeting", sentence("greeting", form))) == form


@pytest.mark.parametrize(
    ("trait", "text", "expected"),
    [
        ("greeting", "Start with 'Hi Ann,'.", "Hi {first},"),
        ("greeting", "Greet with Hello and the first name.", "Hello {first},"),
        ("greeting", "Skip the greeting.", "none"),
        ("greeting", 'Open with "Dear [name],".', "Dear {first},"),
        ("sign_off", "Close with 'Best,'.", "Best,"),
        ("sign_off", "Leave out the closing phrase.", "none"),
        ("name", "Sign with both first and last name.", "full"),
        ("length", "Keep it brief, not long.", "short"),
        ("length", "Do not write long replies.", "short"),
        ("length", "Stay under 25 words.", "short"),
        ("contractions", "Spell out full forms.", "no"),
        ("exclamation", "Never end with an exclamation mark.", "no"),
        ("thanks", "Never forget to thank them first.", "first"),
        ("tone", "Avoid formal wording.", "casual"),
        ("tone", "Sound informal.", "casual"),
        ("other", "Be nice.", None),
    ],
)
def test_rule_value(trait: str, text: str, expected: str | None) -> None:
    assert rule_value(RuleLine(trait, text), ANN) == expected


@given(st.sampled_from([*(trait.name for trait in TRAITS), "other"]), st.text())
def test_plain_words_keep_what_any_rule_asks_for(trait: str, text: str) -> None:
    line = RuleLine(trait, text)
    told = in_plain_words(line, ANN)
    assert told.trait == trait
    assert rule_value(told, ANN) == rule_value(line, ANN)
    assert in_plain_words(told, ANN) == told


def test_plain_words_drop_the_name_of_one_person() -> None:
    told = in_plain_words(RuleLine("greeting", "Start with 'Hi Ann,' as always."), ANN)
    assert "Ann" not in told.sentence
    assert rule_value(told) == "Hi {first},"


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("Never write the word 'synergy'.", "Good synergy here.", Kept.NOT_KEPT),
        ("Never write the word synergy.", "All good here.", Kept.KEPT),
        ("Never write the word 'art'.", "The start is good.", Kept.KEPT),
        ("Start with 'Quick note'.", "Hi Ann,\n\nQuick note: done.", Kept.KEPT),
        ("Start with 'Quick note'.", "Hi Ann,\n\nDone.", Kept.NOT_KEPT),
        ("End with 'Onwards'.", "Done.\n\nOnwards!\n\nMaria", Kept.KEPT),
        ("End with 'Onwards'.", "Done.\n\nBest,\nMaria", Kept.NOT_KEPT),
        ("Call them 'Boss'.", "Hi Boss,\n\ndone.", Kept.KEPT),
        ("Call them by 'Boss'.", "Hi Ann,\n\ndone.", Kept.NOT_KEPT),
        ("Use the phrase 'all set'.", "You are all set.", Kept.KEPT),
        ("Be kind.", "Done.", Kept.CANNOT_TELL),
    ],
)
def test_open_rules(rule: str, text: str, expected: Kept) -> None:
    assert kept(RuleLine("other", rule), text, ANN) is expected


def test_kept_by_detector() -> None:
    line = RuleLine("greeting", "Greet with 'Hi {first},'.")
    assert kept(line, "Hi Ann,\n\nDone.", ANN) is Kept.KEPT
    assert kept(line, "Dear Ann,\n\nDone.", ANN) is Kept.NOT_KEPT
    assert kept(RuleLine("contractions", "Use contractions."), "Done.", ANN) is Kept.CANNOT_TELL
    assert same("sign_off", "Best,", "best")
    assert not same("sign_off", "Best,", "Best wishes,")


def test_names_of_headers() -> None:
    assert display_name(Address("Smith, Ann", "a@x.example")) == "Ann Smith"
    assert display_name(Address("", "ann.smith@x.example")) == "Ann Smith"
    assert display_name(Address("Dr Ann Smith", "a@x.example")) == "Ann Smith"


def test_layout_leaves_the_body() -> None:
    assert lay_out("Hi Ann,\n\nDone.\n\nBest,\nMaria", ANN).body == "Done."


def test_every_wording_of_the_sample_people_means_its_value() -> None:
    wrong = []
    for trait in style.TRAIT_ORDER:
        for asked in style.VALUES.get(trait, ("none", "no") if trait != "emoji" else ("no", "🙂")):
            if (trait, asked) in {("greeting", "no"), ("sign_off", "no")}:
                continue
            wrong += [
                (trait, asked, wording)
                for wording in style.wordings(trait, asked)
                if rule_value(RuleLine(trait, wording)) != asked
            ]
    assert wrong == []


def test_open_wordings_of_the_sample_people() -> None:
    for form in ("Hi [first name],", "Dear [full name] -", "Morning,"):
        slotted = form.replace("[first name]", "{first}").replace("[full name]", "{full}")
        assert {rule_value(RuleLine("greeting", one)) for one in style.wordings("greeting", form)} == {
            slotted
        }
    assert {rule_value(RuleLine("sign_off", one)) for one in style.wordings("sign_off", "Best,")} == {"Best,"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("avoid", "All of it is done.", "The zebra is done."),
        ("call", "Hi zebra,\n\nDone.", "Hi Ann,\n\nDone."),
        ("start", "Hi Ann,\n\nZebra. It is done.", "Hi Ann,\n\nIt is done."),
        ("end", "Hi Ann,\n\nIt is done. Zebra\n\nBest,\nMaria", "Hi Ann,\n\nZebra. Done.\n\nBest,\nMaria"),
    ],
)
def test_open_rules_of_the_sample_people(kind: str, good: str, bad: str) -> None:
    for wording in style.wordings("other", kind):
        line = RuleLine("other", wording.replace("{v}", "Zebra"))
        assert (kept(line, good, ANN), kept(line, bad, ANN)) == (Kept.KEPT, Kept.NOT_KEPT), line
