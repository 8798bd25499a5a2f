"""What goes into each repository comes out again, once, and goes when what it hangs on goes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import (
    Adapter,
    AdapterId,
    AppliedRule,
    Draft,
    Example,
    ExchangeId,
    Finding,
    Kept,
    MailKind,
    MessageId,
    ParsedMail,
    RuleId,
    RuleLine,
    RuleState,
)
from core.domain import Context as DraftContext
from core.errors import InputError
from core.privacy.egress import Ledger
from core.store.accounts import AccountRepository
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.store.ledger import LedgerRepository
from core.store.messages import MessageRepository, identity_of
from core.store.rules import RuleRepository
from core.store.sync_state import FolderState, SyncStateRepository
from tests.store_things import account, incoming, mail, mails, message, open_database, rule

WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def new_exchange(sent: str, sent_message: int | None, received: int | None = None) -> NewExchange:
    return NewExchange(
        incoming(),
        sent,
        WHEN,
        "thread",
        sent_message=None if sent_message is None else MessageId(sent_message),
        received_message=None if received is None else MessageId(received),
    )


def example(exchange: ExchangeId, form: str = "full") -> Example:
    lines = (RuleLine("greeting", 'Begin with "Hi,".'), RuleLine("other", "Be kind."))
    return Example(exchange, DraftContext(incoming(), "notes"), "y_z", "thinking", lines, form, "rules/1")


def test_accounts_are_kept_once_each(database: Database) -> None:
    accounts = AccountRepository(database)
    first = accounts.add(account("Max@Home.example"))
    assert accounts.add(replace(account("max@home.example"), port=143, tls="starttls")) == first
    second = accounts.add(account("other@home.example"))
    assert [one.id for one in accounts.all()] == [first, second]
    kept = accounts.by_address("MAX@home.example")
    assert kept is not None
    assert (kept.port, kept.tls, kept.address) == (143, "starttls", "max@home.example")


def test_removing_an_account_takes_its_mail_along(database: Database) -> None:
    accounts, messages = AccountRepository(database), MessageRepository(database)
    owner, other = accounts.add(account()), accounts.add(account("other@home.example"))
    sent = messages.add_batch([message(mail(1, "mine"), owner, outgoing=True)])[0]
    messages.add_batch([message(mail(2, "mine too"), other)])
    exchange = ExchangeRepository(database).add(new_exchange("mine", sent))
    ExampleRepository(database).add(example(exchange))
    SyncStateRepository(database).set(owner, "INBOX", FolderState(1, 5))
    accounts.remove(owner)
    assert messages.count() == 1
    assert [one.account for one in messages.search("mine")] == [other]
    assert ExchangeRepository(database).count() == ExampleRepository(database).count() == 0
    assert SyncStateRepository(database).get(owner, "INBOX") is None


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """For properties: opened once for all their examples, each of which leaves it empty."""
    with open_database(tmp_path_factory.mktemp("lasting")) as database:
        yield database


@given(parsed=mails)
def test_any_mail_comes_back_as_it_was(lasting: Database, parsed: ParsedMail) -> None:
    accounts, messages = AccountRepository(lasting), MessageRepository(lasting)
    owner = accounts.add(account())
    added = messages.add_batch([message(parsed, owner)])
    assert messages.add_batch([message(parsed, owner)]) == ()
    stored = messages.get(added[0])
    assert stored is not None
    assert stored.mail == parsed
    found = messages.by_header(identity_of(parsed), owner)
    assert found is not None
    assert found.id == added[0]
    accounts.remove(owner)
    assert messages.count() == 0


def test_a_message_is_stored_once_an_account_and_its_flags_follow(database: Database) -> None:
    accounts, messages = AccountRepository(database), MessageRepository(database)
    one, two = accounts.add(account()), accounts.add(account("other@home.example"))
    assert len(messages.add_batch([message(mail(1), one), message(mail(1), one), message(mail(1), two)])) == 2
    messages.add_batch([replace(message(mail(1), one, uid=9), folder="Archive", answered=True, seen=False)])
    stored = messages.by_header("<1@firm.example>", one)
    assert stored is not None
    assert (stored.folder, stored.uid, stored.answered, stored.seen) == ("Archive", 9, True, False)


def test_what_the_user_sent_stays_sent(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    both = [message(mail(1), owner), message(mail(1), owner, outgoing=True), message(mail(1), owner)]
    messages.add_batch(both)
    assert (messages.count(outgoing=True), messages.count(outgoing=False)) == (1, 0)


def test_mails_without_an_id_are_told_apart_by_what_they_say(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    nameless = [replace(mail(1, text), message_id="") for text in ("one", "two", "one")]
    assert len(messages.add_batch(message(one, owner) for one in nameless)) == 2


def test_waiting_is_received_from_people_and_not_answered(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    messages.add_batch(
        [
            message(mail(1), owner),
            message(mail(2), owner),
            replace(message(mail(3), owner), answered=True),
            message(mail(4, kind=MailKind.AUTOMATIC), owner),
            message(mail(5, kind=MailKind.LIST), owner),
            message(mail(6), owner),
            message(mail(7, in_reply_to="<2@firm.example>"), owner, outgoing=True),
            message(mail(8, in_reply_to="<6@firm.example>"), owner),  # not the user's: answers nothing
        ]
    )
    assert [one.mail.subject for one in messages.waiting()] == ["Matter 8", "Matter 1"]
    assert [one.mail.subject for one in messages.waiting(limit=1, offset=1)] == ["Matter 1"]
    assert messages.waiting_count() == 2
    messages.mark_answered(messages.waiting()[0].id)
    assert messages.waiting_count() == 1


def test_search_finds_words_and_beginnings_in_any_spelling(database: Database) -> None:
    messages = MessageRepository(database)
    owner = AccountRepository(database).add(account())
    bodies = ("The café in Zürich is closed", "Invoice for the roof", 'He said "no" AND left')
    messages.add_batch(message(mail(number, text), owner) for number, text in enumerate(bodies))

    def found(text: str) -> list[str]:
        return [one.mail.text for one in messages.search(text)]

    assert found("cafe zur") == [bodies[0]]
    assert found("roof invoice") == [bodies[1]]
    assert found('"no" AND') == [bodies[2]]
    assert found("roof zurich") == []
    assert len(found("ann")) == len(found("matter")) == 3
    messages.delete([messages.search("roof")[0].id])
    assert found("roof") == []


@given(text=st.text(max_size=30))
def test_no_search_text_is_an_error(lasting: Database, text: str) -> None:
    assert MessageRepository(lasting).search(text) == ()


def test_sync_state_is_by_account_and_folder(database: Database) -> None:
    owner = AccountRepository(database).add(account())
    states = SyncStateRepository(database)
    assert states.get(owner, "INBOX") is None
    states.set(owner, "INBOX", FolderState(7, 10))
    states.set(owner, "Sent", FolderState(8, 3))
    states.set(owner, "INBOX", FolderState(7, 12))
    assert (states.get(owner, "INBOX"), states.get(owner, "Sent")) == (FolderState(7, 12), FolderState(8, 3))


@pytest.fixture
def sent(database: Database) -> tuple[MessageId, ...]:
    owner = AccountRepository(database).add(account())
    return MessageRepository(database).add_batch(message(mail(n), owner, outgoing=True) for n in range(4))


def test_pairing_again_keeps_ids_parts_and_examples(database: Database, sent: tuple[MessageId, ...]) -> None:
    exchanges, examples = ExchangeRepository(database), ExampleRepository(database)
    first = exchanges.replace_pairs(new_exchange(f"text {one}", one) for one in sent[:3])
    edited = exchanges.add(new_exchange("edited", None))
    exchanges.set_splits([(first[0], "learning"), (first[1], "gate"), (edited, "learning")])
    for one in first:
        examples.add(example(one))
    again = [
        new_exchange(f"text {sent[0]}", sent[0]),
        new_exchange("changed", sent[1]),
        new_exchange("new", sent[3]),
    ]
    second = exchanges.replace_pairs(again)
    assert second[:2] == first[:2]
    assert {one.id for one in exchanges.all()} == {*second, edited}
    assert exchanges.split() == {first[0]: "learning", first[1]: "gate", edited: "learning"}
    assert exchanges.counts() == {"learning": 2, "validation": 0, "gate": 1}
    assert examples.done() == {(first[0], "full")}  # the text of the second one changed
    assert [one.sent for one in exchanges.all("gate")] == ["changed"]
    assert exchanges.messages_of(second[2]) == (sent[3], None)


def test_an_exchange_comes_back_as_it_was(database: Database, sent: tuple[MessageId, ...]) -> None:
    exchanges = ExchangeRepository(database)
    known = exchanges.add(replace(new_exchange("Héllo\n", sent[0]), kind="thanks", weight=2.5))
    kept = exchanges.get(known)
    assert kept is not None
    assert (kept.incoming, kept.sent, kept.date) == (incoming(), "Héllo\n", WHEN)
    assert (kept.thread, kept.kind, kept.weight) == ("thread", "thanks", 2.5)


def test_examples_are_one_an_exchange_and_form(database: Database) -> None:
    exchange = ExchangeRepository(database).add(new_exchange("y", None))
    examples = ExampleRepository(database)
    for form in ("full", "empty", "full"):
        examples.add(example(exchange, form))
    assert examples.done() == {(exchange, "full"), (exchange, "empty")}
    assert examples.all() == (example(exchange, "empty"), example(exchange, "full")) == examples.of(exchange)
    ExchangeRepository(database).remove(exchange)
    assert examples.count() == 0


def test_rules_remember_what_they_were(database: Database) -> None:
    rules = RuleRepository(database)
    march = datetime(2025, 3, 9, tzinfo=UTC)
    whole = replace(rule(), evidence=(MessageId(3), MessageId(4)), since=march, until=march)
    known = rules.add(whole)
    made = rules.get(known)
    assert made == replace(whole, id=known)
    pinned = replace(made, state=RuleState.PINNED)
    rules.update(pinned)
    rules.update(pinned)
    rules.remove(known)
    rules.remove(known)
    changes = [(change.before, change.after) for change in rules.history(known)]
    assert changes == [(None, made), (made, pinned), (pinned, None)]
    assert rules.all() == ()
    assert rules.add(rule()) != RuleId(0)


def adapter(live: bool = False) -> Adapter:
    return Adapter(AdapterId(0), WHEN, "mini-small", live, "steps = 3", 12, 0.5, {"likeness": 0.8}, "mini")


def test_one_adapter_at_most_is_live(database: Database) -> None:
    adapters = AdapterRepository(database)
    assert adapters.live() is None
    first = adapters.add(adapter(live=True), b"gguf 1", b"peft 1")
    second = adapters.add(adapter(live=True), b"gguf 2", b"peft 2")
    third = adapters.add(adapter(), b"gguf 3", b"peft 3")
    live = adapters.live()
    assert live == replace(adapter(live=True), id=second)
    adapters.make_live(first)
    with pytest.raises(InputError):
        adapters.make_live(AdapterId(99))
    assert [one.live for one in adapters.all()] == [True, False, False]
    assert (adapters.gguf(first), adapters.peft(third)) == (b"gguf 1", b"peft 3")
    adapters.set_scores(third, {"likeness": 0.9})
    kept = adapters.get(third)
    assert kept is not None
    assert kept.scores == {"likeness": 0.9}
    adapters.remove(first)
    assert adapters.live() is None
    with pytest.raises(InputError):
        adapters.gguf(first)


def test_the_latest_checkpoint_is_the_one_kept(database: Database) -> None:
    checkpoints = CheckpointRepository(database)
    for step in (10, 20):
        checkpoints.put("run", step, bytes([step]) * 100_000)
    checkpoints.put("other", 5, b"o")
    latest = checkpoints.latest("run")
    assert latest is not None
    assert (latest.step, latest.state) == (20, bytes([20]) * 100_000)
    assert database.read("SELECT count(*) FROM checkpoints WHERE run = 'run'") == [(1,)]
    checkpoints.clear("run")
    assert checkpoints.latest("run") is None
    assert checkpoints.latest("other") is not None


def test_jobs_keep_typed_values(database: Database) -> None:
    jobs = JobRepository(database)
    assert jobs.get("learn", dict[str, int]) is None
    jobs.set("learn", {"step": 3})
    jobs.set("learn/rule", rule())
    assert jobs.get("learn", dict[str, int]) == {"step": 3}
    assert jobs.get("learn/rule", type(rule())) == rule()
    assert jobs.keys("learn/") == ("learn/rule",)
    jobs.clear("learn")
    assert jobs.keys() == ("learn/rule",)


def test_drafts_keep_rules_findings_and_the_edit(database: Database, sent: tuple[MessageId, ...]) -> None:
    drafts = DraftRepository(database)
    applied = AppliedRule(RuleLine("length", "Be short."), "everyone", Kept.KEPT, RuleId(3))
    draft = Draft(
        "Hi", (applied,), (Finding(0, 2, "Hi", "a name"),), "mini-large", AdapterId(2), "guided/1", 1.5
    )
    first, second = drafts.add(sent[0], "", draft), drafts.add(sent[0], "notes", draft)
    drafts.set_saved(first, 17)
    drafts.set_edited(second, "Hello")
    latest = drafts.latest(sent[0])
    assert latest is not None
    assert (latest.id, latest.draft, latest.edited, latest.saved_uid) == (second, draft, "Hello", None)
    assert drafts.saved_uid(sent[0]) == 17
    assert drafts.get(drafts.add(None, "", draft)) == drafts.all()[-1]
    MessageRepository(database).delete([sent[0]])
    assert [one.message for one in drafts.all()] == [None]


def test_the_ledger_tells_newest_first(database: Database) -> None:
    rows = LedgerRepository(database)
    ledger = Ledger(rows.add)
    ledger.note("imap.example", "sync", 10, 2000)
    ledger.note("api.example", "draft", 500, 20)
    told = rows.all()
    assert [(row.host, row.purpose, row.bytes_out, row.bytes_in) for row in told] == [
        ("api.example", "draft", 500, 20),
        ("imap.example", "sync", 10, 2000),
    ]
    assert abs((datetime.now(UTC) - told[0].at).total_seconds()) < 60
    assert len(rows.all(limit=1)) == 1
