"""Rules that edits speak for: what counts as the same change, whom it is proposed for, and what is never
proposed again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import messages
from core.domain import (
    AppliedRule,
    Draft,
    Kept,
    MessageId,
    Proposal,
    Rule,
    RuleLine,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.drafting.book import COUNTED
from core.drafting.mailbox import PAIRED, Mailbox
from core.drafting.outcomes import Outcomes
from core.errors import InputError
from core.forgetting import Forgetting
from core.mail.reading import DirectReader
from core.preference.edits import Change, Outcome, changed_share, changes, repeated
from core.preference.rulebook import RuleBook
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository
from core.store.rules import RuleRepository
from core.store.settings import Exclude
from core.traits import Names, kept
from tests.lessons import incoming
from tests.store_things import account, mail, message, open_database

DRAFT = "Hi {},\n\nI will send the papers for matter {} as soon as possible.\n\nBest regards,\nMaria"
CLIENTS, FRIENDS = (1, 3, 5), (0, 2, 4)  # incoming(1) is from a client; each is another person


def outcome(number: int, *swaps: tuple[str, str], rules: tuple[RuleLine, ...] = ()) -> Outcome:
    came = incoming(number)
    draft = DRAFT.format(came.sender.name.split(maxsplit=1)[0], number)
    final = draft
    for old, new in swaps:
        assert old in final
        final = final.replace(old, new)
    return Outcome(MessageId(number), came, rules, draft, final)


BRIEFER = ("Best regards,", "Best,")


def test_the_same_edit_three_times_is_a_rule_for_everyone() -> None:
    edits = [outcome(number, BRIEFER) for number in range(3)]
    assert repeated(edits[:2]) == []
    [found] = repeated(edits)
    assert found.change.rule == RuleLine("sign_off", 'Sign off with "Best,".')
    assert (found.scope, found.drafts) == (Scope(), (0, 1, 2))
    assert found.change.words(3) == 'You changed the closing "Best regards" to "Best" in 3 drafts.'


def test_whom_it_is_for() -> None:
    own = [outcome(1, BRIEFER), outcome(7, BRIEFER), outcome(13, BRIEFER)]  # all to Bo Chen, a client
    assert repeated(own)[0].scope == Scope()
    person = Scope(ScopeKind.PERSON, incoming(1).sender.email)
    assert repeated([*own, outcome(3)])[0].scope == person  # another client's was left as it was
    clients = [outcome(number, BRIEFER) for number in CLIENTS]
    assert repeated([*clients, outcome(0)])[0].scope == Scope(ScopeKind.AUDIENCE, "client.example")
    assert repeated([*clients, outcome(0, BRIEFER)])[0].scope == Scope()


def test_what_a_rule_asked_for_in_vain_speaks_for_no_other_rule() -> None:
    asked = (RuleLine("sign_off", 'End with "Best".'),)
    assert changes(outcome(0, BRIEFER, rules=asked)) == []
    other = (RuleLine("sign_off", 'End with "Cheers".'),)
    assert [one.trait for one in changes(outcome(0, BRIEFER, rules=other))] == ["sign_off"]


def test_a_change_that_is_undone_as_often_is_no_habit() -> None:
    there = [outcome(number, BRIEFER) for number in range(3)]
    back = [replace(one, draft=one.final, final=one.draft) for one in there]
    assert repeated([*there, *back]) == []
    assert len(repeated([*there, *back[:2]])) == 1


def test_words_are_proposed_and_the_rule_can_be_checked() -> None:
    edits = [outcome(number, ("papers", "documents"), ("as soon as possible", "soon")) for number in range(3)]
    found = {one.change.rule.sentence: one.change for one in repeated(edits)}
    swap = 'Write "documents" instead of "papers".'
    assert swap in found
    assert found[swap].words(3) == 'You changed "papers" to "documents" in 3 drafts.'
    rule = found[swap].rule
    verdicts = [kept(rule, text, Names()) for text in (edits[0].draft, edits[0].final, "Nothing of it.")]
    assert verdicts == [Kept.NOT_KEPT, Kept.KEPT, Kept.KEPT]
    taken = [outcome(number, ("as soon as possible", "as possible")) for number in range(3)]
    assert [one.change.rule.sentence for one in repeated(taken)] == ['Never write "soon as".']
    assert repeated(taken)[0].change.words(3) == 'You took "soon as" out in 3 drafts.'


@pytest.mark.parametrize("new", ["Reports", "papers of 3 May", "paper", "long list of papers we had"])
def test_names_figures_and_new_things_are_no_wording(new: str) -> None:
    found = changes(outcome(0, ("papers", new)))
    assert [one for one in found if one.after] == ([Change("other", "papers", "paper")] * (new == "paper"))


def test_saying_more_is_no_habit() -> None:
    more = "I will send the papers, the plans and the other things that you asked me for when we met, and "
    assert changes(outcome(0, ("I will send the papers", more * 3))) == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_texts_can_be_compared(draft: str, final: str) -> None:
    one = Outcome(MessageId(1), incoming(1), (), draft, final)
    for change in changes(one):
        assert change.words(3).endswith(" in 3 drafts.")
        assert change.rule.sentence
    assert changes(replace(one, final=draft)) == []
    assert 0 <= changed_share(draft, final) <= 1


class World:
    """A profile with edited drafts of replies to Ann."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.mailbox = Mailbox(database, DirectReader())
        self.outcomes = Outcomes(database, self.mailbox)
        self.book = RuleBook(RuleRepository(database))
        self.owner = AccountRepository(database).add(account())

    def edit(self, *numbers: int, to: str = "Best,", rules: tuple[AppliedRule, ...] = ()) -> None:
        for number in numbers:
            stored = message(mail(number), self.owner)
            [asked] = MessageRepository(self.database).add_batch([stored])
            text = f"Hi Ann,\n\nI will come to {number}.\n\nBest regards,\nMax"
            DraftRepository(self.database).add(asked, "", Draft(text, rules))
            self.mailbox.keep_edit(asked, text.replace("Best regards,", to), Exclude())

    @property
    def proposed(self) -> list[str]:
        return [one.line.sentence for one in self.outcomes.proposals()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_database(tmp_path) as database:
        yield World(database)


def test_an_accepted_proposal_is_a_written_rule_with_its_drafts(world: World) -> None:
    world.edit(1, 2, 3)
    [one] = world.outcomes.proposals()
    rule = world.book.get(world.outcomes.accept(one.number))
    assert (rule.trait, rule.value, rule.origin) == ("sign_off", "Best,", RuleOrigin.WRITTEN)
    assert (rule.scope, rule.evidence) == (Scope(), one.drafts)
    assert world.proposed == []
    with pytest.raises(InputError, match="no proposal 1;"):
        world.outcomes.accept(one.number)


def test_a_declined_proposal_never_comes_back_and_numbers_stay(world: World) -> None:
    world.edit(1, 2, 3)
    world.edit(4, 5, 6, 7, to="Cheers,")
    first, second = world.outcomes.proposals()
    assert [first.line.sentence, second.line.sentence] == [
        'Sign off with "Cheers,".',
        'Sign off with "Best,".',
    ]
    world.outcomes.decline(first.number)
    world.edit(8, 9, to="Cheers,")
    assert world.outcomes.proposals() == (second,)


def test_what_the_book_already_settles_is_not_proposed(world: World) -> None:
    world.edit(1, 2, 3)
    own = world.book.add("sign_off", 'Sign off with "best".')
    assert world.proposed == []
    world.book.off(own)
    assert world.proposed == []
    world.book.on(own)
    world.book.edit(own, 'Sign off with "Yours".')
    assert world.proposed == ['Sign off with "Best,".']
    world.outcomes.accept(world.outcomes.proposals()[0].number)
    assert [(rule.id, rule.value) for rule in world.book.all()] == [(own, "Best,")]


def test_a_counted_rule_becomes_the_users_own(world: World) -> None:
    counted = Rule(
        world.book.add("name", "x"),
        "sign_off",
        "Best,",
        'Sign off with "Best,".',
        Scope(),
        RuleOrigin.MEASURED,
        RuleState.ACTIVE,
        3,
    )
    RuleRepository(world.database).update(counted)
    world.edit(1, 2, 3)
    assert world.outcomes.accept(world.outcomes.proposals()[0].number) == counted.id
    assert [(one.origin, len(one.evidence)) for one in world.book.all()] == [(RuleOrigin.WRITTEN, 3)]


def test_rules_of_the_draft_are_looked_at(world: World) -> None:
    asked = AppliedRule(RuleLine("sign_off", 'Sign off with "Best,".'), "agent", Kept.NOT_KEPT)
    world.edit(1, 2, 3, rules=(asked,))
    assert world.proposed == []


def test_forgetting_takes_what_was_proposed_along(world: World) -> None:
    world.edit(1, 2, 3)
    world.outcomes.decline(world.outcomes.proposals()[0].number)
    Forgetting(world.database, world.mailbox, Exclude).person("ann@firm.example")
    assert world.proposed == []
    # What is counted in the mail that is left, and when that was paired.
    assert JobRepository(world.database).keys() == (COUNTED, PAIRED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("sign_off", "none", "Best,"), 'You added the closing "Best" in 3 drafts.'),
        (
            Change("greeting", "Hi {first},", "none"),
            'You took the greeting "Hi [first name]" out in 3 drafts.',
        ),
        (Change("exclamation", "yes", "no"), "You changed exclamation marks from yes to no in 3 drafts."),
    ],
)
def test_what_was_changed_in_words(change: Change, words: str) -> None:
    assert change.words(3) == words
    told = messages.rules.proposal_line(Proposal(1, words, change.rule, Scope(), ()))
    assert told == f"{words} Make it a rule for everyone? {change.rule}"
