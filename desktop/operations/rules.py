"""What a user does with the rule book. Small changes of the store, one after another, each of which can
be taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import messages
from core.app import App
from core.domain import AppliedRule, Rule, RuleId, Scope
from core.errors import InputError
from core.preference.rulebook import Conflict
from core.preference.trend import Period
from core.store.messages import StoredMessage
from desktop.desk import Changed, Desk
from desktop.jobs import Job, Lane
from desktop.rules.undo import Restore, RuleEdit, RuleStep
from desktop.words import say


def pin_rule(desk: Desk, *, rule: RuleId) -> Job:
    return _change(desk, say("Pinning a rule"), lambda app: app.rules.pin(rule))


def unpin_rule(desk: Desk, *, rule: RuleId) -> Job:
    return _change(desk, say("Unpinning a rule"), lambda app: app.rules.unpin(rule))


def pin_line(desk: Desk, *, applied: AppliedRule, scope: Scope) -> Job:
    """Makes a rule of one draft a rule of the book, pinned, for `scope`."""

    def work(app: App) -> object:
        rule = app.rules.add(applied.line.trait, applied.line.sentence, scope)
        return app.rules.pin(rule.id)

    return _change(desk, say("Pinning a rule"), work)


def switch_off(desk: Desk, *, rule: RuleId) -> Job:
    return _change(desk, say("Switching a rule off"), lambda app: app.rules.turn_off(rule))


def switch_on(desk: Desk, *, rule: RuleId) -> Job:
    return _change(desk, say("Switching a rule on"), lambda app: app.rules.turn_on(rule))


def edit_rule(desk: Desk, *, rule: RuleId, sentence: str, scope: Scope | None = None) -> Job:
    """In other words, or for others; from then on it is the user's own."""
    return _change(desk, say("Changing a rule"), lambda app: app.rules.edit(rule, sentence, scope))


def add_rule(desk: Desk, *, sentence: str, scope: Scope, trait: str = "other") -> Job:
    """A rule in the user's own words."""
    return _change(desk, say("Adding a rule"), lambda app: app.rules.add(trait, sentence, scope))


def delete_rule(desk: Desk, *, rule: RuleId) -> Job:
    return _change(desk, say("Deleting a rule"), lambda app: app.rules.remove(rule))


def merge_rules(desk: Desk, *, rules: Sequence[RuleId], sentence: str, scope: Scope) -> Job:
    """One rule in place of several about the same."""
    return _change(desk, say("Merging rules"), lambda app: app.rules.merge(rules, sentence, scope))


def import_rules(desk: Desk, *, path: Path) -> Job:
    """Takes in a file of rules; what it did is told in a sentence."""

    def act(app: App) -> None:
        done = app.rules.transfer.take_in(path)
        told.append(messages.rules.taken_in(done.added, done.changed, done.same))

    told: list[str] = []
    job = _change(desk, say("Taking in a file of rules"), act)
    job.done.connect(lambda _: desk.told.emit(told[0]))
    return job


def export_rules(desk: Desk, *, path: Path) -> Job:
    job = desk.run(
        say("Writing the rules into a file"), Lane.STORE, lambda _: desk.app.rules.transfer.export(path)
    )
    job.done.connect(lambda count: desk.told.emit(say("{0} rules are in the file.").format(count)))
    return job


@dataclass(frozen=True)
class Reasons:
    """What bears a rule out: its mails, what else is asked of the same people, each with its own mails, and
    how it fared over time."""

    mails: tuple[StoredMessage, ...] = ()
    others: tuple[tuple[Rule, tuple[StoredMessage, ...]], ...] = ()
    periods: tuple[Period, ...] = ()


def read_reasons(desk: Desk, *, rule: RuleId) -> Job:
    """The job's result is Reasons, empty where the rule has gone meanwhile: the table hears of that next."""

    def work(_: object) -> Reasons:
        book = desk.app.rules
        try:
            mails = book.evidence(rule)
            others = tuple((one, book.evidence(one.id)) for one in _others(book.conflicts(), rule))
            return Reasons(mails, others, book.trend(rule))
        except InputError:
            return Reasons()

    return desk.run(say("Looking back"), Lane.LOOK, work)


def accept_proposal(desk: Desk, *, number: int) -> Job:
    """Makes a rule of what the user's edits speak for."""
    return _change(desk, say("Making a rule of your edits"), lambda app: app.rules.accept(number))


def decline_proposal(desk: Desk, *, number: int) -> Job:
    return desk.run(
        say("Declining a proposal"), Lane.STORE, lambda _: desk.app.rules.decline(number), Changed.RULES
    )


def restore(desk: Desk, *, rules: tuple[Rule, ...], made: tuple[RuleId, ...]) -> Job:
    """Takes a change back, or does it again: `rules` as they were, without those that were `made`."""

    def work(_: object) -> None:
        desk.app.rules.restore(rules, made)

    return desk.run(say("Taking a change back"), Lane.STORE, work, Changed.RULES)


def _change(desk: Desk, title: str, act: Callable[[App], object]) -> Job:
    """The job's result is the RuleEdit, which then lies on the desk's stack of changes."""

    def work(_: object) -> RuleEdit:
        before = desk.app.rules.all()
        act(desk.app)
        return RuleEdit.between(before, desk.app.rules.all())

    job = desk.run(title, Lane.STORE, work, Changed.RULES)
    job.done.connect(lambda edit: desk.rule_changes.push(RuleStep(title, edit, restorer(desk))))
    return job


def restorer(desk: Desk) -> Restore:
    """How a step on the stack of changes takes its rules back."""
    return lambda rules, made: restore(desk, rules=rules, made=made)


def _others(conflicts: Sequence[Conflict], rule: RuleId) -> tuple[Rule, ...]:
    for conflict in conflicts:
        if rule in {one.id for one in conflict.rules}:
            return tuple(one for one in conflict.rules if one.id != rule)
    return ()
