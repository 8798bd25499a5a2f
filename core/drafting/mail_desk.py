"""The mail of a profile as its owner sees it: brought in from servers and files, and read."""

from pathlib import Path

from core.domain import AccountId, MessageId
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox
from core.engine.reader import Reader
from core.errors import InputError
from core.mail.importer import Importer, ImportResult, check_mail, guess_owner
from core.mail.servers import Servers
from core.mail.sync_result import SyncResult
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.kept_settings import KeptSettings
from core.store.messages import ALL, MessageRepository, StoredMessage, Wanted
from core.tasks import CancelToken, Progress


class MailDesk:
    """All methods that take a message raise InputError for an unknown one. When mail came, measured style is
    counted at once."""

    def __init__(
        self, database: Database, settings: KeptSettings, servers: Servers, reader: Reader, mailbox: Mailbox
    ) -> None:
        self._database, self._settings = database, settings
        self._servers, self._reader, self._mailbox = servers, reader, mailbox
        self._accounts, self._messages = AccountRepository(database), MessageRepository(database)

    def sync(self, progress: Progress, cancel: CancelToken) -> SyncResult:
        """All accounts that have a server. Raises MailError."""
        try:
            return self._servers.sync(self._reader, progress, cancel, self._settings.now)
        finally:
            self._refresh()

    def import_path(self, path: Path, progress: Progress, cancel: CancelToken, own: str = "") -> ImportResult:
        """Mail from files. `own`: the user's address, told from the mail itself where it is empty.
        Raises InputError."""
        check_mail(path)  # before there is an account for it
        address = (own or guess_owner(path, self._reader)).lower()
        if not address:
            raise InputError("Whose mail this is cannot be told; name your address with --own.")
        known = self._accounts.by_address(address)
        account = known.id if known else self._accounts.add(_fileless(address))
        addresses = frozenset(one.address for one in self._accounts.all())
        try:
            importer = Importer(self._database, self._reader, self._settings.now.exclude)
            return importer.run(path, account, addresses, progress, cancel)
        finally:
            self._refresh()

    def waiting(self, limit: int = 50, offset: int = 0, wanted: Wanted = ALL) -> tuple[StoredMessage, ...]:
        """Received from people and not answered yet, newest first."""
        return self._messages.waiting(limit, offset, wanted)

    def waiting_count(self, wanted: Wanted = ALL) -> int:
        return self._messages.waiting_count(wanted)

    def search(self, text: str, limit: int = 50) -> tuple[StoredMessage, ...]:
        return self._messages.search(text, limit)

    def get(self, message: MessageId) -> StoredMessage:
        return self._mailbox.message(message)

    def by_header(self, message_id: str) -> StoredMessage:
        """By its Message-ID header."""
        found = self._messages.by_header(message_id)
        if found is None:
            raise InputError("There is no message with this Message-ID in the profile; sync first.")
        return found

    def thread(self, message: MessageId) -> tuple[StoredMessage, ...]:
        """The message and what stood before it, oldest first."""
        return self._mailbox.thread(message)

    def page(self, message: MessageId, cancel: CancelToken | None = None) -> str:
        """A message as its sender laid it out, fetched anew: HTML that is safe to show and loads nothing; ''
        where it has none. Raises MailError."""
        return self._reader.page(self._servers.raw(self.get(message)), cancel)

    def own_addresses(self) -> frozenset[str]:
        """All that the user has, or has sent mail from."""
        return self._mailbox.own_addresses()

    def _refresh(self) -> None:
        """Pairs the mail anew and counts the measured style, after mail came or went."""
        self._mailbox.pair(self._settings.now.exclude)
        Rules(self._database).refresh()


def _fileless(address: str) -> Account:
    """The account of mail that came from files."""
    return Account(AccountId(0), address, "", "", 0, "implicit", address)
