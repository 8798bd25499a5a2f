"""Changes of several rules at once: two that say the same made one, and a file of rules taken in."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import OUT, Rule, RuleId, RuleLine, RuleState, Scope, ScopeKind
from core.errors import InputError
from core.preference.learned import meaning
from core.preference.rulebook import RuleBook, meaning_of
from core.preference.rulefile import FileRule
from core.traits import same


@dataclass(frozen=True)
class TakenIn:
    """What a file did to the book, in rules."""

    added: int
    changed: int
    same: int


def common_scope(rules: Sequence[Rule]) -> Scope:
    """The narrowest scope that holds all of theirs: their own, the domain they share, or everyone."""
    scopes = {one.scope for one in rules}
    if len(scopes) == 1:
        return scopes.pop()
    if {one.kind for one in scopes} <= {ScopeKind.PERSON, ScopeKind.AUDIENCE}:
        domains = {one.value.rpartition("@")[2] for one in scopes}
        if len(domains) == 1:
            return Scope(ScopeKind.AUDIENCE, domains.pop())
    return Scope()


def merge(book: RuleBook, rules: Sequence[RuleId], sentence: str, scope: Scope) -> RuleId:
    """One rule of the user's own in place of several about the same; pinned where one of them was. Raises
    InputError where they are fewer than two, about different things, or unknown."""
    merged = [book.get(rule) for rule in dict.fromkeys(rules)]
    if len(merged) < 2:
        raise InputError("Choose two rules or more to make one of.")
    if len({one.trait for one in merged}) > 1:
        raise InputError("Rules about different things cannot be made one; choose rules about the same.")
    made = book.add(merged[0].trait, sentence, scope)
    book.bear_out(made, tuple(dict.fromkeys(mail for one in merged for mail in one.evidence)))
    if any(one.state is RuleState.PINNED for one in merged):
        book.pin(made)
    for one in merged:
        book.replace_by_merged(one.id)
    return made


def take_in(book: RuleBook, entries: Sequence[FileRule]) -> TakenIn:
    """Each rule of a file: one the book has, by its words or by what they mean, comes to be as the file puts
    it; one it does not have comes in as the user's own. Rules that the file does not hold stay. Raises
    InputError for a rule that the book refuses."""
    counts = {"added": 0, "changed": 0, "same": 0}
    for one in entries:
        counts[_take_in(book, one)] += 1
    return TakenIn(**counts)


def _take_in(book: RuleBook, entry: FileRule) -> str:
    known = _known(book.all(), entry)
    if known is None:
        made = book.get(book.add(entry.trait, entry.sentence, entry.scope))
        _bring_to(book, made, entry.state)
        return "added"
    if known.sentence == entry.sentence and known.state is entry.state:
        return "same"
    if known.sentence != entry.sentence:
        book.edit(known.id, entry.sentence)
    _bring_to(book, known, entry.state)
    return "changed"


def _known(rules: Sequence[Rule], entry: FileRule) -> Rule | None:
    """The rule of the book that says what the entry says: in the same words rather than in others, and one
    in use rather than one that is not."""
    alike = [one for one in rules if one.trait == entry.trait and one.scope == entry.scope]
    value = meaning(RuleLine(entry.trait, entry.sentence))
    words = [one for one in alike if one.sentence == entry.sentence]
    means = [one for one in alike if same(entry.trait, meaning_of(one), value)]
    found = sorted((*words, *means), key=lambda one: (one.sentence != entry.sentence, one.state in OUT))
    return found[0] if found else None


def _bring_to(book: RuleBook, rule: Rule, state: RuleState) -> None:
    if rule.state is state:
        return
    match state:
        case RuleState.PINNED:
            book.pin(rule.id)
        case RuleState.OFF:
            book.off(rule.id)
        case _:
            book.on(rule.id)
