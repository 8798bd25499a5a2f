"""How a rule fared over time: in each stretch of the calendar, in how many mails it was kept, and in how many
something else was done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.domain import Rule
from core.preference.rulebook import meaning_of
from core.preference.sightings import Sighting
from core.traits import same

MOST = 24  # stretches: more would not be seen apart
_STEPS = (1, 3, 12)  # months


@dataclass(frozen=True)
class Period:
    """`months` from `start` on. `kept` mails show the rule, of `mails` that could tell; none in a stretch
    without mail."""

    start: date
    months: int
    kept: int
    mails: int


def trend(found: Iterable[Sighting], rule: Rule) -> tuple[Period, ...]:
    """From the first mail of the rule's scope to the last, without a gap, oldest first. By months, quarters
    or years, whichever is finest with no more than MOST of them. Empty where code cannot see the rule."""
    mails = [one for one in found if one.trait == rule.trait and rule.scope in one.scopes]
    if not mails:
        return ()
    wanted = meaning_of(rule)
    at = [(one.date.year * 12 + one.date.month - 1, same(rule.trait, wanted, one.value)) for one in mails]
    first, last = min(month for month, _ in at), max(month for month, _ in at)
    step = next((step for step in _STEPS if last // step - first // step < MOST), _STEPS[-1])
    total = Counter(month // step for month, _ in at)
    kept = Counter(month // step for month, is_kept in at if is_kept)
    return tuple(
        Period(date(place * step // 12, place * step % 12 + 1, 1), step, kept[place], total[place])
        for place in range(first // step, last // step + 1)
    )[-MOST:]
