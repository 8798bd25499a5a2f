"""One signed-in IMAP connection, as Longhand is allowed to use it: TLS or loopback, read-only everywhere
but in the Drafts folder. Every failure leaves as a MailError with a sentence for the user."""

import contextlib
import imaplib
import re
import socket
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any

from imapclient import imap_utf7
from imapclient.exceptions import IMAPClientError, ProtocolError

from core.mail.drafts import message_id_of
from core.mail.fetch_answers import Answers, fetch_answers
from core.mail.folders import Folder, by_use, use_of
from core.mail.imap_connection import NOT_UNDERSTOOD, UnreadableAnswer, connected, hang_up, speaking
from core.mail.structure import rebuilt, sections
from core.store.accounts import Account
from core.tasks import CancelToken

LARGEST_FETCH = 1_000_000  # bytes of one message; beyond that are attachments
_LOOK = 0.5  # seconds between looks at the cancel token
_CLOSED = (b"\\noselect", b"\\nonexistent")
Note = Callable[[int, int], None]  # bytes out, bytes in: the egress ledger's entry, made at the end


@dataclass(frozen=True)
class Opened:
    """`uidnext` is above every UID there; `modseq` changes with every flag (RFC 7162), 0 where the server
    does not tell it. 0 for a `uidnext` that is not told."""

    uidvalidity: int
    messages: int
    uidnext: int = 0
    modseq: int = 0


@dataclass(frozen=True)
class Fetched:
    """`thread` and `provider_id` are Gmail's X-GM-THRID and X-GM-MSGID, '' elsewhere."""

    uid: int
    raw: bytes
    flags: frozenset[str]
    thread: str = ""
    provider_id: str = ""


@dataclass(frozen=True)
class Labelled:
    """What Gmail says of a message: its number, the same in every folder, and its labels, which are the
    folders it lies in: '\\Inbox', '\\Sent' and the like, and names. The folder at hand is left out."""

    provider_id: str
    labels: frozenset[str]


class ImapSession:
    """Connects and signs in when made; a context manager. One thread at a time, but `abort` may come
    from another. `secret`: the password, or an access token where the account signs in by OAuth. Raises
    MailError: TLS refused, server away; SignInRefused."""

    def __init__(self, account: Account, secret: str, note: Note | None = None) -> None:
        self._note = note
        self._sent_bytes = self._read_bytes = 0
        self._client = connected(account, secret)

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
        hang_up(self._client)
        if self._note is not None:
            self._note(self._sent_bytes, self._read_bytes)
            self._note = None

    def abort(self) -> None:
        """Cuts the connection, so that whatever waits for the server ends at once with a MailError."""
        with contextlib.suppress(OSError, AttributeError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def folders(self) -> tuple[Folder, ...]:
        with speaking():
            listed = self._client.list_folders()
        found = [
            Folder(_text(name), use_of(flags), not any(flag.lower() in _CLOSED for flag in flags))
            for flags, _, name in listed
        ]
        return tuple(sorted(found, key=lambda folder: folder.name))

    def find(self, use: str) -> str | None:
        """The folder of a use ('Sent', 'Drafts'), by attribute, else by a name mail programs give it."""
        return by_use(self.folders(), use)

    def examine(self, folder: str) -> Opened:
        """Opens a folder read-only (EXAMINE), with CONDSTORE where the server has it."""
        with speaking():
            name = self._client._normalise_folder(folder)
            # As a parameter (RFC 7162, 3.1.8) it spares the round trip of an ENABLE; the client has none.
            if self._client.has_capability("CONDSTORE"):
                name += b" (CONDSTORE)"
            self._client._command_and_check("select", name, True)
            told = self._client._process_select_response(self._client._imap.untagged_responses)
        return Opened(
            int(told[b"UIDVALIDITY"]),
            int(told[b"EXISTS"]),
            int(told.get(b"UIDNEXT", 0)),
            int(told.get(b"HIGHESTMODSEQ", 0)),
        )

    def uids_after(self, uid: int, since: date | None = None) -> list[int]:
        """UIDs above `uid` in the open folder, ascending; only of mail that came `since` that day."""
        criteria: list[str | date] = ["UID", f"{uid + 1}:*"]
        with speaking():
            found = self._client.search([*criteria, "SINCE", since] if since else criteria)
        # `*` is the last message even where it lies below the range (RFC 3501, 6.4.8).
        return sorted(one for one in map(int, found) if one > uid)

    def headers(self, uids: Sequence[int], name: str) -> dict[int, str]:
        """One header of each message, undecoded; '' where it is not there."""
        told = self._fetch(uids, f"BODY.PEEK[HEADER.FIELDS ({name})]")
        return {uid: _header_value(items) for uid, items in told.items()}

    def flags(self, uids: Sequence[int], since: int = 0) -> dict[int, frozenset[str]]:
        """Lower-case flags; only of those changed since a `modseq` where one is given."""
        told = self._fetch(uids, "FLAGS", changed_since=since)
        return {uid: _flags(items) for uid, items in told.items() if b"FLAGS" in items}

    @property
    def is_gmail(self) -> bool:
        """Whether the server has Gmail's extensions (X-GM-EXT-1)."""
        return self._has("X-GM-EXT-1")

    def labelled(self, uids: Sequence[int]) -> dict[int, Labelled]:
        """Of a server that is Gmail's."""
        told = self._fetch(uids, "X-GM-MSGID", "X-GM-LABELS")
        return {
            uid: Labelled(_number(items, b"X-GM-MSGID"), frozenset(_labels(items)))
            for uid, items in told.items()
        }

    def structures(self, uids: Sequence[int]) -> dict[int, Any]:
        """BODYSTRUCTURE as the library reads it; without those it cannot read."""
        found = {}
        for uid in uids:
            with contextlib.suppress(UnreadableAnswer):
                found[uid] = self._fetch([uid], "BODYSTRUCTURE")[uid][b"BODYSTRUCTURE"]
        return found

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        told = self._fetch(uids, "RFC822.SIZE")
        return {uid: int(items.get(b"RFC822.SIZE", 0)) for uid, items in told.items()}

    def fetch(self, uids: Sequence[int], large: Collection[int] = ()) -> list[Fetched]:
        """The messages with their flags; leaves \\Seen as it is. Of `large` ones only headers and text, no
        attachment (their first LARGEST_FETCH bytes where the server does not say how they are built). A
        message deleted meanwhile is left out."""
        made = self._whole([uid for uid in uids if uid not in large])
        known = self.structures([uid for uid in uids if uid in large])
        made += self._whole([uid for uid in uids if uid in large and uid not in known])
        made += [one for uid, built in known.items() if (one := self._without_attachments(uid, built))]
        self._read_bytes += sum(len(one.raw) for one in made)
        return sorted(made, key=lambda one: one.uid)

    def _whole(self, uids: Sequence[int]) -> list[Fetched]:
        if not uids:
            return []
        told = self._fetch(uids, f"BODY.PEEK[]<0.{LARGEST_FETCH}>", *self._beside())
        found = ((uid, items.get(b"BODY[]"), items) for uid, items in told.items())
        return [_fetched(uid, raw, items) for uid, raw, items in found if isinstance(raw, bytes)]

    def _beside(self) -> tuple[str, ...]:
        """What is fetched with a message."""
        return ("FLAGS", "X-GM-MSGID", "X-GM-THRID") if self.is_gmail else ("FLAGS",)

    def _without_attachments(self, uid: int, structure: Any) -> Fetched | None:
        wanted = sections(structure)
        items = [f"BODY.PEEK[{name}]<0.{LARGEST_FETCH}>" for name in ("HEADER", *wanted)]
        told = self._fetch([uid], *items, *self._beside()).get(uid)
        if told is None:
            return None
        # The library keeps the origin, BODY[1]<0>, in the name; an absent part is NIL.
        parts = {
            key[5 : key.index(b"]")].decode("ascii", "replace"): value
            for key, value in told.items()
            if key.startswith(b"BODY[") and isinstance(value, bytes)
        }
        return _fetched(uid, rebuilt(parts.pop("HEADER", b""), structure, parts), told)

    def _fetch(self, uids: Sequence[int], *items: str, changed_since: int = 0) -> Answers:
        """The items of these messages of the open folder, less what the server tells of others unasked."""
        if not uids:
            return {}
        # Not the client's own fetch: it takes no ranges of UIDs, and reads the answers slowly.
        wanted = [ranges(uids).encode(), f"({' '.join(items)})".encode()]
        if changed_since:
            wanted.append(b"(CHANGEDSINCE %d)" % changed_since)
        with speaking():
            data = self._client._raw_command_untagged(b"FETCH", wanted)
            try:
                told = fetch_answers(data)
            except (ProtocolError, ValueError):
                raise UnreadableAnswer(NOT_UNDERSTOOD) from None
        asked = set(uids)
        return {uid: found for uid, found in told.items() if uid in asked}

    def idle(self, cancel: CancelToken, seconds: float) -> bool:
        """Waits in the open folder for the server to tell of new mail, `seconds` at most (RFC 2177: less
        than 29 minutes). Whether it did; False too where the server cannot IDLE. Raises Cancelled."""
        if not self._has("IDLE"):
            return False
        until = time.monotonic() + seconds
        news = False
        with speaking():
            self._client.idle()
            while not news and not cancel.cancelled and time.monotonic() < until:
                told = self._client.idle_check(timeout=_LOOK)
                news = any(len(one) > 1 and one[1] == b"EXISTS" for one in told)
                if any(one[:1] == (b"BYE",) for one in told):
                    raise imaplib.IMAP4.abort("BYE")
            self._client.idle_done()
        cancel.check()
        return news

    def _has(self, capability: str) -> bool:
        with speaking():
            return bool(self._client.has_capability(capability))

    def append_draft(self, folder: str, raw: bytes) -> int | None:
        """Adds a draft; its UID where the server tells it (UIDPLUS), else found by its Message-ID."""
        with speaking():
            told = self._client.append(folder, raw, [b"\\Draft", b"\\Seen"])
        self._sent_bytes += len(raw)
        match = re.search(rb"APPENDUID \d+ (\d+)", told if isinstance(told, bytes) else b"")
        return int(match.group(1)) if match else self.find_draft(folder, message_id_of(raw))

    def can_replace(self) -> bool:
        """Whether the server can remove one message by its UID alone (UIDPLUS)."""
        return self._has("UIDPLUS")

    def find_draft(self, folder: str, message_id: str) -> int | None:
        """The UID of the newest message with this Message-ID."""
        if not message_id:
            return None
        with speaking():
            self._client.select_folder(folder, readonly=True)
            found = self._client.search(["HEADER", "Message-ID", message_id])
        return max(map(int, found), default=None)

    def remove_draft(self, folder: str, uid: int, message_id: str) -> bool:
        """Removes one draft by UID EXPUNGE, only if that UID still holds that message and is a draft."""
        with speaking():
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
        with speaking():
            self._client.create_folder(folder)


def ranges(uids: Sequence[int]) -> str:
    """Ascending UIDs as IMAP writes a set, `1:3,7`: servers may refuse long lines (RFC 7162, 4)."""
    parts: list[list[int]] = []
    for uid in uids:
        if parts and parts[-1][1] == uid - 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in parts)


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _flags(items: dict[bytes, Any]) -> frozenset[str]:
    return frozenset(_text(flag).lower() for flag in items.get(b"FLAGS", ()))


def _fetched(uid: int, raw: bytes, items: dict[bytes, Any]) -> Fetched:
    return Fetched(uid, raw, _flags(items), _number(items, b"X-GM-THRID"), _number(items, b"X-GM-MSGID"))


def _number(items: dict[bytes, Any], name: bytes) -> str:
    """One of Gmail's numbers; '' where it is not there."""
    value = items.get(name)
    return str(value) if isinstance(value, int) else ""


def _labels(items: dict[bytes, Any]) -> Iterator[str]:
    """Names of folders are in IMAP's own UTF-7 here as well."""
    for label in items.get(b"X-GM-LABELS") or ():
        if isinstance(label, bytes):
            with contextlib.suppress(ValueError):
                yield str(imap_utf7.decode(label))
        else:  # a label of digits
            yield str(label)


def _header_value(items: dict[bytes, Any]) -> str:
    raw = next((one for key, one in items.items() if key.startswith(b"BODY[")), b"")
    value = raw.partition(b":")[2] if isinstance(raw, bytes) else b""
    return " ".join(value.decode("utf-8", "replace").split())
