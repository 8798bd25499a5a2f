"""The rule book: every rule the user can see, learned, measured or written, and which of them count
for one reply. Narrower scopes win, a pin wins at its scope, off holds for ever."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain import (
    OUT,
    AppliedRule,
    Context,
    Kept,
    MessageId,
    Rule,
    RuleId,
    RuleLine,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.errors import InputError
from core.preference.ignored import is_reworded, reworded
from core.preference.learned import meaning
from core.preference.measured import scopes_of
from core.preference.sightings import EVERYONE, WIDTH
from core.store.rules import RuleRepository
from core.traits import OTHER, Names, same, trait_named

MOST = 16  # rules one draft is written under: one for every trait a model is told of
_RANK = {RuleOrigin.WRITTEN: 2, RuleOrigin.LEARNED: 1, RuleOrigin.MEASURED: 0}
_OWN = {ScopeKind.PERSON, ScopeKind.AUDIENCE}


@dataclass(frozen=True)
class Chosen:
    """A rule that counts for a reply, and why: its scope in words."""

    rule: Rule
    why: str


@dataclass(frozen=True)
class Conflict:
    """Rules of one trait and scope that ask for different things: for the user to settle."""

    trait: str
    scope: Scope
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Merged:
    """`applied` goes to the writer, in the order of the traits. `shown` are the agent's lines that
    nothing in the user's mail bears out: for the user to see, not applied."""

    applied: tuple[AppliedRule, ...]
    shown: tuple[RuleLine, ...]


class RuleBook:
    def __init__(self, rules: RuleRepository) -> None:
        self._rules = rules

    def all(self) -> tuple[Rule, ...]:
        return self._rules.all()

    def refresh(self, found: Iterable[Rule], origin: RuleOrigin) -> None:
        """Brings the rules of an origin up to what was found: known ones keep id and state and get
        new support, new ones come in, those no longer found go unless pinned or off."""
        known = {_key(rule): rule for rule in self._rules.all()}
        seen = set()
        for new in found:
            seen.add(_key(new))
            old = known.get(_key(new))
            if old is None:
                state = RuleState.OFF if self._is_off(new.trait, new.value, new.sentence) else new.state
                self._rules.add(replace(new, state=state))
            elif _RANK[old.origin] > _RANK[origin]:  # counts beside it; the words stay
                self._rules.update(_supported(old, new))
            else:
                self._rules.update(replace(_supported(old, new), origin=origin, sentence=_sentence(old, new)))
        for key, old in known.items():
            if old.origin is origin and old.state is RuleState.ACTIVE and key not in seen:
                self._rules.remove(old.id)

    def add(self, trait: str, sentence: str, scope: Scope = EVERYONE) -> RuleId:
        """A rule in the user's own words. Raises InputError for an unknown trait or no sentence."""
        _check(trait, sentence)
        line = RuleLine(trait, sentence.strip())
        value = "" if trait == OTHER else _value(line)
        rule = Rule(RuleId(0), trait, value, line.sentence, scope, RuleOrigin.WRITTEN, RuleState.ACTIVE)
        return self._rules.add(rule)

    def accept(self, line: RuleLine, scope: Scope, evidence: Sequence[MessageId]) -> RuleId:
        """A rule the user agreed to, as their own: in place of what they or a pin had asked for at its scope,
        or of the same found by counting or learning. Raises InputError as `add` does."""
        own = [rule for rule in self._live() if rule.trait == line.trait and rule.scope == scope]
        known = [rule for rule in own if same(line.trait, meaning_of(rule), meaning(line))]
        if line.trait != OTHER:
            known += [rule for rule in own if _is_own(rule)]
        rule = known[-1].id if known else self.add(line.trait, line.sentence, scope)
        self.edit(rule, line.sentence)
        self.bear_out(rule, evidence)
        return rule

    def bear_out(self, rule: RuleId, evidence: Sequence[MessageId]) -> None:
        """These are the mails it rests on."""
        self._rules.update(replace(self.get(rule), evidence=tuple(evidence)))

    def settles(self, line: RuleLine, scope: Scope) -> bool:
        """Whether the user has already asked for this, at that scope or a wider one, or switched it off."""
        if self._is_off(line.trait, meaning(line), line.sentence):
            return True
        domain = Scope(ScopeKind.AUDIENCE, scope.value.rpartition("@")[2])
        return any(
            _is_own(rule)
            and rule.scope in (EVERYONE, domain, scope)
            and rule.trait == line.trait
            and same(line.trait, meaning_of(rule), meaning(line))
            for rule in self._live()
        )

    def edit(self, rule: RuleId, sentence: str, scope: Scope | None = None) -> None:
        """The rule in other words, or for others; from then on it is the user's own."""
        old = self.get(rule)
        _check(old.trait, sentence)
        value = "" if old.trait == OTHER else _value(RuleLine(old.trait, sentence))
        own = replace(old, sentence=sentence.strip(), value=value, origin=RuleOrigin.WRITTEN)
        self._rules.update(own if scope is None else replace(own, scope=scope))

    def remove(self, rule: RuleId) -> None:
        """One of the user's own. Raises InputError for one that was found in mail: it would come back."""
        if self.get(rule).origin is not RuleOrigin.WRITTEN:
            raise InputError("This rule was found in your mail and would come back; switch it off instead.")
        self._rules.remove(rule)

    def restore(self, rules: Iterable[Rule], made: Iterable[RuleId] = ()) -> None:
        """Rules as they were before a change, the removed ones too; those `made` by it go."""
        for new in made:
            self._rules.remove(new)
        for rule in rules:
            if self._rules.get(rule.id) is None:
                self._rules.put_back(rule)
            else:
                self._rules.update(rule)

    def pin(self, rule: RuleId) -> None:
        self._set(rule, RuleState.PINNED)

    def unpin(self, rule: RuleId) -> None:
        self._set(rule, RuleState.ACTIVE)

    def off(self, rule: RuleId) -> None:
        """For ever, and wherever the same trait and value come up again."""
        self._set(rule, RuleState.OFF)

    def on(self, rule: RuleId) -> None:
        """Also for rules of the same trait and value in other scopes, which were off with it."""
        self._set(rule, RuleState.ACTIVE)

    def leave_out(self, rule: RuleId) -> None:
        """This one alone: the same asked for elsewhere, or by the user, stands."""
        self._set(rule, RuleState.LEFT_OUT)

    def reword(self, rule: RuleId) -> None:
        """Puts a rule of ours in words that weigh more. It stays the rule it was, by its value."""
        old = self.get(rule)
        self._rules.update(replace(old, sentence=reworded(old), value=meaning_of(old)))

    def is_users(self, rule: Rule) -> bool:
        """Whether a rule in force is the user's alone to change: written, pinned, or brought back by them."""
        return _is_own(rule) or any(
            change.before is not None and change.before.state in OUT
            for change in self._rules.history(rule.id)
        )

    def put_since(self, rule: Rule) -> datetime | None:
        """Since when the rule is put as it is now; None for as long as is known."""
        changes = [
            change.at
            for change in self._rules.history(rule.id)
            if change.before is None
            or change.after is None
            or (change.before.sentence, change.before.state) != (change.after.sentence, change.after.state)
        ]
        return changes[-1] if changes else None

    def get(self, rule: RuleId) -> Rule:
        """Raises InputError for an unknown rule."""
        found = self._rules.get(rule)
        if found is None:
            raise InputError(f"There is no rule {rule}; `longhand rules list` shows which there are.")
        return found

    def conflicts(self) -> tuple[Conflict, ...]:
        """Two values of one trait at one scope, both in force. A pin settles it."""
        groups: dict[tuple[str, Scope], list[Rule]] = defaultdict(list)
        for rule in self._live():
            if rule.trait != OTHER:
                groups[rule.trait, rule.scope].append(rule)
        return tuple(
            Conflict(trait, scope, tuple(rules))
            for (trait, scope), rules in groups.items()
            if len({meaning_of(rule) for rule in rules}) > 1
            and not _are_many(rules)
            and sum(rule.state is RuleState.PINNED for rule in rules) != 1
        )

    def for_context(
        self, context: Context, kind: str = "other", language: str = "", new_contact: bool = False
    ) -> list[Chosen]:
        """The rules for a reply, one a trait ('other' as many as there are), in the book's order."""
        scopes = set(scopes_of(context.incoming, kind, new_contact, language))
        best: dict[tuple[str, str], Rule] = {}
        for rule in self._live():
            if rule.scope not in scopes:
                continue
            slot = (rule.trait, meaning_of(rule) if rule.trait == OTHER else "")
            if slot not in best or _strength(rule) > _strength(best[slot]):
                best[slot] = rule
        return [Chosen(rule, scope_in_words(rule.scope)) for rule in sorted(best.values(), key=_place)]

    def merge(
        self,
        agent: Sequence[RuleLine],
        chosen: Sequence[Chosen],
        names: Names,
        observed: frozenset[tuple[str, str]] | None = None,
        habits_of_writer: frozenset[tuple[str, str]] = frozenset(),
    ) -> Merged:
        """The agent's lines for one message and the book's rules as one list. The book wins with
        pins, with rules the user wrote and with rules for this very person or domain; otherwise the
        agent does, as it saw the message. `observed` are the (trait, value) pairs of the user's
        mail: an agent's line outside them is only shown. `habits_of_writer` are pairs the large model
        follows unasked: measured rules for everyone that say no more are left out."""
        applied: dict[str, AppliedRule] = {}
        shown: list[RuleLine] = []
        for one in chosen:
            if not _is_habit(one.rule, habits_of_writer) and not is_weak(one.rule):
                applied[_slot(one.rule.trait, meaning_of(one.rule))] = _applied(one)
        firm = {one.rule.trait for one in chosen if _is_firm(one.rule)}
        for line in agent:
            value = meaning(line, names)
            if (line.trait in firm and line.trait != OTHER) or self._is_off(line.trait, value, line.sentence):
                continue
            if observed is not None and not _was_observed(line, value, observed):
                shown.append(line)
                continue
            applied[_slot(line.trait, value)] = AppliedRule(line, "agent", Kept.CANNOT_TELL)
        ordered = sorted(
            applied.values(), key=lambda rule: (_importance(rule), _trait_place(rule.line.trait))
        )
        kept = sorted(ordered[:MOST], key=lambda rule: _trait_place(rule.line.trait))
        return Merged(tuple(kept), tuple(shown))

    def _live(self) -> list[Rule]:
        rules = self._rules.all()
        off = {(rule.trait, meaning_of(rule)) for rule in rules if rule.state is RuleState.OFF}
        return [
            rule
            for rule in rules
            if rule.state not in OUT and (rule.trait, meaning_of(rule)) not in off and not has_ended(rule)
        ]

    def _is_off(self, trait: str, value: str, sentence: str) -> bool:
        plain = value or meaning(RuleLine(trait, sentence))
        return any(
            rule.state is RuleState.OFF and rule.trait == trait and same(trait, meaning_of(rule), plain)
            for rule in self._rules.all()
        )

    def replace_by_merged(self, rule: RuleId) -> None:
        """Its work is done by another one. A rule that was found stays in the book, or it would come back."""
        if self.get(rule).origin is RuleOrigin.WRITTEN:
            self._rules.remove(rule)
        else:
            self._set(rule, RuleState.MERGED)

    def _set(self, rule: RuleId, state: RuleState) -> None:
        old = self.get(rule)
        self._rules.update(replace(old, state=state))
        if state is RuleState.OFF or old.state is not RuleState.OFF:
            return
        for other in self._rules.all():  # 'off' was for the value, so 'on' is too
            if other.state is RuleState.OFF and (other.trait, meaning_of(other)) == (
                old.trait,
                meaning_of(old),
            ):
                self._rules.update(replace(other, state=RuleState.ACTIVE))


def scope_in_words(scope: Scope) -> str:
    """'everyone', 'ann@firm.example', 'firm.example', 'new contact', 'mails of the kind refusal'."""
    match scope.kind:
        case ScopeKind.EVERYONE:
            return "everyone"
        case ScopeKind.KIND:
            return f"mails of the kind {scope.value}"
        case ScopeKind.LANGUAGE:
            return f"mails in {scope.value}"
        case _:
            return scope.value


def has_ended(rule: Rule) -> bool:
    """Whether it is only shown: the user writes so no longer, and has neither pinned nor written it."""
    kept_by_user = rule.state is RuleState.PINNED or rule.origin is RuleOrigin.WRITTEN
    return rule.until is not None and not kept_by_user


def _key(rule: Rule) -> tuple[str, str, Scope]:
    return rule.trait, meaning_of(rule), rule.scope


def meaning_of(rule: Rule) -> str:
    """What tells it apart from other rules of its trait."""
    return rule.value or meaning(RuleLine(rule.trait, rule.sentence))


def _value(line: RuleLine) -> str:
    return meaning(line) if trait_named(line.trait) else ""


def _supported(old: Rule, new: Rule) -> Rule:
    return replace(
        old,
        support_for=new.support_for,
        support_against=new.support_against,
        evidence=new.evidence,
        since=new.since,
        until=new.until,
    )


def _sentence(old: Rule, new: Rule) -> str:
    keep = old.state is RuleState.PINNED or is_reworded(old.sentence)
    return old.sentence if keep else new.sentence


def _check(trait: str, sentence: str) -> None:
    if trait != OTHER and trait_named(trait) is None:
        raise InputError(f"There is no trait '{trait}'; use 'other' for a rule of your own.")
    if not sentence.strip() or "\n" in sentence.strip():
        raise InputError("A rule is one line of text; write what the reply should do.")


def _strength(rule: Rule) -> tuple[int, bool, int, int]:
    return WIDTH[rule.scope.kind], rule.state is RuleState.PINNED, _RANK[rule.origin], rule.support_for


def _is_firm(rule: Rule) -> bool:
    """Whether the rule stands against the agent's own for the same trait."""
    if _is_own(rule):
        return True
    return rule.scope.kind in _OWN and rule.support_for >= 4 * max(1, rule.support_against)


def _is_own(rule: Rule) -> bool:
    """Whether the user has said that they want it."""
    return rule.state is RuleState.PINNED or rule.origin is RuleOrigin.WRITTEN


def _is_habit(rule: Rule, habits: frozenset[tuple[str, str]]) -> bool:
    plain = rule.origin is RuleOrigin.MEASURED and rule.state is RuleState.ACTIVE
    return plain and rule.scope == EVERYONE and (rule.trait, rule.value) in habits


def is_weak(rule: Rule) -> bool:
    """One of several common greetings, say: shown in the book, but no rule to write by."""
    plain = rule.origin is RuleOrigin.MEASURED and rule.state is RuleState.ACTIVE
    return plain and rule.support_for <= rule.support_against


def _are_many(rules: Sequence[Rule]) -> bool:
    """Forms that the user varies freely, as greetings: two that leave room for a third contradict nobody."""
    mails = max(rule.support_for + rule.support_against for rule in rules)
    usual = [rule.support_for for rule in rules if 3 * rule.support_for >= rule.support_against]
    return all(map(is_weak, rules)) and (len(usual) < 2 or 4 * sum(usual) < 3 * mails)


def _was_observed(line: RuleLine, value: str, observed: frozenset[tuple[str, str]]) -> bool:
    return any(trait == line.trait and same(trait, value, seen) for trait, seen in observed)


def _applied(one: Chosen) -> AppliedRule:
    return AppliedRule(RuleLine(one.rule.trait, one.rule.sentence), one.why, Kept.CANNOT_TELL, one.rule.id)


def _slot(trait: str, value: str) -> str:
    return f"{trait}: {value}" if trait == OTHER else trait


def _importance(rule: AppliedRule) -> int:
    """What goes first when room is short: 0 the user's own and the person's, 1 the agent's, 2 the rest."""
    return 1 if rule.source == "agent" else 2 if rule.source == "everyone" and rule.line.trait != OTHER else 0


def _place(rule: Rule) -> tuple[int, int]:
    return _trait_place(rule.trait), int(rule.id)


def _trait_place(name: str) -> int:
    from core.traits import TRAITS

    return next((place for place, trait in enumerate(TRAITS) if trait.name == name), len(TRAITS))
