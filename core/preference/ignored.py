"""Rules the writing model does not follow, as the drafts written under them show."""

from collections.abc import Iterable

from core.domain import Kept, Rule, RuleLine
from core.traits import rule_value, sentence

LAST = 5  # drafts that could tell
BROKEN = 4  # of them
_FIRMLY = "Above all: "  # a comma would make an aside of "never ..."


def is_ignored(verdicts: Iterable[Kept]) -> bool:
    """Of a rule in the drafts it was put to, oldest first."""
    last = [one for one in verdicts if one is not Kept.CANNOT_TELL][-LAST:]
    return len(last) == LAST and last.count(Kept.NOT_KEPT) >= BROKEN


def reworded(rule: Rule) -> str:
    """The rule in the plainest words there are for it, and with weight."""
    known = rule_value(RuleLine(rule.trait, rule.sentence)) is not None
    plain = sentence(rule.trait, rule.value) if known and rule.value else rule.sentence
    return f"{_FIRMLY}{plain[:1].lower()}{plain[1:]}"


def is_reworded(words: str) -> bool:
    return words.startswith(_FIRMLY)
