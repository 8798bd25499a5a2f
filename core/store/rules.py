"""The rule book's rows, and the history of each: what it was before every change."""

import time
from dataclasses import dataclass
from datetime import datetime

from core.domain import MessageId, Rule, RuleId, RuleOrigin, RuleState, Scope, ScopeKind
from core.store.codec import from_json, from_seconds, to_json, to_seconds
from core.store.database import Database, Row


@dataclass(frozen=True)
class RuleChange:
    """`before` is None where the rule was made, `after` where it was removed."""

    rule: RuleId
    at: datetime
    before: Rule | None
    after: Rule | None


class RuleRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rule: Rule) -> RuleId:
        """`rule.id` is ignored; the new one is returned."""
        with self._database.transaction():
            known = RuleId(self._database.write(_INSERT, _values(rule)))
            self._remember(known, None, self.get(known))
        return known

    def put_back(self, rule: Rule) -> None:
        """A removed rule again, under the id it had."""
        with self._database.transaction():
            self._database.write(_INSERT_AS, (*_values(rule), rule.id))
            self._remember(rule.id, None, rule)

    def update(self, rule: Rule) -> None:
        """Writes all fields of the rule with this id; an unchanged one leaves no history."""
        with self._database.transaction():
            before = self.get(rule.id)
            if before is None or before == rule:
                return
            self._database.write(_UPDATE, (*_values(rule), rule.id))
            self._remember(rule.id, before, rule)

    def remove(self, rule: RuleId) -> None:
        """The history stays: a removed rule can be shown and made again."""
        with self._database.transaction():
            before = self.get(rule)
            if before is not None:
                self._database.write("DELETE FROM rules WHERE id = ?", (rule,))
                self._remember(rule, before, None)

    def get(self, rule: RuleId) -> Rule | None:
        row = self._database.read_one(f"{_SELECT} WHERE id = ?", (rule,))
        return _rule(row) if row else None

    def all(self) -> tuple[Rule, ...]:
        return tuple(_rule(row) for row in self._database.read(f"{_SELECT} ORDER BY id"))

    def history(self, rule: RuleId) -> tuple[RuleChange, ...]:
        """Oldest first."""
        rows = self._database.read(
            "SELECT at, before_json, after_json FROM rule_history WHERE rule = ? ORDER BY id", (rule,)
        )
        return tuple(
            RuleChange(rule, from_seconds(at), _from_history(before), _from_history(after))
            for at, before, after in rows
        )

    def forget_history(self) -> None:
        """Of all rules, for it holds what they were before."""
        self._database.write("DELETE FROM rule_history")

    def _remember(self, rule: RuleId, before: Rule | None, after: Rule | None) -> None:
        self._database.write(
            "INSERT INTO rule_history (rule, at, before_json, after_json) VALUES (?, ?, ?, ?)",
            (rule, time.time(), _to_history(before), _to_history(after)),
        )


_SELECT = (
    "SELECT id, trait, value, sentence, scope_kind, scope_value, origin, state, support_for,"
    " support_against, evidence_json, since, until FROM rules"
)
_INSERT = (
    "INSERT INTO rules (trait, value, sentence, scope_kind, scope_value, origin, state, support_for,"
    " support_against, evidence_json, since, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_AS = (
    "INSERT INTO rules (trait, value, sentence, scope_kind, scope_value, origin, state, support_for,"
    " support_against, evidence_json, since, until, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE rules SET trait = ?, value = ?, sentence = ?, scope_kind = ?, scope_value = ?, origin = ?,"
    " state = ?, support_for = ?, support_against = ?, evidence_json = ?,"
    " since = ?, until = ? WHERE id = ?"
)


def _values(rule: Rule) -> tuple[str | int | float | None, ...]:
    return (
        rule.trait,
        rule.value,
        rule.sentence,
        rule.scope.kind.value,
        rule.scope.value,
        rule.origin.value,
        rule.state.value,
        rule.support_for,
        rule.support_against,
        to_json(rule.evidence),
        _seconds(rule.since),
        _seconds(rule.until),
    )


def _rule(row: Row) -> Rule:
    return Rule(
        id=RuleId(row[0]),
        trait=row[1],
        value=row[2],
        sentence=row[3],
        scope=Scope(ScopeKind(row[4]), row[5]),
        origin=RuleOrigin(row[6]),
        state=RuleState(row[7]),
        support_for=row[8],
        support_against=row[9],
        evidence=from_json(row[10], tuple[MessageId, ...]),
        since=_moment(row[11]),
        until=_moment(row[12]),
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else to_seconds(moment)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)


def _to_history(rule: Rule | None) -> str | None:
    return None if rule is None else to_json(rule)


def _from_history(text: str | None) -> Rule | None:
    return None if text is None else from_json(text, Rule)
