"""Of the rule book: rules, their changes, and what edits of drafts speak for."""

from collections.abc import Sequence
from datetime import datetime

from core.domain import AppliedRule, Kept, Proposal, Rule, RuleId, RuleOrigin, RuleState, Scope, ScopeKind

# Not strftime's, whose names depend on the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
NO_IMPORT = "No import of rules is left to take back."


def scope_words(scope: Scope) -> str:
    match scope.kind:
        case ScopeKind.EVERYONE:
            return "everyone"
        case ScopeKind.KIND:
            return f"mail of the kind '{scope.value}'"
        case ScopeKind.LANGUAGE:
            return f"mail in {scope.value}"
        case _:
            return scope.value


def rule_line(rule: Rule) -> str:
    """A rule with what bears it out: `greeting: Greet with "Hi {first}," (everyone; 40 mails, 3 against)`."""
    state = "" if rule.state is RuleState.ACTIVE else f"; {rule.state}"
    against = f", {rule.support_against} against" if rule.support_against else ""
    support = "by hand" if rule.origin is RuleOrigin.WRITTEN else f"{rule.support_for} mails{against}"
    facts = "; ".join([scope_words(rule.scope), support, *held(rule)])
    return f"{rule.trait}: {rule.sentence} ({facts}{state})"


def count_line(label: str, value: str, count: int, of: int, began: datetime, until: datetime | None) -> str:
    """`Greeting: Hi {first}, in 40 of 50 mails (80%), since March 2025, until May 2026`."""
    end = f", until {_month(until)}" if until else ""
    return f"{label}: {value} in {count} of {of} mails ({count / of:.0%}), since {_month(began)}{end}"


def history_line(at: datetime, before: Rule | None, after: Rule | None) -> str:
    """One change of a rule: `2026-11-24  switched off`; empty where only its mails were counted anew."""
    said = "; ".join(_changes(before, after))
    return f"{at.date().isoformat()}  {said}" if said else ""


def _changes(before: Rule | None, after: Rule | None) -> list[str]:
    if after is None:
        return ["removed"]
    if before is None:
        made = {RuleOrigin.WRITTEN: "written by hand", RuleOrigin.LEARNED: "learned"}
        return [made.get(after.origin, "counted in your mail")]
    said = []
    if before.sentence != after.sentence:
        said.append(f"put into other words, before: {before.sentence}")
    if before.scope != after.scope:
        said.append(f"for {scope_words(after.scope)}, before for {scope_words(before.scope)}")
    if before.state is not after.state:
        was = {RuleState.PINNED: "unpinned", RuleState.OFF: "switched on"}
        now = {RuleState.PINNED: "pinned", RuleState.OFF: "switched off"}
        said.append(now.get(after.state) or was.get(before.state, ""))
    if (before.until is None) != (after.until is None):
        said.append("the habit ended" if after.until else "the habit goes on")
    return said


def held(rule: Rule) -> list[str]:
    """When the habit began and ended, as far as it did: 'since March 2025', 'until May 2026'."""
    times = (("since", rule.since), ("until", rule.until))
    return [f"{word} {_month(moment)}" for word, moment in times if moment]


def _month(moment: datetime) -> str:
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def applied_line(rule: AppliedRule) -> str:
    mark = {Kept.KEPT: "kept", Kept.NOT_KEPT: "NOT kept", Kept.CANNOT_TELL: "cannot tell"}[rule.kept]
    return f"{rule.line} ({rule.source}; {mark})"


def replaced(what: str, before: str, after: str, count: int) -> str:
    """`You changed the closing "Best regards" to "Best" in 4 drafts.`; an empty string stands for nothing."""
    of = f"the {what} " if what else ""
    if not after:
        return f'You took {of}"{before}" out in {count} drafts.'
    if not before:
        return f'You added {of}"{after}" in {count} drafts.'
    return f'You changed {of}"{before}" to "{after}" in {count} drafts.'


def changed(what: str, before: str, after: str, count: int) -> str:
    """`You changed exclamation marks from yes to no in 3 drafts.`"""
    return f"You changed {what} from {before} to {after} in {count} drafts."


def proposal_line(proposal: Proposal) -> str:
    """What was changed, and the rule it would be."""
    who = scope_words(proposal.scope)
    return f"{proposal.words} Make it a rule for {who}? {proposal.line}"


def proposals_wait(count: int) -> str:
    """Empty for none."""
    if not count:
        return ""
    rules = "1 rule" if count == 1 else f"{count} rules"
    return f"Your edits speak for {rules}; see 'longhand rules proposals'."


def put_otherwise(rule: Rule) -> str:
    return f"The writer did not follow rule {rule.id}; it is put in other words from now on: {rule.sentence}"


def left_out(rule: Rule) -> str:
    return (
        f'The writer does not follow "{rule.trait}: {rule.sentence}", though it was put in other words; the'
        f" rule is left out. 'longhand rules on {rule.id}' brings it back."
    )


def left_out_before(rules: Sequence[RuleId]) -> str:
    """For a change of writer; empty for none."""
    if not rules:
        return ""
    which = ", ".join(map(str, rules))
    return f"Off because a writer did not follow them: rules {which}; 'longhand rules on' brings one back."


def taken_in(added: int, changed: int, same: int) -> str:
    return f"New: {added} rules; changed: {changed}; as they were: {same}."


def own_rule_ignored(rule: Rule) -> str:
    """Of one that Longhand leaves alone."""
    return (
        f'The writer often does not follow your rule "{rule.trait}: {rule.sentence}"; other words may help:'
        f" 'longhand rules edit {rule.id}'."
    )
