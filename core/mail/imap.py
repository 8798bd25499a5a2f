"""One signed-in IMAP connection, as Longhand is allowed to use it: TLS or loopback, read-only everywhere
but in the Drafts folder. Every failure leaves as a MailError with a sentence for the user."""

import contextlib
import imaplib
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from core.errors import MailError
from core.mail.drafts import message_id_of
from core.mail.fetch_answers import Answers, fetch_answers
from core.store.accounts import Account

CONNECT_SECONDS, READ_SECONDS = 20.0, 60.0
LARGEST_FETCH = 1_000_000  # bytes of one message; beyond that are attachments
Note = Callable[[int, int], None]  # bytes out, bytes in: the egress ledger's entry, made at the end

# Folder names where a server gives no RFC 6154 attributes; lower case, the last part of the path.
_NAMES = {
    "Sent": "sent|sent mail|sent items|sent messages|gesendet|gesendete elemente|gesendete objekte|envoyés|"
    "éléments envoyés|messages envoyés|enviados|elementos enviados|posta inviata|inviati|verzonden|"
    "verzonden items|verzonden berichten|skickat|skickade objekt|sendt|sendte elementer|wysłane|"
    "elementy wysłane|itens enviados|отправленные|odeslané|lähetetyt",
    "Drafts": "drafts|draft|entwürfe|brouillons|borradores|bozze|concepten|utkast|kladder|wersje robocze|"
    "szkice|rascunhos|черновики|koncepty|luonnokset",
}


@dataclass(frozen=True)
class Folder:
    """`use` is the RFC 6154 name without its backslash (Sent, Drafts, All, ...), or empty."""

    name: str
    use: str
    selectable: bool


@dataclass(frozen=True)
class Opened:
    uidvalidity: int
    messages: int


@dataclass(frozen=True)
class Fetched:
    uid: int
    raw: bytes
    flags: frozenset[str]


class ImapSession:
    """Connects and signs in when made; a context manager. One thread at a time, but `abort` may come
    from another. Raises MailError: TLS refused, server away, sign-in refused."""

    def __init__(self, account: Account, password: str, note: Note | None = None) -> None:
        self._account = account
        self._note = note
        self._sent_bytes = self._read_bytes = 0
        with self._speaking():
            self._client = _connect(account)
            try:
                self._sign_in(password)
            except BaseException:
                _hang_up(self._client)
                raise

    def __enter__(self) -> "ImapSession":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Signs out if the connection still stands; never raises."""
        with contextlib.suppress(IMAPClientError, imaplib.IMAP4.error, OSError, ValueError):
            self._client.logout()
        _hang_up(self._client)
        if self._note is not None:
            self._note(self._sent_bytes, self._read_bytes)
            self._note = None

    def abort(self) -> None:
        """Cuts the connection, so that whatever waits for the server ends at once with a MailError."""
        with contextlib.suppress(OSError, AttributeError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def folders(self) -> tuple[Folder, ...]:
        with self._speaking():
            listed = self._client.list_folders()
        found = [
            Folder(_text(name), _use(flags), not any(flag.lower() in _CLOSED for flag in flags))
            for flags, _, name in listed
        ]
        return tuple(sorted(found, key=lambda folder: folder.name))

    def find(self, use: str) -> str | None:
        """The folder of a use ('Sent', 'Drafts'), by attribute, else by a name mail programs give it."""
        folders = [folder for folder in self.folders() if folder.selectable]
        by_use = next((folder.name for folder in folders if folder.use == use), None)
        names = _NAMES.get(use, "").split("|")
        by_name = (folder.name for folder in folders if re.split(r"[/.]", folder.name)[-1].lower() in names)
        return by_use or next(by_name, None)

    def examine(self, folder: str) -> Opened:
        """Opens a folder read-only (EXAMINE)."""
        with self._speaking():
            told = self._client.select_folder(folder, readonly=True)
        return Opened(int(told[b"UIDVALIDITY"]), int(told[b"EXISTS"]))

    def uids_after(self, uid: int) -> list[int]:
        """UIDs above `uid` in the open folder, ascending."""
        with self._speaking():
            found = self._client.search(["UID", f"{uid + 1}:*"])
        # `*` is the last message even where it lies below the range (RFC 3501, 6.4.8).
        return sorted(one for one in map(int, found) if one > uid)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        told = self._fetch(uids, "RFC822.SIZE")
        return {uid: int(items.get(b"RFC822.SIZE", 0)) for uid, items in told.items()}

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """The messages (their first LARGEST_FETCH bytes) with their flags; leaves \\Seen as it is. A
        message deleted meanwhile is left out."""
        told = self._fetch(uids, f"BODY.PEEK[]<0.{LARGEST_FETCH}>", "FLAGS")
        made = [_fetched(uid, items) for uid, items in told.items()]
        found = sorted((one for one in made if one is not None), key=lambda one: one.uid)
        self._read_bytes += sum(len(one.raw) for one in found)
        return found

    def _fetch(self, uids: Sequence[int], *items: str) -> Answers:
        """The items of these messages of the open folder, less what the server tells of others unasked."""
        if not uids:
            return {}
        with self._speaking():
            # Not the client's own fetch: it takes no ranges of UIDs, and reads the answers slowly.
            wanted = [ranges(uids).encode(), f"({' '.join(items)})".encode()]
            told = fetch_answers(self._client._raw_command_untagged(b"FETCH", wanted))
        asked = set(uids)
        return {uid: found for uid, found in told.items() if uid in asked}

    def append_draft(self, folder: str, raw: bytes) -> int | None:
        """Adds a draft; its UID where the server tells it (UIDPLUS), else found by its Message-ID."""
        with self._speaking():
            told = self._client.append(folder, raw, [b"\\Draft", b"\\Seen"])
        self._sent_bytes += len(raw)
        match = re.search(rb"APPENDUID \d+ (\d+)", told if isinstance(told, bytes) else b"")
        return int(match.group(1)) if match else self.find_draft(folder, message_id_of(raw))

    def can_replace(self) -> bool:
        """Whether the server can remove one message by its UID alone (UIDPLUS)."""
        with self._speaking():
            return bool(self._client.has_capability("UIDPLUS"))

    def find_draft(self, folder: str, message_id: str) -> int | None:
        """The UID of the newest message with this Message-ID."""
        if not message_id:
            return None
        with self._speaking():
            self._client.select_folder(folder, readonly=True)
            found = self._client.search(["HEADER", "Message-ID", message_id])
        return max(map(int, found), default=None)

    def remove_draft(self, folder: str, uid: int, message_id: str) -> bool:
        """Removes one draft by UID EXPUNGE, only if that UID still holds that message and is a draft."""
        with self._speaking():
            self._client.select_folder(folder)
            told = self._client.fetch([uid], ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", "FLAGS"])
            items = told.get(uid, {})
            head = b"".join(value for key, value in items.items() if key.startswith(b"BODY"))
            if b"\\Draft" not in items.get(b"FLAGS", ()) or message_id.encode() not in head:
                return False
            self._client.add_flags([uid], [b"\\Deleted"], silent=True)
            self._client.uid_expunge([uid])
            self._client.unselect_folder() if self._client.has_capability("UNSELECT") else None
            return True

    def create(self, folder: str) -> None:
        """Makes a folder; only when the user asked for it."""
        with self._speaking():
            self._client.create_folder(folder)

    def _sign_in(self, password: str) -> None:
        try:
            if password.isascii() and self._account.user.isascii():
                self._client.login(self._account.user, password)
            else:  # LOGIN is ASCII alone (RFC 3501); SASL PLAIN is UTF-8
                self._client.plain_login(self._account.user, password)
        except LoginError as error:
            raise MailError(_REFUSED) from error

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turns what the library and the socket raise into one sentence, its cause kept for the debugger
        but not its text: a server may quote mail in it."""
        try:
            yield
        except (IMAPClientError, imaplib.IMAP4.error, OSError, ValueError, KeyError, AssertionError) as error:
            raise MailError(_sentence(error)) from None


_CLOSED = (b"\\noselect", b"\\nonexistent")
_REFUSED = (
    "The mail server refused the user name or the password; check both with `longhand account add` (many"
    " providers want an app password)."
)


def ranges(uids: Sequence[int]) -> str:
    """Ascending UIDs as IMAP writes a set, `1:3,7`: servers may refuse long lines (RFC 7162, 4)."""
    parts: list[list[int]] = []
    for uid in uids:
        if parts and parts[-1][1] == uid - 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in parts)


def _connect(account: Account) -> IMAPClient:
    if account.tls == "none" and not _is_loopback(account.host):
        raise MailError("Mail without TLS is possible on this machine alone; choose TLS for this account.")
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # below that it logs user names and mail
    timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
    context = None if account.tls == "none" else ssl.create_default_context()
    implicit = account.tls == "implicit"
    client = IMAPClient(
        account.host, account.port, ssl=implicit, ssl_context=context if implicit else None, timeout=timeout
    )
    client._imap.debug = 0  # the library sets 5, and imaplib then keeps a log of commands
    if account.tls == "starttls":
        try:
            client.starttls(context)
        except BaseException:
            _hang_up(client)
            raise
    return client


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hang_up(client: IMAPClient) -> None:
    with contextlib.suppress(OSError, AttributeError, imaplib.IMAP4.error):
        client.shutdown()


def _sentence(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The mail server's certificate could not be verified; check the server's name in the account."
    if isinstance(error, ssl.SSLError):
        return "No secure connection to the mail server could be made; check the port and the TLS setting."
    if isinstance(error, (CapabilityError, imaplib.IMAP4.readonly)):
        return "The mail server cannot do what was asked of it; check the TLS setting of the account."
    if isinstance(error, socket.gaierror):
        return "The mail server's name was not found; check the account and the network."
    if isinstance(error, (TimeoutError, ConnectionRefusedError)):
        return "The mail server does not answer; check the network and the account, then try again."
    if isinstance(error, (OSError, imaplib.IMAP4.abort)):
        return "The connection to the mail server broke off; try again, what was synced is kept."
    return "The mail server gave an answer that Longhand does not understand; try again later."


def _use(flags: Sequence[bytes]) -> str:
    known = ("Sent", "Drafts", "Trash", "Junk", "Archive", "All", "Flagged")
    names = {flag.decode("ascii", "replace").lstrip("\\").lower() for flag in flags}
    return next((use for use in known if use.lower() in names), "")


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _fetched(uid: int, items: dict[bytes, Any]) -> Fetched | None:
    raw = next((value for key, value in items.items() if key.startswith(b"BODY[]")), None)
    if not isinstance(raw, bytes):
        return None
    return Fetched(uid, raw, frozenset(_text(flag).lower() for flag in items.get(b"FLAGS", ())))
