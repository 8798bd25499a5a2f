"""The accounts' servers: signing in with what the keychain holds, past the guard, on the ledger. What is
asked of the network for a profile's mail is asked here."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.domain import AccountId
from core.errors import Cancelled, InputError, MailError, SignInRefused
from core.mail import drafts
from core.mail.clients import GivenClient, has_page, oauth_client
from core.mail.credentials import Credentials
from core.mail.drafts import Manner
from core.mail.folders import sent_folder
from core.mail.oauth import OAuth, OAuthClient, Show
from core.mail.reading import Reader
from core.mail.sync_result import SyncResult, Wanted
from core.privacy.egress import Guard, Ledger
from core.privacy.keychain import Keychain
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.messages import StoredMessage
from core.store.settings import Settings
from core.store.sync_state import SyncStateRepository
from core.tasks import CancelToken, Progress

if TYPE_CHECKING:  # late: the IMAP client and what it brings are 20 ms of every start
    from core.mail.imap import ImapSession, Note, Opened

MOST_CONNECTIONS = 4
WHILE_AWAY = 300.0  # seconds until a server that could not be reached is tried again
RENEWED = 25 * 60.0  # seconds of one IDLE; servers may hang up after 30 minutes (RFC 2177)
_SENT = "sent-folder/"  # key of the folder of sent mail that the user chose for an account


class Servers:
    """All raise MailError, and InputError for an unknown account."""

    def __init__(
        self,
        database: Database,
        keychain: Keychain,
        guard: Guard,
        ledger: Ledger,
        firm: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`firm`: the firm's way to sign in by a web page, by mail host; see Policy."""
        self._database, self._firm = database, firm or {}
        self._guard, self._ledger = guard, ledger
        self._oauth = OAuth(guard, ledger)
        self._credentials = Credentials(keychain, self._oauth)
        self._accounts = AccountRepository(database)
        self._jobs = JobRepository(database)
        self._states = SyncStateRepository(database)
        for account in self._served():
            guard.allow(account.host)

    def all(self) -> tuple[Account, ...]:
        """Those whose mail came from files too."""
        return self._accounts.all()

    def get(self, account: AccountId) -> Account:
        found = self._accounts.get(account)
        if found is None:
            raise InputError("There is no such account; 'longhand account list' shows which there are.")
        return found

    def add(self, account: Account, password: str) -> Account:
        """Signs in first: an account that cannot be reached is not kept. Its `id` is ignored."""
        stored = self._kept(replace(account, sign_in="password"), password)
        self._credentials.keep_password(stored, password)
        return stored

    def sign_in(self, account: Account, client: OAuthClient, show: Show, cancel: CancelToken) -> Account:
        """The same by the provider's web page, which `show` is to open. Raises Cancelled."""
        grant, access = self._oauth.sign_in(client, account.address, show, cancel)
        stored = self._kept(replace(account, sign_in="oauth"), access.token)
        self._credentials.keep_grant(stored, grant, access)
        return stored

    def client(self, host: str, given: GivenClient) -> OAuthClient:
        """Under which client id to `sign_in` at a mail server: one that is given or is the firm's."""
        return oauth_client(host, given, self._firm)

    def signs_in_by_page(self, host: str) -> tuple[bool, str]:
        """Whether one can sign in to a mail server by its provider's web page, and the firm's client id for
        it, where there is one."""
        return has_page(host, self._firm), self._firm.get(host.lower(), {}).get("client_id", "")

    def _kept(self, account: Account, secret: str) -> Account:
        """The account in the store, once the server has taken the secret."""
        from core.mail.imap import ImapSession

        before = self._accounts.by_address(account.address)
        self._guard.allow(account.host)
        try:
            ImapSession(account, secret, self._note(account.host, "sign-in")).close()
        except MailError:
            self._guard.disallow(account.host)
            raise
        stored = replace(account, id=self._accounts.add(account))
        if before and before.host:
            self._guard.disallow(before.host)
        return stored

    def test(self, account: AccountId) -> str:
        """Signs in, and says in a sentence what was found."""
        known = self._with_server(account)
        with self.session(known) as session:
            found = {"sent mail": self._found_sent(session, known), "drafts": session.find("Drafts")}
        missing = [name for name, folder in found.items() if folder is None]
        if missing:
            return f"Signed in; there is no folder of {' or '.join(missing)}."
        return "Signed in; all is there."

    def remove(self, account: Account) -> None:
        """What it signs in with, and its rows."""
        self._credentials.forget(account)
        self._jobs.clear(f"{_SENT}{account.id}")
        self._accounts.remove(account.id)
        if account.host:
            self._guard.disallow(account.host)

    def sync(
        self, reader: Reader, progress: Progress, cancel: CancelToken, settings: Settings | None = None
    ) -> SyncResult:
        """All accounts that have a server, one after another, over one connection each. Where a line breaks
        off or a server asks for a pause, it is tried again after a while."""
        served = self._served()
        if not served:
            raise InputError("There is no account to sync; add one with 'longhand account add'.")
        done = [self._sync_account(one, reader, progress, cancel, settings or Settings()) for one in served]
        return SyncResult(
            sum(one.sent for one in done),
            sum(one.received for one in done),
            sum(one.seconds for one in done),
            sum(one.unreadable for one in done),
        )

    def _sync_account(
        self, account: Account, reader: Reader, progress: Progress, cancel: CancelToken, settings: Settings
    ) -> SyncResult:
        from core.mail.patience import patiently
        from core.mail.sync import sync

        wanted = Wanted(settings.exclude, settings.sync, self.sent_folder(account.id))

        def once() -> SyncResult:
            with self.session(account) as session:
                return sync(session, account, reader, self._database, progress, cancel, wanted)

        return patiently(once, progress, cancel)

    def sent_folder(self, account: AccountId) -> str:
        """The folder of sent mail that the user chose; '' where it is found by itself."""
        return self._jobs.get(f"{_SENT}{account}", str) or ""

    def choose_sent_folder(self, account: AccountId, folder: str) -> None:
        """Raises InputError for one that is not on the server."""
        known = self._with_server(account)
        if folder not in self.folders(known.id):
            raise InputError("There is no such folder on the server; 'longhand account sent' lists them.")
        self._jobs.set(f"{_SENT}{account}", folder)

    def folders(self, account: AccountId) -> tuple[str, ...]:
        """All that can hold mail, by name."""
        with self.session(self._with_server(account)) as session:
            return tuple(folder.name for folder in session.folders() if folder.selectable)

    def wait_for_mail(self, cancel: CancelToken, seconds: float = RENEWED) -> None:
        """Returns when a server tells of new mail (IDLE), or after `seconds`: less than the half hour after
        which servers hang up on a client that only waits. Raises Cancelled. One connection an account,
        MOST_CONNECTIONS at most; the others are asked when the time is over."""
        news = threading.Event()
        stop = CancelToken()
        watched = self._served()[:MOST_CONNECTIONS]
        waiting = [
            threading.Thread(target=self._idle, args=(account, news, stop, seconds), daemon=True)
            for account in watched
        ]
        for thread in waiting:
            thread.start()
        until = time.monotonic() + seconds
        try:
            while not news.wait(0.2) and time.monotonic() < until:
                cancel.check()
        finally:
            stop.cancel()
            for thread in waiting:
                thread.join()

    def _idle(self, account: Account, news: threading.Event, stop: CancelToken, seconds: float) -> None:
        until = time.monotonic() + min(seconds, WHILE_AWAY)
        try:
            with self.session(account) as session:
                if self._has_come(account, session.examine("INBOX")) or session.idle(stop, seconds):
                    news.set()
        except Cancelled:
            return
        except MailError:  # the next sync tells what is wrong, or finds the line mended
            while not stop.cancelled and time.monotonic() < until:
                time.sleep(0.2)
            news.set()

    def _has_come(self, account: Account, opened: "Opened") -> bool:
        """Whether there is mail that came since the last sync, before there was anybody to be told of it."""
        state = self._states.get(account.id, "INBOX")
        if state is None or state.uidvalidity != opened.uidvalidity:
            return False
        return opened.uidnext > state.last_uid + 1

    def save_draft(self, message: StoredMessage, text: str, manner: Manner, create: bool) -> int | None:
        """The reply to `message`, in the Drafts folder in place of an earlier one; its UID there, None
        where the server does not tell. `create` makes a missing folder."""
        account = self.get(message.account)
        if not account.host:
            raise InputError("This mail came from a file and has no server to save drafts to.")
        raw = drafts.compose_reply(message.mail, text, manner)
        key, new = f"drafts/{message.id}", drafts.message_id_of(raw)
        earlier = self._jobs.get(key, tuple[str, ...]) or ()
        # Written down first: a draft that was saved just before a kill is found and replaced next time.
        self._jobs.set(key, (*earlier, new))
        with self.session(account) as session:
            saved = drafts.save(session, raw, earlier, create=create)
        self._jobs.set(key, (*saved.left, new))
        return saved.uid

    def save_new(
        self, account: AccountId, raw: bytes, replaces: tuple[str, ...], create: bool
    ) -> tuple[str, ...]:
        """A new mail, in the Drafts folder in place of those with the Message-IDs `replaces`; the
        Message-IDs that the next one would replace. `create` makes a missing folder."""
        known = self.get(account)
        if not known.host:
            raise InputError("This account's mail came from files; it has no server to save drafts to.")
        with self.session(known) as session:
            saved = drafts.save(session, raw, replaces, create=create)
        return (*saved.left, drafts.message_id_of(raw))

    def raw(self, message: StoredMessage) -> bytes:
        """A stored message as it lies on the server, without attachments."""
        account = self.get(message.account)
        if not account.host or message.uid is None:
            raise InputError("This mail came from a file, of which only the text is kept.")
        state = self._states.get(account.id, message.folder)
        with self.session(account) as session:
            opened = session.examine(message.folder)
            same = state is not None and state.uidvalidity == opened.uidvalidity
            found = session.fetch([message.uid], large=[message.uid]) if same else []
        if not found:
            raise MailError("This mail no longer lies where it was on the server; sync, then try again.")
        return found[0].raw

    def draft_uids(self) -> tuple[int, ...]:
        """What is in the Drafts folder of every account that has one."""
        found: list[int] = []
        for account in self._served():
            with self.session(account) as session:
                if folder := session.find("Drafts"):
                    session.examine(folder)
                    found += session.uids_after(0)
        return tuple(found)

    @contextmanager
    def session(self, account: Account) -> "Iterator[ImapSession]":
        with self._signed_in(account) as session:
            yield session

    def _signed_in(self, account: Account) -> "ImapSession":
        from core.mail.imap import ImapSession

        secret = self._credentials.secret(account)
        try:
            return ImapSession(account, secret, self._note(account.host, "mail"))
        except SignInRefused:  # a provider may end a token before its time
            if not self._credentials.renew(account, secret):
                raise
            return ImapSession(account, self._credentials.secret(account), self._note(account.host, "mail"))

    def _found_sent(self, session: "ImapSession", account: Account) -> str | None:
        try:
            return sent_folder(session, session.folders(), account.address, self.sent_folder(account.id))
        except MailError:
            return None

    def _with_server(self, account: AccountId) -> Account:
        known = self.get(account)
        if not known.host:
            raise InputError("This account's mail came from files; it has no server to sign in to.")
        return known

    def _served(self) -> list[Account]:
        return [account for account in self._accounts.all() if account.host]

    def _note(self, host: str, purpose: str) -> "Note":
        return lambda out, into: self._ledger.note(host, purpose, out, into)
