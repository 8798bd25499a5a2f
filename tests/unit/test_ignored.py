"""Rules the writer does not follow: put in other words once, then left out; the user's own are told of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import messages
from core.domain import (
    Address,
    AppliedRule,
    Context,
    Draft,
    Incoming,
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
from core.drafting.mailbox import Mailbox
from core.drafting.outcomes import Outcomes
from core.mail.reading import DirectReader
from core.preference.ignored import is_ignored, is_reworded, reworded
from core.preference.rulebook import RuleBook
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.messages import MessageRepository
from core.store.rules import RuleRepository
from core.traits import TRAITS, Trait, rule_value, sentence
from tests.store_things import account, mail, message, open_database

YES, NO, UNSURE = Kept.KEPT, Kept.NOT_KEPT, Kept.CANNOT_TELL
LEARNED = Rule(
    RuleId(0),
    "exclamation",
    "no",
    "Avoid exclamation marks.",
    Scope(),
    RuleOrigin.LEARNED,
    RuleState.ACTIVE,
    9,
)
OTHER = replace(LEARNED, trait="other", value="", sentence="Mention the weather.")


@pytest.mark.parametrize(
    ("verdicts", "ignored"),
    [
        ([NO] * 4, False),
        ([NO] * 5, True),
        ([YES, NO, NO, NO, NO], True),
        ([YES, YES, NO, NO, NO], False),
        ([NO] * 5 + [YES] * 2, False),
        ([YES] * 9 + [NO] * 5, True),
        ([NO, NO, UNSURE, NO, UNSURE, NO, NO], True),
        ([UNSURE] * 9, False),
    ],
)
def test_most_of_the_last_drafts_decide(verdicts: list[Kept], ignored: bool) -> None:
    assert is_ignored(verdicts) is ignored


_STRINGS = {
    "greeting": ("Hi {first},", "none"),
    "sign_off": ("Best,", "none"),
    "emoji": ("🙂", "no"),
    "language": ("German", "English"),
}


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.name)
def test_other_words_ask_for_the_same(trait: Trait) -> None:
    for value in trait.values or _STRINGS[trait.name]:
        rule = replace(LEARNED, trait=trait.name, value=value, sentence=sentence(trait.name, value))
        words = reworded(rule)
        assert words != rule.sentence
        assert rule_value(RuleLine(trait.name, words)) == value


def test_other_words_are_the_plainest() -> None:
    assert reworded(LEARNED) == "Above all: do not exclaim: end sentences with full stops."
    assert reworded(OTHER) == "Above all: mention the weather."


class World:
    """A rule book, and drafts that keep its rules or do not."""

    def __init__(self, database: Database) -> None:
        self.rules = RuleRepository(database)
        self.book = RuleBook(self.rules)
        self.drafts, self.messages = DraftRepository(database), MessageRepository(database)
        self.outcomes = Outcomes(database, Mailbox(database, DirectReader()))
        self.owner = AccountRepository(database).add(account())
        self.number = 0

    def draft(self, rule: RuleId, kept: Kept, model: str = "writer", again: bool = False) -> tuple[str, ...]:
        """What is told after a draft; `again`: of the same message as the last."""
        self.number += not again
        if not again:
            self.messages.add_batch([message(mail(self.number), self.owner)])
        known = self.book.get(rule)
        used = AppliedRule(RuleLine(known.trait, known.sentence), "everyone", kept, rule)
        self.drafts.add(MessageId(self.number), "", Draft("Hello!", (used,), model=model))
        return self.outcomes.heed_ignored()

    def ignore(self, rule: RuleId, times: int, model: str = "writer") -> list[tuple[str, ...]]:
        return [self.draft(rule, NO, model) for _ in range(times)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_database(tmp_path) as database:
        yield World(database)


@pytest.mark.parametrize("rule", [LEARNED, OTHER], ids=["known to detectors", "other"])
def test_in_other_words_once_then_left_out_and_told(world: World, rule: Rule) -> None:
    known = world.rules.add(rule)
    assert world.ignore(known, 4) == [()] * 4
    assert world.draft(known, NO) == (messages.rules.put_otherwise(world.book.get(known)),)
    assert is_reworded(world.book.get(known).sentence)
    world.book.refresh([replace(rule, support_for=12)], RuleOrigin.LEARNED)  # as learning again does
    [now] = world.book.all()
    assert (now.id, is_reworded(now.sentence), now.support_for) == (known, True, 12)
    assert world.ignore(known, 4) == [()] * 4
    assert world.draft(known, NO) == (messages.rules.left_out(now),)
    assert world.book.get(known).state is RuleState.LEFT_OUT
    assert world.draft(known, NO) == ()  # a draft that was under way
    assert world.outcomes.left_out() == (known,)  # for when another model writes
    world.book.on(known)
    assert world.outcomes.left_out() == ()


def test_what_is_left_out_for_one_person_stands_for_the_others(world: World) -> None:
    own = world.rules.add(replace(LEARNED, origin=RuleOrigin.WRITTEN, state=RuleState.PINNED))
    known = world.rules.add(replace(LEARNED, scope=Scope(ScopeKind.PERSON, "someone@else.example")))
    world.ignore(known, 10)
    assert world.book.get(known).state is RuleState.LEFT_OUT
    incoming = Incoming(Address("Ann", "ann@x.example"), Address("Tom", "tom@x.example"), "", "?")
    assert [one.rule.id for one in world.book.for_context(Context(incoming))] == [own]


def test_words_that_help_are_kept(world: World) -> None:
    known = world.rules.add(LEARNED)
    world.ignore(known, 5)
    assert [world.draft(known, YES) for _ in range(3)] + world.ignore(known, 3) == [()] * 6
    assert world.book.get(known).state is RuleState.ACTIVE


def test_a_rule_that_was_brought_back_is_left_alone(world: World) -> None:
    known = world.rules.add(LEARNED)
    world.ignore(known, 10)
    world.book.on(known)
    assert world.ignore(known, 4) == [()] * 4
    assert world.draft(known, NO) == (messages.rules.own_rule_ignored(world.book.get(known)),)
    assert world.book.get(known).state is RuleState.ACTIVE


@pytest.mark.parametrize("pinned", [True, False])
def test_the_users_own_rules_are_only_told_of(world: World, pinned: bool) -> None:
    if pinned:
        known = world.rules.add(LEARNED)
        world.book.pin(known)
    else:
        known = world.book.add("exclamation", "No exclamation marks, please.")
    before = world.book.get(known)
    assert world.ignore(known, 12)[-1] == (messages.rules.own_rule_ignored(before),)
    assert world.book.get(known) == before
    assert world.draft(known, YES) == ()  # this one kept it


def test_another_writer_starts_anew_and_a_message_counts_once(world: World) -> None:
    known = world.rules.add(LEARNED)
    world.ignore(known, 4)
    assert [world.draft(known, NO, again=True) for _ in range(5)] == [()] * 5
    assert world.ignore(known, 4, model="another") == [()] * 4
    assert world.draft(known, NO) != ()
    assert world.outcomes.heed_ignored() == ()  # nothing new came of the new words yet


def test_what_the_user_switched_off_is_not_counted_as_left_out(world: World) -> None:
    world.book.off(world.rules.add(LEARNED))
    assert world.outcomes.left_out() == ()
    assert messages.rules.left_out_before(()) == ""
    assert "rules 3, 7;" in messages.rules.left_out_before((RuleId(3), RuleId(7)))


def test_a_profile_without_drafts_has_nothing_to_tell(world: World) -> None:
    assert world.outcomes.heed_ignored() == ()
