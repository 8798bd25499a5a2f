"""The parts of learning that need no model: the split, rule lines, settings, making examples."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import AppliedRule, Context, Kept, RuleLine
from core.errors import InputError
from core.preference.checks import Pair, agreement, findings, serves_as_trained
from core.preference.examples import borne_out, form_of, shortened
from core.preference.rule_lines import MOST, grammar, parse_rules, split_thinking
from core.preference.settings import load_settings, to_toml
from core.preference.split import near_duplicates, split_exchanges
from core.traits import TRAITS, Names
from tests.lessons import exchange

LONG = "I have looked at the plan and would like to move the second part to the end of March"


def test_the_newest_are_the_gate() -> None:
    parts = split_exchanges([exchange(i) for i in range(100)])
    gate = {number for number, part in parts.items() if part == "gate"}
    assert gate == set(range(85, 100))
    assert 3 <= sum(part == "validation" for part in parts.values()) <= 20


def test_threads_and_near_duplicates_stay_together() -> None:
    exchanges = [exchange(i) for i in range(60)]
    exchanges[2] = replace(exchanges[2], thread="t59")
    exchanges[3] = replace(exchanges[3], sent=LONG)
    exchanges[58] = replace(exchanges[58], sent=f"{LONG} at the latest")
    parts = split_exchanges(exchanges)
    assert parts[exchanges[2].id] == parts[exchanges[59].id] == "gate"
    assert parts[exchanges[3].id] == parts[exchanges[58].id] == "gate"


def test_new_mail_moves_nothing_between_learning_and_validation() -> None:
    before = split_exchanges([exchange(i) for i in range(60)])
    after = split_exchanges([exchange(i) for i in range(120)])
    settled = [number for number in before if before[number] != "gate" and after[number] != "gate"]
    assert len(settled) > 40
    assert all(before[number] == after[number] for number in settled)


def test_what_began_as_a_draft_is_never_judged_by() -> None:
    exchanges = [replace(exchange(i), thread="one" if i in (97, 99) else f"t{i}") for i in range(100)]
    drafted = {exchanges[i].id for i in range(90, 98)}
    parts = split_exchanges(exchanges, drafted)
    assert {parts[exchanges[i].id] for i in (*range(90, 98), 99)} == {"learning"}
    assert {one for one, part in parts.items() if part == "gate"} == {98, *range(76, 90)}


def test_one_thread_cannot_overfill_the_gate() -> None:
    exchanges = [replace(exchange(i), thread="one" if i > 50 else f"t{i}") for i in range(100)]
    parts = split_exchanges(exchanges)
    assert sum(part == "gate" for part in parts.values()) <= 15
    assert len({parts[one.id] for one in exchanges[51:]}) == 1
    assert split_exchanges([]) == {}
    assert exchanges[1].date - exchanges[0].date == timedelta(days=1)


def test_near_duplicates() -> None:
    assert near_duplicates(
        [LONG, "Short", "Short", f"Well, {LONG}", "Something else said in other words"]
    ) == [(0, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("greeting: Say hi.", [RuleLine("greeting", "Say hi.")]),
        ("<think>\ntone: no\n</think>\nlength: Be brief.", [RuleLine("length", "Be brief.")]),
        ("1. **Greeting**: Hi.\n- sign-off: Bye", [RuleLine("greeting", "Hi."), RuleLine("sign_off", "Bye")]),
        ("Here are the rules\n\nSalutation = x", [RuleLine("greeting", "x")]),
        ("vibe: Be cool.", [RuleLine("other", "Be cool.")]),
        ("tone: a\ntone: b\nother: c\nother: c", [RuleLine("tone", "a"), RuleLine("other", "c")]),
        ("", []),
    ],
)  # fmt: skip
def test_rule_lines(text: str, expected: list[RuleLine]) -> None:
    assert list(parse_rules(text)) == expected


@given(st.text())
def test_any_text_parses(text: str) -> None:
    found = parse_rules(text)
    assert len(found) <= MOST
    assert all(line.sentence and "\n" not in line.sentence for line in found)


@given(st.lists(st.sampled_from([trait.name for trait in TRAITS]), unique=True, max_size=MOST))
def test_what_is_written_is_read(names: list[str]) -> None:
    lines = tuple(RuleLine(name, "Do so.") for name in names)
    assert parse_rules("thought</think>\n" + "\n".join(map(str, lines))) == lines


def test_thinking_is_kept_apart() -> None:
    assert split_thinking("a > b\n</think>\ntone: x") == "a > b"
    assert split_thinking("tone: x") == ""
    assert '"</think>' in grammar(thinking=True)
    assert "think" not in grammar()


def test_settings_are_checked(tmp_path: Path) -> None:
    settings = load_settings(steps=7)
    assert settings.steps_for(1000) == 7
    assert load_settings(epochs=2, batch=4, min_steps=10, max_steps=400).steps_for(100) == 50
    copy = tmp_path / "copy.toml"
    copy.write_text(to_toml(settings))
    assert load_settings(copy) == settings
    for bad in ({"compute": "float16"}, {"rank": 0}, {"unknown": 1}, {"batch": 1.5}, {"steps": -1}):
        with pytest.raises(InputError, match=next(iter(bad))):
            load_settings(**bad)  # type: ignore[arg-type]


def test_rules_the_sent_text_breaks_are_dropped() -> None:
    formal = exchange(1)
    rules = (
        RuleLine("greeting", 'Open with "Dear [full name],".'),
        RuleLine("sign_off", 'Sign off with "Cheers,".'),
        RuleLine("length", "Keep it long."),
        RuleLine("other", "Be kind."),
    )
    assert [line.trait for line in borne_out(rules, formal)] == ["greeting", "length", "other"]


def test_forms_of_a_brief() -> None:
    assert [form_of(exchange(i)) for i in range(4)] == ["full", "short", "empty", "full"]
    assert shortened("a\nb\nc") == "a"
    assert Context(exchange(0).incoming).notes == ""


def pair(guided: str, kept: Kept = Kept.KEPT) -> Pair:
    line = AppliedRule(RuleLine("greeting", "Open without a greeting."), "agent", kept)
    return Pair("Hello Ann,\n\nThe papers came today.", guided, (line,), Names("Ann", "Ann Smith"))


def test_signs_of_failure_are_told() -> None:
    good = [pair("The papers came today.\n\nBest,\nMaria 🙂")] * 6
    assert findings(good, "mini", "mini") == []
    (same,) = findings([pair("Hello Ann,\n\nThe papers came today.")] * 6, "mini", "mini")
    assert "hardly change" in same
    (broken,) = findings([replace(one, rules=pair("", Kept.NOT_KEPT).rules) for one in good], "mini", "mini")
    assert "rules about greeting" in broken
    (mixed,) = findings(good, "mini", "qwen")
    assert "learned with mini" in mixed
    assert findings(good[:2], "mini", "mini") == []


def test_agreement_of_two_agents() -> None:
    brief, terse = RuleLine("length", "Keep it brief."), RuleLine("length", "Keep it short.")
    casual = RuleLine("tone", "Sound casual.")
    assert agreement([[brief, casual]], [[terse, casual]]) == 1.0
    assert agreement([[brief, casual]], [[brief]]) == pytest.approx(2 / 3)
    assert agreement([[]], [[]]) == 1.0
    assert serves_as_trained(0.99)
    assert not serves_as_trained(0.9)
