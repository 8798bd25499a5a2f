"""Brings a mailbox into the store: by UID under UIDVALIDITY, in batches, each committed together with
the mark of how far it goes. Killed or cut at any moment, the next run goes on where the mark stands.

While one batch is stored, the reader child parses the next and the server sends the one after that."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.domain import ParsedMail, Unreadable
from core.errors import Cancelled, MailError
from core.mail.ahead import ahead
from core.mail.exclusion import Excluded
from core.mail.folders import Folder, sent_folder
from core.mail.imap import LARGEST_FETCH, Fetched, ImapSession, Opened
from core.mail.reading import Reader
from core.mail.sync_result import SyncResult, Wanted
from core.store.accounts import Account
from core.store.database import Database
from core.store.messages import MessageRepository, NewMessage
from core.store.sync_state import FolderState, SyncStateRepository
from core.tasks import CancelToken, Progress

BATCH_LEAST, BATCH_MESSAGES = 50, 500
BATCH_BYTES = 2_000_000
LISTED = 5000  # UIDs that one short thing, such as the size, is asked of at once
LARGE = 100_000  # bytes; of a larger message only what is text is fetched
MOST_WAITING = 2000  # messages whose flags are looked at again
_SKIPPED = frozenset({"\\draft", "\\deleted"})
_Found = list[tuple[Fetched, ParsedMail | Unreadable]]


@dataclass(frozen=True)
class _Open:
    """The folder at hand; `own` where it holds the user's own mail."""

    name: str
    own: bool
    uidvalidity: int
    before: FolderState | None


class Sync:
    """Syncs one account; made per run from what it works on."""

    def __init__(
        self, session: ImapSession, account: Account, reader: Reader, database: Database, wanted: Wanted
    ) -> None:
        self._session = session
        self._account = account
        self._reader = reader
        self._database = database
        self._wanted = wanted
        self._excluded = Excluded(wanted.exclude)
        limits = wanted.limits
        self._limits = f"{limits.days} {limits.messages}" if limits.days or limits.messages else ""
        self._messages = MessageRepository(database)
        self._states = SyncStateRepository(database)
        self._system: dict[str, str] = {}  # Gmail's label of a folder -> the folder's name
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
        listed = self._session.folders()
        sent = sent_folder(self._session, listed, self._account.address, self._wanted.sent)
        self._system = {f"\\{folder.use}": folder.name for folder in listed if folder.use}
        self._system |= {"\\Inbox": "INBOX", "\\Sent": sent}
        received = sorted((folder.name for folder in listed if _is_received(folder)), key=_inbox_first)
        found = [(sent, True), *((name, False) for name in received if name != sent)]
        return [(name, own) for name, own in found if not self._excluded.folder(name)]

    def _folder(self, folder: tuple[str, bool], progress: Progress, cancel: CancelToken) -> None:
        name, own = folder
        opened = self._session.examine(name)
        before = self._states.get(self._account.id, name)
        # Another UIDVALIDITY makes every UID we know worthless (RFC 3501, 2.3.1.1).
        if before is not None and before.uidvalidity != opened.uidvalidity:
            before = self._renumbered(name, opened)
        current = _Open(name, own, opened.uidvalidity, before)
        # With other limits than before, older mail may be wanted too.
        last = before.last_uid if before is not None and before.limits == self._limits else 0
        uids = self._new_uids(current, last, opened.uidnext)
        self._fetch(current, uids, progress, cancel)
        if before is not None and not own:
            self._refresh_flags(current, opened)
        mark = max(opened.uidnext - 1, last, *uids[-1:])
        after = FolderState(opened.uidvalidity, mark, opened.modseq, self._limits)
        if after != before:
            self._states.set(self._account.id, name, after)

    def _new_uids(self, folder: _Open, last: int, uidnext: int) -> list[int]:
        """What is on the server, wanted, and not stored."""
        if 0 < uidnext <= last + 1:
            return []
        limits = self._wanted.limits
        since = datetime.now(UTC).date() - timedelta(days=limits.days) if limits.days else None
        found = self._session.uids_after(last, since)
        if limits.messages:
            found = found[-limits.messages :]
        known = self._messages.uids(self._account.id, folder.name, last) if folder.before else frozenset()
        wanted = [uid for uid in found if uid not in known]
        return self._of_gmail(wanted) if self._session.is_gmail else wanted

    def _of_gmail(self, uids: Sequence[int]) -> list[int]:
        """Without what also lies in a folder that is excluded, and what is stored from another: 'All Mail'
        has every message once more."""
        wanted: list[int] = []
        for part in _portions(uids):
            told = self._session.labelled(part)
            stored = self._messages.known_to_provider(
                self._account.id, [one.provider_id for one in told.values() if one.provider_id]
            )
            for uid in part:
                one = told.get(uid)
                folders = (self._system.get(label, label) for label in one.labels) if one else ()
                if (one is None or one.provider_id not in stored) and not any(
                    map(self._excluded.folder, folders)
                ):
                    wanted.append(uid)
        return wanted

    def _renumbered(self, name: str, opened: Opened) -> FolderState:
        """The folder's mail under its new UIDs: what is stored is recognised by its Message-ID alone, the
        rest is fetched as new."""
        told: dict[int, str] = {}
        for part in _portions(self._session.uids_after(0)):
            told |= self._session.headers(part, "MESSAGE-ID")
        self._messages.renumber(self._account.id, name, {uid: one for uid, one in told.items() if one})
        return FolderState(opened.uidvalidity, 0)

    def _refresh_flags(self, folder: _Open, opened: Opened) -> None:
        """Mail that waits here may have been read or answered elsewhere meanwhile."""
        before = folder.before.modseq if folder.before else 0
        if opened.modseq and before == opened.modseq:
            return
        waiting = self._messages.waiting_uids(self._account.id, folder.name, MOST_WAITING)
        flags = self._session.flags(waiting, before if opened.modseq else 0)
        told = {uid: ("\\seen" in one, "\\answered" in one) for uid, one in flags.items()}
        self._messages.set_flags(self._account.id, folder.name, told)

    def _fetch(self, folder: _Open, uids: list[int], progress: Progress, cancel: CancelToken) -> None:
        done = 0
        progress.update(f"sync {folder.name}", 0, len(uids))
        if not uids:
            return
        with ahead(self._fetched(uids)) as fetched, ahead(self._parsed(fetched, cancel)) as parsed:
            try:
                for batch, found in parsed:
                    cancel.check()
                    self._store(folder, batch[-1], found)
                    done += len(batch)
                    progress.update(f"sync {folder.name}", done, len(uids))
            except BaseException:
                self._session.abort()  # nobody is there any more for what the server still sends
                raise

    def _fetched(self, uids: Sequence[int]) -> Iterator[tuple[list[int], list[Fetched]]]:
        for batch, large in self._batches(uids):
            yield batch, self._session.fetch(batch, large)

    def _parsed(
        self, fetched: Iterator[tuple[list[int], list[Fetched]]], cancel: CancelToken
    ) -> Iterator[tuple[list[int], _Found]]:
        for batch, messages in fetched:
            parsed = self._reader.parse([one.raw for one in messages], cancel)
            yield batch, [(one, mail) for one, mail in zip(messages, parsed, strict=True)]

    def _batches(self, uids: Sequence[int]) -> Iterator[tuple[list[int], set[int]]]:
        """Consecutive UIDs, few enough and small enough to be held at once, and which of them are large. The
        first ones are smaller: a line that is cut again and again gets on too, and the reader has something
        to do at once."""
        batch: list[int] = []
        large: set[int] = set()
        size, most = 0, BATCH_LEAST
        for part in _portions(uids):
            sizes = self._session.sizes(part)
            for uid in part:
                heavy = min(sizes.get(uid, 0), LARGEST_FETCH)
                if batch and (len(batch) >= most or size + heavy > BATCH_BYTES):
                    yield batch, large
                    batch, large, size, most = [], set(), 0, min(2 * most, BATCH_MESSAGES)
                batch.append(uid)
                if sizes.get(uid, 0) > LARGE:
                    large.add(uid)
                size += heavy
        if batch:
            yield batch, large

    def _store(self, folder: _Open, last: int, found: _Found) -> None:
        readable = [(one, mail) for one, mail in found if isinstance(mail, ParsedMail)]
        kept = [
            self._new(folder, one, mail)
            for one, mail in readable
            if not one.flags & _SKIPPED and not self._excluded.mail(mail)
        ]
        with self._database.transaction():
            before = self._messages.count(outgoing=True)
            added = self._messages.add_batch(kept)
            sent = self._messages.count(outgoing=True) - before
            modseq = folder.before.modseq if folder.before else 0
            state = FolderState(folder.uidvalidity, last, modseq, self._limits)
            self._states.set(self._account.id, folder.name, state)
        self._sent += sent
        self._received += len(added) - sent
        self._unreadable += len(found) - len(readable)

    def _new(self, folder: _Open, one: Fetched, mail: ParsedMail) -> NewMessage:
        return NewMessage(
            account=self._account.id,
            folder=folder.name,
            uid=one.uid,
            mail=replace(mail, thread=one.thread) if one.thread else mail,
            outgoing=folder.own or mail.sender.email == self._account.address.lower(),
            seen="\\seen" in one.flags,
            answered="\\answered" in one.flags,
            provider_id=one.provider_id,
        )


def sync(
    session: ImapSession,
    account: Account,
    reader: Reader,
    database: Database,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    wanted: Wanted | None = None,
) -> SyncResult:
    """One run of `Sync`."""
    made = Sync(session, account, reader, database, wanted or Wanted())
    return made.run(progress or Progress(), cancel or CancelToken())


def _portions(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), LISTED):
        yield uids[start : start + LISTED]


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
