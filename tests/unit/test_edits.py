"""What becomes of drafts: edits that are learned from until the real reply is seen, each counted once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import messages
from core.domain import AccountId, Adapter, AdapterId, AdapterKind, Draft, MessageId
from core.drafting.context import EDIT_WEIGHT
from core.drafting.mailbox import Mailbox
from core.drafting.outcomes import Outcomes
from core.forgetting import Forgetting
from core.mail.reading import DirectReader
from core.store.accounts import AccountRepository
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.drafts import DraftRepository, StoredDraft
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository
from core.store.settings import Exclude
from tests.store_things import ANN, ME, account, incoming, mail, message, open_database

DRAFT = "Hi Ann,\n\nI will come.\n\nBest regards,\nMax"
TEXT = "Hi Ann,\n\nI will come on Friday.\n\nBest,\nMax"
NOBODY = Exclude()


class World:
    """A mailbox with one mail of Ann's that is drafted an answer to."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.exchanges, self.drafts = ExchangeRepository(database), DraftRepository(database)
        self.mailbox = Mailbox(database, DirectReader())
        self.owner: AccountId = AccountRepository(database).add(account())
        self.asked = self.add(1)
        self.drafts.add(self.asked, "yes", Draft(DRAFT))

    def add(self, number: int) -> MessageId:
        [one] = MessageRepository(self.database).add_batch([message(mail(number), self.owner)])
        return one

    def send(self, text: str, number: int = 50, days: float = 1) -> None:
        """An answer of Max's to that mail, so many days after the draft."""
        sent = replace(
            mail(number, text, "<1@firm.example>"),
            sender=ME,
            to=(ANN,),
            date=datetime.now(UTC) + timedelta(days=days),
        )
        MessageRepository(self.database).add_batch([message(sent, self.owner, outgoing=True)])
        self.mailbox.pair(NOBODY)

    def known(self) -> list[tuple[str, float]]:
        return [(one.sent, one.weight) for one in self.exchanges.all()]

    @property
    def latest(self) -> StoredDraft:
        found = self.drafts.latest(self.asked)
        assert found is not None
        return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_database(tmp_path) as database:
        yield World(database)


def test_an_edit_is_learned_from_and_the_last_one_counts(world: World) -> None:
    world.mailbox.keep_edit(world.asked, "Hi Ann, no.", NOBODY)
    world.mailbox.keep_edit(world.asked, TEXT, NOBODY)
    assert world.known() == [(TEXT, EDIT_WEIGHT)]
    [one] = world.exchanges.all()
    assert (one.incoming.sender, one.incoming.text, one.thread) == (ANN, "Hello", "<1@firm.example>")
    assert world.latest.edited == TEXT
    world.mailbox.pair(NOBODY)
    assert world.known() == [(TEXT, EDIT_WEIGHT)]


@pytest.mark.parametrize("text", [DRAFT, f"{DRAFT}\n", DRAFT.replace("\n\n", "\n"), DRAFT.replace(" ", "  ")])
def test_white_space_is_no_edit_and_taking_one_back_undoes_it(world: World, text: str) -> None:
    world.mailbox.keep_edit(world.asked, TEXT, NOBODY)
    world.mailbox.keep_edit(world.asked, text, NOBODY)
    assert (world.known(), world.latest.edited) == ([], None)


def test_the_reply_that_was_sent_takes_the_place_of_the_edit(world: World) -> None:
    world.mailbox.keep_edit(world.asked, TEXT, NOBODY)
    world.send(f"{TEXT}\n\nPS: bring a coat")
    world.send("And one more thing.", number=51, days=2)
    assert world.known() == [(f"{TEXT}\n\nPS: bring a coat", EDIT_WEIGHT), ("And one more thing.", 1)]
    assert world.latest.edited == f"{TEXT}\n\nPS: bring a coat"


def test_a_draft_sent_as_it_was_is_known_to_be_and_weighs_no_more(world: World) -> None:
    world.send(DRAFT.replace("\n\n", "\n"))
    assert world.known() == [(DRAFT.replace("\n\n", "\n"), 1)]
    assert world.latest.edited == DRAFT.replace("\n\n", "\n")
    assert world.exchanges.drafted() == {one.id for one in world.exchanges.all()}


def test_what_was_sent_before_the_draft_is_no_edit_of_it(world: World) -> None:
    world.send(TEXT, days=-1)
    assert (world.known(), world.latest.edited) == ([(TEXT, 1)], None)
    assert world.exchanges.drafted() == frozenset()


def test_people_left_out_of_learning_are_left_out_of_edits(world: World) -> None:
    without = replace(NOBODY, people=(ANN.email,))
    world.mailbox.keep_edit(world.asked, TEXT, without)
    assert (world.known(), world.latest.edited) == ([], None)
    world.mailbox.keep_edit(world.asked, TEXT, NOBODY)
    world.mailbox.pair(without)
    assert world.known() == []


def test_forgetting_takes_edits_along_and_a_reply_stays_what_it_was(world: World) -> None:
    world.send(TEXT)
    other = world.add(2)
    world.drafts.add(other, "", Draft(DRAFT))
    world.mailbox.keep_edit(other, f"{TEXT} Soon!", NOBODY)
    Forgetting(world.database, world.mailbox, Exclude).person("nobody.example")
    assert len(world.known()) == 2
    world.drafts.clear()  # as forgetting somebody else does
    world.mailbox.pair(NOBODY)
    assert (TEXT, EDIT_WEIGHT) in world.known()
    Forgetting(world.database, world.mailbox, Exclude).person(ANN.email)
    assert world.known() == []


def test_forgetting_takes_along_what_was_trained_for_an_arm(world: World) -> None:
    """It may have memorised the mail as well as an agent."""
    adapters, jobs = AdapterRepository(world.database), JobRepository(world.database)
    naive = Adapter(AdapterId(0), datetime.now(UTC), "mini-small", False, "", 12, 0.5, kind=AdapterKind.NAIVE)
    jobs.set("learn/run", adapters.add(naive, b"gguf", b"peft"))
    Forgetting(world.database, world.mailbox, Exclude).person("nobody.example")
    assert len(adapters.all()) == 1
    Forgetting(world.database, world.mailbox, Exclude).person(ANN.email)
    assert (adapters.all(), jobs.keys("learn/")) == ((), ())


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["save", "send", "pair"]), st.sampled_from([DRAFT, TEXT, "No."]))))
def test_whatever_happens_nothing_counts_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    saved, sent = "", list[str]()
    with open_database(tmp_path_factory.mktemp("edits")) as database:
        world = World(database)
        for number, (step, text) in enumerate(steps):
            if step == "save":
                world.mailbox.keep_edit(world.asked, text, NOBODY)
                saved = "" if text == DRAFT else text
            elif step == "send":
                world.send(text, number=50 + number, days=number + 1)
                sent.append(text)
            else:
                world.mailbox.pair(NOBODY)
            assert len(world.exchanges.edits()) <= 1
        world.mailbox.pair(NOBODY)
        assert [text for text, _ in world.known()] == (sent or ([saved] if saved else []))


LIVE = Adapter(AdapterId(1), datetime(2026, 1, 1, tzinfo=UTC), "mini-small", True, "", 60, 1.0)


@pytest.mark.parametrize(
    ("learned", "new", "worth"),
    [(30, 9, False), (30, 10, True), (100, 14, False), (100, 15, True), (500, 19, False), (500, 20, True)],
)
def test_enough_new_replies_are_worth_learning_again(
    world: World, learned: int, new: int, worth: bool
) -> None:
    came = incoming()
    for number in range(learned + new):
        one = world.exchanges.add(NewExchange(came, f"Yes {number}", datetime.now(UTC), f"t{number}"))
        if number < learned:
            world.exchanges.set_split(one, "learning")
    outcomes = Outcomes(world.database, world.mailbox)
    assert outcomes.learn_again(LIVE) == (messages.learning.new_to_learn(new) if worth else "")
    assert outcomes.learn_again(None) == ""


@pytest.mark.parametrize(
    ("before", "lately", "worth"), [(1, 1, False), (1, 2, False), (0, 2, True), (1, 4, True), (4, 5, False)]
)
def test_edits_that_grow_are_worth_learning_again(
    world: World, before: int, lately: int, worth: bool
) -> None:
    """Words of ten that are changed in each of eight drafts, then in each of eight."""
    outcomes = Outcomes(world.database, world.mailbox)
    for number in range(2, 18):
        assert outcomes.learn_again(LIVE) == ""
        changed = before if number < 10 else lately
        known = world.drafts.add(world.add(number), "", Draft("one " * 10, adapter=LIVE.id))
        world.drafts.set_edited(known, "two " * changed + "one " * (10 - changed))
    told = outcomes.learn_again(LIVE)
    assert told == (messages.learning.edits_grow(before / 10, lately / 10) if worth else "")
    assert outcomes.learn_again(replace(LIVE, id=AdapterId(2))) == ""
