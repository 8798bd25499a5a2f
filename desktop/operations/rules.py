"""What a user does with the rule book. Small changes of the store, one after another."""

from core.domain import AppliedRule, RuleId, Scope
from desktop.desk import Changed, Desk
from desktop.jobs import Job, Lane
from desktop.words import say


def pin_rule(desk: Desk, *, rule: RuleId) -> Job:
    return desk.run(say("Pinning a rule"), Lane.STORE, lambda _: desk.app.pin(rule), Changed.RULES)


def unpin_rule(desk: Desk, *, rule: RuleId) -> Job:
    return desk.run(say("Unpinning a rule"), Lane.STORE, lambda _: desk.app.unpin(rule), Changed.RULES)


def pin_line(desk: Desk, *, applied: AppliedRule, scope: Scope) -> Job:
    """Makes a rule of one draft a rule of the book, pinned, for `scope`."""

    def work(_: object) -> object:
        rule = desk.app.add_rule(applied.line.trait, applied.line.sentence, scope)
        return desk.app.pin(rule.id)

    return desk.run(say("Pinning a rule"), Lane.STORE, work, Changed.RULES)


def switch_off(desk: Desk, *, rule: RuleId) -> Job:
    return desk.run(say("Switching a rule off"), Lane.STORE, lambda _: desk.app.turn_off(rule), Changed.RULES)


def switch_on(desk: Desk, *, rule: RuleId) -> Job:
    return desk.run(say("Switching a rule on"), Lane.STORE, lambda _: desk.app.turn_on(rule), Changed.RULES)


def edit_rule(desk: Desk, *, rule: RuleId, sentence: str) -> Job:
    def work(_: object) -> object:
        return desk.app.edit_rule(rule, sentence)

    return desk.run(say("Changing a rule"), Lane.STORE, work, Changed.RULES)


def add_rule(desk: Desk, *, sentence: str, scope: Scope) -> Job:
    """A rule in the user's own words; its trait is found by core or is 'other'."""

    def work(_: object) -> object:
        return desk.app.add_rule("other", sentence, scope)

    return desk.run(say("Adding a rule"), Lane.STORE, work, Changed.RULES)
