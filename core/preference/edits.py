"""What users change in drafts: the same change in several of them speaks for a rule, before any training."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core import messages
from core.domain import Incoming, MessageId, RuleLine, Scope, ScopeKind
from core.preference.learned import meaning
from core.preference.measured import TOLD
from core.preference.sightings import EVERYONE
from core.traits import OTHER, TRAITS, Names, lay_out, same, sentence, spoken
from core.traits.layout import words

LEAST = 3  # drafts with the same change
_MOST_WORDS = 3  # in a row that count as a choice of words; more is another thing said
_REWRITTEN = 0.5  # share of words in common below which nothing was replaced: all was written anew
# A longer text has more to say: no choice of style, as an edit shows it.
_CHOSEN = {trait.name: trait for trait in TRAITS if trait.name in TOLD and not trait.forced}
_LETTERS = re.compile(r"[^\W\d_]+")
_LABELS = {trait.name: trait.label.lower() for trait in TRAITS}
_NOTHING = {"greeting": "none", "sign_off": "none", "emoji": "no", OTHER: ""}  # of traits that are strings


@dataclass(frozen=True)
class Outcome:
    """A draft of a reply to `message`, the rules it was written under, and its text as the user left it."""

    message: MessageId
    incoming: Incoming
    rules: tuple[RuleLine, ...]
    draft: str
    final: str

    @property
    def names(self) -> Names:
        return Names.of(self.incoming)


@dataclass(frozen=True)
class Change:
    """Of a trait's value; with the trait 'other', of a few words for others, or for none ('')."""

    trait: str
    before: str
    after: str

    @property
    def key(self) -> str:
        """The same for changes that count as one."""
        return "\n".join((self.trait, _plain(self.before), _plain(self.after)))

    @property
    def rule(self) -> RuleLine:
        """What asks for it."""
        if self.trait != OTHER:
            return RuleLine(self.trait, sentence(self.trait, self.after))
        swap = f'Write "{self.after}" instead of "{self.before}".'
        return RuleLine(OTHER, swap if self.after else f'Never write "{self.before}".')

    def words(self, count: int) -> str:
        """What the user did in so many drafts, as a sentence."""
        label = _LABELS.get(self.trait, "")
        if self.trait not in _NOTHING:
            return messages.rules.changed(label, self.before, self.after, count)
        before, after = (
            "" if value == _NOTHING[self.trait] else spoken(value).rstrip(",")
            for value in (self.before, self.after)
        )
        return messages.rules.replaced(label, before, after, count)


@dataclass(frozen=True)
class Repeated:
    """A change made in several drafts, by the messages they answer, and the scope of a rule for it."""

    change: Change
    scope: Scope
    drafts: tuple[MessageId, ...]


def changes(one: Outcome) -> list[Change]:
    """What the user changed that no rule had asked for: what one asked for, the writer failed to do."""
    if one.draft == one.final:
        return []
    found = [
        Change(trait.name, old, new)
        for trait in _CHOSEN.values()
        if (old := trait.detect(one.draft, one.names))
        and (new := trait.detect(one.final, one.names))
        and not same(trait, old, new)
    ]
    found += _replaced(_body(one, one.draft), _body(one, one.final))
    return [change for change in found if not any(_asks(line, change, one.names) for line in one.rules)]


def repeated(outcomes: Sequence[Outcome]) -> list[Repeated]:
    """Changes made in at least LEAST drafts, and oftener than they were undone; the most frequent first."""
    made: dict[str, list[tuple[Outcome, Change]]] = defaultdict(list)
    undone: dict[tuple[str, str], int] = defaultdict(int)
    for one in outcomes:
        for key, change in {change.key: change for change in changes(one)}.items():
            made[key].append((one, change))
            undone[change.trait, _plain(change.before)] += 1
    found = []
    for pairs in made.values():
        drafts, change = [one for one, _ in pairs], pairs[-1][1]
        if len(pairs) >= LEAST and len(pairs) > undone[change.trait, _plain(change.after)]:
            others = [one for one in outcomes if one not in drafts]
            scope = _scope(drafts, [one for one in others if _stayed(one, change)])
            found.append(Repeated(change, scope, tuple(one.message for one in drafts)))
    return sorted(found, key=lambda one: (-len(one.drafts), one.change.key))


def changed_share(draft: str, final: str) -> float:
    """0 for a draft left as it was to 1 for one of which no word is left."""
    return 1 - SequenceMatcher(None, words(draft), words(final), autojunk=False).ratio()


def _body(one: Outcome, text: str) -> list[str]:
    return words(lay_out(text, one.names).body)


def _replaced(before: list[str], after: list[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _REWRITTEN:
        return
    for what, a, b, c, d in matcher.get_opcodes():
        old, new = before[a:b], after[c:d]
        if what in ("replace", "delete") and _is_wording(old) and (not new or _is_wording(new)):
            yield Change(OTHER, " ".join(old), " ".join(new))


def _is_wording(found: Sequence[str]) -> bool:
    """Neither names nor figures, nor articles and the like alone: those go with what is said."""
    plain = all(_LETTERS.fullmatch(word) and word.islower() for word in found)
    return plain and len(found) <= _MOST_WORDS and any(len(word) > 3 for word in found)


def _asks(line: RuleLine, change: Change, names: Names) -> bool:
    if change.trait == OTHER:
        return meaning(line) == meaning(change.rule)
    return line.trait == change.trait and same(change.trait, meaning(line, names), change.after)


def _stayed(one: Outcome, change: Change) -> bool:
    """Whether the user let stand in this draft what they changed in others."""
    if change.trait == OTHER:
        runs = (f" {' '.join(_body(one, text))} " for text in (one.draft, one.final))
        return all(f" {change.before} " in run for run in runs)
    trait = _CHOSEN[change.trait]
    values = (trait.detect(text, one.names) for text in (one.draft, one.final))
    return all(value is not None and same(change.trait, value, change.before) for value in values)


def _scope(changed: Iterable[Outcome], stayed: Sequence[Outcome]) -> Scope:
    """One person's or one domain's where others got what was changed for them alone."""
    people = [one.incoming.sender for one in changed]
    for kind, homes, others in (
        (ScopeKind.PERSON, {one.email for one in people}, {one.incoming.sender.email for one in stayed}),
        (ScopeKind.AUDIENCE, {one.domain for one in people}, {one.incoming.sender.domain for one in stayed}),
    ):
        if len(homes) == 1 and others - homes and "" not in homes:
            return Scope(kind, next(iter(homes)))
    return EVERYONE


def _plain(value: str) -> str:
    return value.casefold().strip(" ,.!;:-–—")
