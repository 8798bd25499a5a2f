"""Brings a mailbox into the store: by UID under UIDVALIDITY, in batches, each committed together with
the mark of how far it goes. Killed or cut at any moment, the next run goes on where the mark stands.

While one batch is stored, the reader child parses the next and the server sends the one after that."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from core.domain import ParsedMail, Unreadable
from core.errors import Cancelled, MailError
from core.mail.ahead import ahead
from core.mail.imap import LARGEST_FETCH, Fetched, Folder, ImapSession
from core.mail.reading import Reader
from core.store.accounts import Account
from core.store.database import Database
from core.store.messages import MessageRepository, NewMessage
from core.store.sync_state import FolderState, SyncStateRepository
from core.tasks import CancelToken, Progress

BATCH_LEAST, BATCH_MESSAGES = 50, 500
BATCH_BYTES = 2_000_000
LISTED = 5000  # UIDs whose sizes are asked for at once
_SKIPPED = frozenset({"\\draft", "\\deleted"})
_Found = list[tuple[Fetched, ParsedMail | Unreadable]]


@dataclass(frozen=True)
class SyncResult:
    """New messages stored, by who wrote them; `unreadable` were skipped."""

    sent: int
    received: int
    seconds: float
    unreadable: int = 0


@dataclass(frozen=True)
class _Open:
    """The folder at hand; `own` where it holds the user's own mail."""

    name: str
    own: bool
    uidvalidity: int


class Sync:
    """Syncs one account; made per run from what it works on."""

    def __init__(self, session: ImapSession, account: Account, reader: Reader, database: Database) -> None:
        self._session = session
        self._account = account
        self._reader = reader
        self._database = database
        self._messages = MessageRepository(database)
        self._states = SyncStateRepository(database)
        self._sent = self._received = self._unreadable = 0

    def run(self, progress: Progress, cancel: CancelToken) -> SyncResult:
        """Raises Cancelled, MailError, ProfileError; every batch before that is stored for good."""
        started = time.monotonic()
        with _cut_on_cancel(self._session, cancel):
            for folder in self._folders():
                self._folder(folder, progress, cancel)
        return SyncResult(self._sent, self._received, time.monotonic() - started, self._unreadable)

    def _folders(self) -> list[tuple[str, bool]]:
        """What to sync, and whether it is the user's own mail: Sent first, measured style is made of it."""
        sent = self._session.find("Sent")
        if sent is None:
            raise MailError("The folder of sent mail was not found on the server; Longhand learns from it.")
        listed = [folder.name for folder in self._session.folders() if _is_received(folder)]
        return [(sent, True), *((name, False) for name in sorted(listed, key=_inbox_first) if name != sent)]

    def _folder(self, folder: tuple[str, bool], progress: Progress, cancel: CancelToken) -> None:
        name, own = folder
        opened = self._session.examine(name)
        current = _Open(name, own, opened.uidvalidity)
        state = self._states.get(self._account.id, name)
        # Another UIDVALIDITY makes every UID we know worthless (RFC 3501, 2.3.1.1): from the start
        # again. Messages that are stored already are recognised by their Message-ID.
        last = state.last_uid if state is not None and state.uidvalidity == opened.uidvalidity else 0
        uids = self._session.uids_after(last)
        done = 0
        progress.update(f"sync {name}", 0, len(uids))
        with ahead(self._fetched(uids)) as fetched, ahead(self._parsed(fetched, cancel)) as parsed:
            try:
                for batch, found in parsed:
                    cancel.check()
                    self._store(current, batch[-1], found)
                    done += len(batch)
                    progress.update(f"sync {name}", done, len(uids))
            except BaseException:
                self._session.abort()  # nobody is there any more for what the server still sends
                raise

    def _fetched(self, uids: Sequence[int]) -> Iterator[tuple[list[int], list[Fetched]]]:
        for batch in self._batches(uids):
            yield batch, self._session.fetch(batch)

    def _parsed(
        self, fetched: Iterator[tuple[list[int], list[Fetched]]], cancel: CancelToken
    ) -> Iterator[tuple[list[int], _Found]]:
        for batch, messages in fetched:
            parsed = self._reader.parse([one.raw for one in messages], cancel)
            yield batch, [(one, mail) for one, mail in zip(messages, parsed, strict=True)]

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """Consecutive UIDs, few enough and small enough to be held at once. The first ones are smaller: a
        line that is cut again and again gets on too, and the reader has something to do at once."""
        batch: list[int] = []
        size, most = 0, BATCH_LEAST
        for start in range(0, len(uids), LISTED):
            part = uids[start : start + LISTED]
            sizes = self._session.sizes(part)
            for uid in part:
                heavy = min(sizes.get(uid, 0), LARGEST_FETCH)
                if batch and (len(batch) >= most or size + heavy > BATCH_BYTES):
                    yield batch
                    batch, size, most = [], 0, min(2 * most, BATCH_MESSAGES)
                batch.append(uid)
                size += heavy
        if batch:
            yield batch

    def _store(self, folder: "_Open", last: int, found: _Found) -> None:
        readable = [(one, mail) for one, mail in found if isinstance(mail, ParsedMail)]
        kept = [self._new(folder, one, mail) for one, mail in readable if not one.flags & _SKIPPED]
        with self._database.transaction():
            before = self._messages.count(outgoing=True)
            added = self._messages.add_batch(kept)
            sent = self._messages.count(outgoing=True) - before
            self._states.set(self._account.id, folder.name, FolderState(folder.uidvalidity, last))
        self._sent += sent
        self._received += len(added) - sent
        self._unreadable += len(found) - len(readable)

    def _new(self, folder: "_Open", one: Fetched, mail: ParsedMail) -> NewMessage:
        return NewMessage(
            account=self._account.id,
            folder=folder.name,
            uid=one.uid,
            mail=mail,
            outgoing=folder.own or mail.sender.email == self._account.address.lower(),
            seen="\\seen" in one.flags,
            answered="\\answered" in one.flags,
        )


def sync(
    session: ImapSession,
    account: Account,
    reader: Reader,
    database: Database,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> SyncResult:
    """One run of `Sync`."""
    return Sync(session, account, reader, database).run(progress or Progress(), cancel or CancelToken())


def _is_received(folder: Folder) -> bool:
    """Where mail one got lies: the INBOX and, with servers that have them, the archive and 'all mail'."""
    return folder.selectable and (folder.name.upper() == "INBOX" or folder.use in ("Archive", "All"))


def _inbox_first(name: str) -> tuple[bool, str]:
    return name.upper() != "INBOX", name


@contextmanager
def _cut_on_cancel(session: ImapSession, cancel: CancelToken) -> Iterator[None]:
    """While inside, a cancel cuts the connection: a server that does not answer must not hold the user."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if cancel.cancelled:
                session.abort()
                return

    watcher = threading.Thread(target=watch, name="sync-cancel", daemon=True)
    watcher.start()
    try:
        yield
    except MailError:
        if cancel.cancelled:
            raise Cancelled from None
        raise
    finally:
        over.set()
        watcher.join()
