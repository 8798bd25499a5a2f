"""Sentences for people: one line each, and nothing in them that could be mail."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import messages
from core.domain import Rule, RuleId, RuleOrigin, RuleState, Scope, ScopeKind
from core.errors import MailError
from core.tasks import Step


def test_a_known_error_is_one_line() -> None:
    assert messages.work.error_line(MailError("The server\nis away.")) == "The server is away."


def test_a_bug_tells_its_place_and_never_its_text() -> None:
    try:
        raise ValueError("Dear Ann, the password is swordfish")
    except ValueError as error:
        line = messages.work.error_line(error)
    assert "ValueError" in line
    assert "test_messages.py" in line
    assert "swordfish" not in line


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.2, "about 1 s left"),
        (89, "about 89 s left"),
        (150, "about 2 min left"),
        (7200, "about 2.0 h left"),
    ],
)
def test_time_left(seconds: float | None, said: str) -> None:
    assert messages.work.time_left(seconds) == said


def test_step_line() -> None:
    assert messages.work.step_line(Step("Learning", 3, 60, 20.0)) == "Learning: 3 of 60, about 20 s left"
    assert messages.work.step_line(Step("Reading", 3, 0, None)) == "Reading: 3"


def test_pace() -> None:
    assert messages.models.pace(0.0, measured=False) == ""
    assert "about 2.5 words a second" in messages.models.pace(2.5, measured=False)
    assert "last draft here at 31 words a second" in messages.models.pace(31.4, measured=True)


def test_rules_of_another_family_are_told() -> None:
    assert "made by mini, and qwen3 writes" in messages.learning.mixed_families("mini", "qwen3")
    assert (
        messages.learning.mixed_families("mini", "mini") == messages.learning.mixed_families("", "mini") == ""
    )


def test_the_verdict_says_when_there_is_too_little_mail() -> None:
    assert "too little mail" in messages.learning.verdict(True, 12, False, 0.1)
    assert "too little mail" not in messages.learning.verdict(True, 40, True, 0.1)
    assert "not used" in messages.learning.verdict(False, 40, True, -0.1)
    assert "nothing to judge" in messages.learning.verdict(False, 0, False, None)


def test_a_rule_says_when_its_habit_began_or_ended() -> None:
    march = datetime(2025, 3, 9, tzinfo=UTC)
    scope, origin, state = Scope(), RuleOrigin.MEASURED, RuleState.ACTIVE
    begun = Rule(RuleId(1), "tone", "casual", "Sound casual.", scope, origin, state, 9, since=march)
    ended = Rule(RuleId(1), "tone", "casual", "Sound casual.", scope, origin, state, 9, 1, until=march)
    assert messages.rules.rule_line(begun) == "tone: Sound casual. (everyone; 9 mails; since March 2025)"
    assert (
        messages.rules.rule_line(ended)
        == "tone: Sound casual. (everyone; 9 mails, 1 against; until March 2025)"
    )


def test_a_change_of_a_rule_is_told_in_words() -> None:
    now, march = datetime(2026, 11, 24, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)
    scope, origin, state = Scope(), RuleOrigin.MEASURED, RuleState.ACTIVE
    rule = Rule(RuleId(1), "tone", "casual", "Sound casual.", scope, origin, state, 9)

    def told(before: Rule | None, after: Rule | None) -> str:
        return messages.rules.history_line(now, before, after)

    assert told(None, rule) == "2026-11-24  counted in your mail"
    assert told(rule, replace(rule, support_for=12)) == ""
    assert told(rule, replace(rule, sentence="Be casual.", until=march)) == (
        "2026-11-24  put into other words, before: Sound casual.; the habit ended"
    )
    other = replace(rule, scope=Scope(ScopeKind.AUDIENCE, "firm.example"))
    assert told(rule, other) == "2026-11-24  for firm.example, before for everyone"
    assert told(replace(rule, state=RuleState.PINNED), rule) == "2026-11-24  unpinned"
    assert told(rule, None) == "2026-11-24  removed"
