"""Rules as a file: what is written comes back, and what cannot be read is told by its line."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Rule, RuleId, RuleOrigin, RuleState, Scope, ScopeKind
from core.errors import InputError
from core.preference.measured import NEW_CONTACT
from core.preference.rulefile import FileRule, from_text, to_text, worth_telling
from core.traits import OTHER, TRAITS

GREETING = Rule(
    RuleId(1), "greeting", "Hi", "Open with “Hi”.", Scope(), RuleOrigin.MEASURED, RuleState.ACTIVE, 41, 11
)
WORDS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
NAMES = st.from_regex(r"[a-z]{1,6}(\.[a-z]{2,5})?", fullmatch=True)
SCOPES = st.one_of(
    st.just(Scope()),
    st.just(Scope(ScopeKind.AUDIENCE, NEW_CONTACT)),
    st.sampled_from(["German", "English"]).map(lambda one: Scope(ScopeKind.LANGUAGE, one)),
    NAMES.map(lambda one: Scope(ScopeKind.AUDIENCE, one)),
    NAMES.map(lambda one: Scope(ScopeKind.KIND, one)),
    NAMES.map(lambda one: Scope(ScopeKind.PERSON, f"ann@{one}")),
)
RULES = st.builds(
    Rule,
    id=st.just(RuleId(1)),
    trait=st.sampled_from([OTHER, *(one.name for one in TRAITS)]),
    value=st.just(""),
    sentence=WORDS,
    scope=SCOPES,
    origin=st.sampled_from(RuleOrigin),
    state=st.sampled_from([RuleState.ACTIVE, RuleState.PINNED, RuleState.OFF]),
    support_for=st.just(5),
)


@given(st.lists(RULES, max_size=5))
def test_what_is_written_comes_back(rules: list[Rule]) -> None:
    assert from_text(to_text(rules)) == tuple(
        FileRule(one.sentence, one.trait, one.scope, one.state) for one in rules if worth_telling(one)
    )


@given(st.text())
def test_any_text_is_rules_or_one_clear_line(text: str) -> None:
    told = ""
    try:
        from_text(text)
    except InputError as error:
        told = str(error)
    assert "\n" not in told
    assert told.startswith(("Line ", "Rule ")) or not told


def test_the_file_reads_as_prose_with_what_bears_each_rule_out() -> None:
    text = to_text([GREETING])
    assert '# measured from sent mail, 41 of 52 mails\nrule = "Open with “Hi”."\nabout = "greeting"\n' in text
    assert tomllib.loads(text)["rule"][0]["for"] == "everyone"
    assert text.startswith("# Style rules of Longhand")


def test_what_is_no_rule_to_write_by_stays_at_home() -> None:
    weak = replace(GREETING, support_for=4, support_against=90)
    merged = replace(GREETING, state=RuleState.MERGED)
    assert from_text(to_text([weak, merged])) == ()
    [off] = from_text(to_text([replace(weak, state=RuleState.OFF)]))
    assert off.state is RuleState.OFF


FILE = """\
# mine
[[rule]]
rule = "Sign off with Best,"
about = "sign_off"

[[rule]]
rule = "Never say kindly"
{}
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('about = "greting"', "Line 8 of the file: there is no such trait"),
        ('for = "everyon"', "Line 8 of the file: 'for' is everyone"),
        ('for = "language: Klingon"', "Line 8 of the file: 'for' is everyone"),
        ('state = "on"', "Line 8 of the file: 'state' is active, pinned or off"),
        ('state = "merged"', "Line 8 of the file: 'state' is active, pinned or off"),
        ("about = 4", "Line 8 of the file: 'about' is not as it should be"),
        ('who = "ann"', "Line 8 of the file: a rule has only rule, about, for and state"),
        ('rule = "twice"', "Line 8 of the file is not valid TOML"),
        ("about = ", "Line 8 of the file is not valid TOML"),
        ('[[rule]]\nabout = "length"', "Line 8 of the file: the rule's own words are missing"),
        ('[[rule]]\nrule = "  "', "Line 9 of the file: a rule is one line of text"),
        ('[[rule]]\nrule = "a\\nb"', "Line 9 of the file: a rule is one line of text"),
        ("[rules]\nx = 1", "Line 8 of the file: only [[rule]] can stand in the file"),
    ],
)
def test_a_bad_line_is_named(line: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        from_text(FILE.format(line))
    assert str(caught.value).startswith(told)
    assert str(caught.value).endswith(".")


def test_what_is_left_out_means_anything_to_everyone() -> None:
    [made] = from_text('[[rule]]\nrule = "Never say kindly"')
    assert made == FileRule("Never say kindly", OTHER, Scope(), RuleState.ACTIVE)
    assert from_text("") == ()
    with pytest.raises(InputError, match="Line 1 of the file: each rule begins with"):
        from_text('rule = "a"')
    with pytest.raises(InputError, match="Rule 1 of the file: 'for'"):
        from_text('rule = [{rule = "a", for = "b c"}]')
