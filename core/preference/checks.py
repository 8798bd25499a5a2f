"""What can go wrong in learning, looked for after every training: each finding is a sentence for the
user, not a number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.domain import AppliedRule, Kept, RuleLine
from core.preference.learned import meaning
from core.preference.split import near_duplicates
from core.traits import TRAITS, Names, detect_all, trait_named

_LEAST = 5  # drafts, or tries of a rule, below which nothing is said
_ALIKE = 0.8  # share of drafts that rules hardly change
_OBEYED = 0.5  # share of tries in which a rule is kept
_WORTH = 0.02  # of agreement


@dataclass(frozen=True)
class Pair:
    """One mail, drafted without rules and with them."""

    zero_shot: str
    guided: str
    rules: tuple[AppliedRule, ...]
    names: Names


def findings(pairs: Sequence[Pair], made_by: str, applied_by: str) -> list[str]:
    """The paper's signatures of failure, as far as these drafts show them. `made_by` and `applied_by`
    are the families of the models that wrote the rules and that write the drafts."""
    found = []
    if len(pairs) >= _LEAST and sum(map(_alike, pairs)) > _ALIKE * len(pairs):
        found.append("Your rules hardly change the drafts; the writing model may be too weak to follow them.")
    for trait in unruly(pairs):
        label = named.label.lower() if (named := trait_named(trait)) else "your own wishes"
        found.append(f"The writing model often does not keep the rules about {label}; word them otherwise.")
    if made_by != applied_by:
        found.append(
            f"The rules were learned with {made_by} and are followed by {applied_by};"
            " learn again with the model that writes for drafts nearer to you."
        )
    return found


def unruly(pairs: Iterable[Pair]) -> list[str]:
    """Traits whose rules are broken more often than kept, where code can tell."""
    tries: dict[str, list[bool]] = defaultdict(list)
    for pair in pairs:
        for rule in pair.rules:
            if rule.kept is not Kept.CANNOT_TELL:
                tries[rule.line.trait].append(rule.kept is Kept.KEPT)
    return [trait for trait, kept in tries.items() if len(kept) >= _LEAST and sum(kept) < _OBEYED * len(kept)]


def agreement(ours: Sequence[Sequence[RuleLine]], theirs: Sequence[Sequence[RuleLine]]) -> float:
    """How far two agents give the same rules for the same mails: F1 over (trait, what is asked), 0 to
    1; 1 where both never give any."""
    shared = total = 0
    for a, b in zip(ours, theirs, strict=True):
        left, right = ({(line.trait, meaning(line)) for line in lines} for lines in (a, b))
        shared += 2 * len(left & right)
        total += len(left) + len(right)
    return shared / total if total else 1.0


def serves_as_trained(share: float) -> bool:
    """Whether the shipped base may serve an adapter that was trained on the quantised one."""
    return share >= 1 - _WORTH


def _alike(pair: Pair) -> bool:
    if pair.zero_shot == pair.guided or near_duplicates([pair.zero_shot, pair.guided]):
        before, after = detect_all(pair.zero_shot, pair.names), detect_all(pair.guided, pair.names)
        return sum(before[trait.name] != after[trait.name] for trait in TRAITS) <= 1
    return False
