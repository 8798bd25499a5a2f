"""What a user may want of one draft alone, as rules for it: they take the place of others of their traits."""

from collections.abc import Sequence
from enum import StrEnum

from core.domain import AppliedRule, Kept, RuleLine
from core.traits import sentence

SOURCE = "this draft"  # of an AppliedRule that was wished for


class Wish(StrEnum):
    SHORTER = "shorter"
    LONGER = "longer"
    WARMER = "warmer"


_RULES: dict[Wish, tuple[tuple[str, str], ...]] = {
    Wish.SHORTER: (("length", "short"),),
    Wish.LONGER: (("length", "long"),),
    Wish.WARMER: (("pleasantry", "yes"), ("offer", "yes")),
}


def lines(wish: Wish) -> tuple[RuleLine, ...]:
    return tuple(RuleLine(trait, sentence(trait, value)) for trait, value in _RULES[wish])


def with_wishes(rules: Sequence[AppliedRule], wished: Sequence[RuleLine]) -> list[AppliedRule]:
    """The wishes come last, where a writer heeds them most."""
    traits = {line.trait for line in wished}
    kept = [rule for rule in rules if rule.line.trait not in traits]
    return [*kept, *(AppliedRule(line, SOURCE, Kept.CANNOT_TELL) for line in wished)]
