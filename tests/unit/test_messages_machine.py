"""Whatever is added, flagged, deleted, rolled back or reopened: the messages are those of a plain dict."""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.store.accounts import AccountRepository
from core.store.messages import MessageRepository, NewMessage
from tests.store_things import account, mail, message, open_database

numbers = st.integers(0, 7)
NEVER = datetime.fromtimestamp(0, UTC)
words = st.sampled_from(["apple", "pear", "plum"])


class Messages(RuleBasedStateMachine):
    """The model: Message-ID -> (text, outgoing, answered, what it replies to), and -> its thread."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.database = open_database(self.folder)
        self.owner = AccountRepository(self.database).add(account())
        self.messages = MessageRepository(self.database)
        self.model: dict[str, NewMessage] = {}
        self.threads: dict[str, str] = {}

    @rule(
        batch=st.lists(
            st.tuples(numbers, words, st.booleans(), st.booleans(), st.none() | numbers), max_size=4
        )
    )
    def add(self, batch: list[tuple[int, str, bool, bool, int | None]]) -> None:
        new = [self.one(*given) for given in batch]
        before = set(self.model)
        added = self.messages.add_batch(new)
        for given in new:
            self.remember(given)
        assert len(added) == len(set(self.model) - before)

    @rule(batch=st.lists(numbers, min_size=1, max_size=3))
    def add_and_fail(self, batch: list[int]) -> None:
        try:
            with self.database.transaction():
                self.messages.add_batch(self.one(number, "lost", False, False, None) for number in batch)
                raise KeyError
        except KeyError:
            assert self.messages.search("lost") == ()

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        stored = self.messages.by_header(f"<{number}@firm.example>")
        assert (stored is not None) == (self.model.pop(f"<{number}@firm.example>", None) is not None)
        self.threads.pop(f"<{number}@firm.example>", None)
        if stored is not None:
            self.messages.delete([stored.id])

    @rule()
    def reopen(self) -> None:
        self.database.close()
        self.database = open_database(self.folder)
        self.messages = MessageRepository(self.database)

    @invariant()
    def same(self) -> None:
        stored = {one.mail.message_id: (one.mail, one.outgoing, one.answered) for one in self.messages.all()}
        assert stored == {name: (one.mail, one.outgoing, one.answered) for name, one in self.model.items()}

    @invariant()
    def same_waiting(self) -> None:
        replied = {one.mail.in_reply_to for one in self.model.values() if one.outgoing}
        wanted = {
            name
            for name, one in self.model.items()
            if not one.outgoing and not one.answered and name not in replied and self.is_last(name)
        }
        assert {one.mail.message_id for one in self.messages.waiting()} == wanted
        assert self.messages.waiting_count() == len(wanted)

    @invariant()
    def same_search(self) -> None:
        for word in ("apple", "pear", "plum"):
            found = {one.mail.message_id for one in self.messages.search(word)}
            assert found == {name for name, one in self.model.items() if one.mail.text == word}

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    def one(self, number: int, text: str, outgoing: bool, answered: bool, parent: int | None) -> NewMessage:
        in_reply_to = "" if parent is None else f"<{parent}@firm.example>"
        made = message(mail(number, text, in_reply_to), self.owner, outgoing, uid=number)
        return replace(made, answered=answered)

    def remember(self, new: NewMessage) -> None:
        known = self.model.get(new.mail.message_id)
        if known is None:
            self.model[new.mail.message_id] = new
            self.join(new)
        elif new.outgoing or not known.outgoing:
            answered = known.answered or new.answered
            self.model[new.mail.message_id] = replace(known, outgoing=new.outgoing, answered=answered)

    def join(self, new: NewMessage) -> None:
        own, parent = new.mail.message_id, new.mail.in_reply_to
        thread = self.threads.get(parent) or parent or own
        self.threads = {name: thread if one == own else one for name, one in self.threads.items()}
        self.threads[own] = thread

    def is_last(self, name: str) -> bool:
        thread = [one for one, thread in self.threads.items() if thread == self.threads[name]]
        return name == max(thread, key=lambda one: self.model[one].mail.date or NEVER)


TestMessages = Messages.TestCase
TestMessages.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
