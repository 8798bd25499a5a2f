"""Messages as the reader understood them, and the search over them. Raw mail is not kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain import AccountId, Address, MessageId, ParsedMail
from core.store.codec import from_json, to_json, to_seconds
from core.store.database import Database, Row

MOST_RANKED = 1000  # matches of a search


@dataclass(frozen=True)
class NewMessage:
    """A message as sync or import hands it over. `outgoing`: the user wrote it. `uid` is None for
    mail imported from files. `provider_id`: under which number its provider has it in every folder, where it
    says so (Gmail)."""

    account: AccountId
    folder: str
    uid: int | None
    mail: ParsedMail
    outgoing: bool
    seen: bool = True
    answered: bool = False
    provider_id: str = ""


@dataclass(frozen=True)
class StoredMessage:
    id: MessageId
    account: AccountId
    folder: str
    uid: int | None
    mail: ParsedMail
    outgoing: bool
    seen: bool
    answered: bool


@dataclass(frozen=True)
class Wanted:
    """Which of the messages that wait: of an account, unread, with one of these addresses in To, among
    these."""

    account: AccountId | None = None
    unread: bool = False
    to: frozenset[str] | None = None
    among: frozenset[MessageId] | None = None

    def condition(self) -> tuple[str, tuple[str | int, ...]]:
        """SQL to follow WHERE ... and its values."""
        sql = ""
        values: list[str | int] = []
        if self.account is not None:
            sql += " AND account = ?"
            values.append(self.account)
        if self.unread:
            sql += " AND NOT seen"
        if self.to is not None:
            sql += (
                " AND EXISTS (SELECT 1 FROM json_each(messages.mail_json, '$.to') AS one"
                " WHERE json_extract(one.value, '$.email') IN (SELECT value FROM json_each(?)))"
            )
            values.append(json.dumps(sorted(self.to)))
        if self.among is not None:
            sql += " AND id IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(sorted(self.among)))
        return sql, tuple(values)


ALL = Wanted()


class MessageRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_batch(self, messages: Iterable[NewMessage]) -> tuple[MessageId, ...]:
        """Stores what is not stored yet, in one transaction, and returns the ids of the new ones.
        A message of the same account and Message-ID is not stored twice; its flags are brought up to
        date."""
        added: list[MessageId] = []
        with self._database.transaction():
            own = self._own()
            for message in messages:
                new = self._insert(message, own)
                if new is None:
                    self._refresh(message)
                else:
                    added.append(new)
        return tuple(added)

    def get(self, message: MessageId) -> StoredMessage | None:
        return self._one("WHERE id = ?", message)

    def by_header(self, message_id: str, account: AccountId | None = None) -> StoredMessage | None:
        """By the Message-ID header, of one account or any."""
        if account is None:
            return self._one("WHERE identity = ? ORDER BY id LIMIT 1", message_id)
        return self._one("WHERE identity = ? AND account = ?", message_id, account)

    def search(self, text: str, limit: int = 50) -> tuple[StoredMessage, ...]:
        """Messages holding all words of `text` (the last one may be a beginning), best first; the newest
        first where there are so many that no order by words would tell them apart."""
        words = _words(text)
        if not words:
            return ()
        query = " ".join(f'"{word}"' for word in words)
        if len(words[-1]) > 1:  # one letter begins so many words that finding them takes seconds
            query += "*"
        return self._many(_NEWEST if self._finds_many(query) else _BEST, query, limit)

    def _finds_many(self, query: str) -> bool:
        """Ranking reads every match, which takes longer than a person waits where there are thousands."""
        return self._number(_MATCHES, query, MOST_RANKED + 1) > MOST_RANKED

    def waiting(self, limit: int = 50, offset: int = 0, wanted: Wanted = ALL) -> tuple[StoredMessage, ...]:
        """Written by a person to the user (To or Cc), the last of its thread and not answered yet, newest
        first. An automatic notice after it is no part of the conversation; what the user wrote is."""
        sql, values = wanted.condition()
        rest = f"{_WAITING}{sql} ORDER BY date DESC, id DESC LIMIT ? OFFSET ?"
        return self._many(rest, *values, limit, offset)

    def waiting_count(self, wanted: Wanted = ALL) -> int:
        sql, values = wanted.condition()
        return self._number(f"{_COUNT} {_WAITING}{sql}", *values)

    def sent(self) -> tuple[StoredMessage, ...]:
        """All the user wrote, oldest first."""
        return self._many("WHERE outgoing ORDER BY date, id")

    def replies(self, account: AccountId, newest: int) -> tuple[tuple[StoredMessage, StoredMessage], ...]:
        """The newest the user sent in reply to a stored message, each with that message."""
        sent = self._many(
            "WHERE outgoing AND account = ? AND in_reply_to != '' ORDER BY date DESC, id DESC LIMIT ?",
            account,
            newest,
        )
        asked = ((one, self.by_header(one.mail.in_reply_to, account)) for one in sent)
        return tuple((one, before) for one, before in asked if before and not before.outgoing)

    def own_addresses(self, account: AccountId, least: int) -> dict[str, str]:
        """The addresses the user sent at least so many mails from, with the name that stood there last."""
        rows = self._database.read(
            "SELECT sender_email, sender_name, max(date) FROM messages WHERE outgoing AND account = ?"
            " AND sender_email != '' GROUP BY sender_email HAVING count(*) >= ?",
            (account, least),
        )
        return {row[0]: row[1] for row in rows}

    def note_own(self, own: frozenset[str]) -> None:
        """By which addresses a message is to the user. Where they are others than before, the messages that
        are stored are looked at again: a second or two for a hundred thousand."""
        if own == {row[0] for row in self._database.read("SELECT email FROM own_addresses")}:
            return
        with self._database.transaction():
            self._database.write("DELETE FROM own_addresses")
            self._database.write_many(
                "INSERT INTO own_addresses (email) VALUES (?)", [(one,) for one in sorted(own)]
            )
            # Only what changes is written: a row holds its whole text.
            self._database.write(_NOW_TO_ME)
            self._database.write(_NO_LONGER_TO_ME)

    def received(self) -> tuple[StoredMessage, ...]:
        """All the user got, oldest first."""
        return self._many("WHERE NOT outgoing ORDER BY date, id")

    def all(self) -> tuple[StoredMessage, ...]:
        """Oldest first."""
        return self._many("ORDER BY date, id")

    def people(self) -> tuple[Address, ...]:
        """Everyone who wrote to the user, and to whom the user wrote."""
        rows = self._database.read(
            "SELECT sender_name, sender_email FROM messages UNION SELECT"
            " json_extract(one.value, '$.name'), json_extract(one.value, '$.email')"
            " FROM messages, json_each(messages.mail_json, '$.to') AS one WHERE outgoing"
        )
        return tuple(Address(*row) for row in rows)

    def uids(self, account: AccountId, folder: str, above: int = 0) -> frozenset[int]:
        """Of the messages stored from a folder, as far as they are known."""
        rows = self._database.read(
            "SELECT uid FROM messages WHERE account = ? AND folder = ? AND uid > ?", (account, folder, above)
        )
        return frozenset(row[0] for row in rows)

    def known_to_provider(self, account: AccountId, ids: Sequence[str]) -> frozenset[str]:
        """Those of a provider's numbers whose messages are stored, from whatever folder."""
        rows = self._database.read(
            "SELECT provider_id FROM messages WHERE account = ? AND provider_id != ''"
            " AND provider_id IN (SELECT value FROM json_each(?))",
            (account, to_json(tuple(ids))),
        )
        return frozenset(row[0] for row in rows)

    def waiting_uids(self, account: AccountId, folder: str, most: int) -> tuple[int, ...]:
        """Of the newest that wait for an answer, ascending."""
        rows = self._database.read(
            f"{_UID} {_WAITING} AND account = ? AND folder = ? AND uid IS NOT NULL"
            " ORDER BY date DESC, id DESC LIMIT ?",
            (account, folder, most),
        )
        return tuple(sorted(row[0] for row in rows))

    def renumber(self, account: AccountId, folder: str, uids: Mapping[int, str]) -> frozenset[int]:
        """Gives a folder's messages their new UIDs, by Message-ID; those of `uids` that were known."""
        known = {
            row[0]: row[1]
            for row in self._database.read("SELECT identity, id FROM messages WHERE account = ?", (account,))
        }
        found = {uid: known[identity] for uid, identity in uids.items() if identity in known}
        with self._database.transaction():
            self._database.write(
                "UPDATE messages SET uid = NULL WHERE account = ? AND folder = ?", (account, folder)
            )
            # A copy in another folder stays where it is.
            self._database.write_many(
                "UPDATE messages SET uid = ? WHERE id = ? AND folder = ?",
                [(uid, message, folder) for uid, message in found.items()],
            )
        return frozenset(found)

    def set_flags(self, account: AccountId, folder: str, flags: Mapping[int, tuple[bool, bool]]) -> None:
        """(seen, answered) by UID; what was answered stays so."""
        self._database.write_many(
            "UPDATE messages SET seen = ?, answered = max(answered, ?)"
            " WHERE account = ? AND folder = ? AND uid = ?",
            [(int(seen), int(done), account, folder, uid) for uid, (seen, done) in flags.items()],
        )

    def state(self) -> str:
        """The same as long as no message came or went, or turned out to be the user's own."""
        row = self._database.read_one("SELECT count(*), max(id), sum(outgoing), total(date) FROM messages")
        return str(tuple(row) if row else ())

    def count(self, outgoing: bool | None = None) -> int:
        if outgoing is None:
            return self._number(_COUNT)
        return self._number(f"{_COUNT} WHERE outgoing = ?", int(outgoing))

    def mark_answered(self, message: MessageId, answered: bool = True) -> None:
        self._database.write("UPDATE messages SET answered = ? WHERE id = ?", (int(answered), message))

    def delete(self, messages: Iterable[MessageId]) -> None:
        """With the exchanges, examples and drafts made of them."""
        gone = [(message,) for message in messages]
        with self._database.transaction():
            rows = (self._database.read_one("SELECT thread FROM messages WHERE id = ?", one) for one in gone)
            threads = {row[0] for row in rows if row}
            self._database.write_many("DELETE FROM messages WHERE id = ?", gone)
            self._database.write_many(_LET_LAST, [(one,) for one in sorted(threads)])

    def forget_words(self) -> None:
        """Takes the words of deleted messages out of the search too: deleting marks them there, and
        merging the index drops what is marked. Seconds for a large mailbox."""
        self._database.write("INSERT INTO messages_search (messages_search) VALUES ('optimize')")

    def _own(self) -> frozenset[str]:
        rows = self._database.read("SELECT email FROM own_addresses UNION SELECT email FROM accounts")
        return frozenset(row[0] for row in rows)

    def _thread_of(self, mail: ParsedMail) -> str:
        """The thread of the mail it goes back to, or a name that the others of its thread come to as well."""
        first = next(iter(mail.references), "") or mail.in_reply_to
        row = self._database.read_one("SELECT thread FROM messages WHERE identity = ?", (first,))
        return str(row[0]) if row else mail.thread or first or identity_of(mail)

    def _insert(self, message: NewMessage, own: frozenset[str]) -> MessageId | None:
        """None where it is there already."""
        mail = message.mail
        thread, identity = self._thread_of(mail), identity_of(mail)
        row = self._database.write_returning(
            "INSERT INTO messages (account, identity, in_reply_to, date, sender_name, sender_email,"
            " subject, kind, text, mail_json, folder, uid, outgoing, seen, answered, provider_id,"
            " thread, to_me) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (account, identity) DO NOTHING RETURNING id",
            (
                message.account,
                identity,
                mail.in_reply_to,
                None if mail.date is None else to_seconds(mail.date),
                mail.sender.name,
                mail.sender.email,
                mail.subject,
                mail.kind.value,
                mail.text,
                to_json(replace(mail, text="")),
                message.folder,
                message.uid,
                int(message.outgoing),
                int(message.seen),
                int(message.answered),
                message.provider_id,
                thread,
                int(any(one.email in own for one in (*mail.to, *mail.cc))),
            ),
        )
        if row is None:
            return None
        if thread != identity:  # answers to it may have come before it
            self._database.write("UPDATE messages SET thread = ? WHERE thread = ?", (thread, identity))
        self._database.write(_FOLLOW_THREAD, (thread,))
        self._note_answer(message)
        return MessageId(row[0])

    def _note_answer(self, message: NewMessage) -> None:
        """What the user answers may be of a thread by another name."""
        if message.outgoing:
            self._database.write(
                "UPDATE messages SET followed = 1 WHERE NOT followed AND identity = (SELECT in_reply_to"
                " FROM messages WHERE account = ? AND identity = ? AND outgoing AND in_reply_to != '')",
                (message.account, identity_of(message.mail)),
            )

    def _refresh(self, message: NewMessage) -> None:
        # A copy in INBOX of what the user sent (to a list, to oneself) must not make it a received one.
        self._database.write(
            "UPDATE messages SET folder = ?, uid = ?, outgoing = ?, seen = ?, answered = max(answered, ?),"
            " provider_id = ? WHERE account = ? AND identity = ? AND outgoing <= ?",
            (
                message.folder,
                message.uid,
                int(message.outgoing),
                int(message.seen),
                int(message.answered),
                message.provider_id,
                message.account,
                identity_of(message.mail),
                int(message.outgoing),
            ),
        )
        self._note_answer(message)

    def _one(self, rest: str, *values: str | int) -> StoredMessage | None:
        found = self._many(rest, *values)
        return found[0] if found else None

    def _many(self, rest: str, *values: str | int) -> tuple[StoredMessage, ...]:
        return tuple(_message(row) for row in self._database.read(f"{_SELECT} {rest}", values))

    def _number(self, sql: str, *values: str | int) -> int:
        row = self._database.read_one(sql, values)
        return int(row[0]) if row else 0


_SELECT = "SELECT id, account, folder, uid, mail_json, text, outgoing, seen, answered FROM messages"
_FOUND = (
    "JOIN (SELECT rowid AS found, row_number() OVER () AS place FROM"
    " (SELECT rowid FROM messages_search WHERE messages_search MATCH ? ORDER BY"
)
_BEST = f"{_FOUND} rank LIMIT ?)) ON found = id ORDER BY place"
_NEWEST = f"{_FOUND} rowid DESC LIMIT ?)) ON found = id ORDER BY place"
_MATCHES = "SELECT count(*) FROM (SELECT rowid FROM messages_search WHERE messages_search MATCH ? LIMIT ?)"
_UID = "SELECT uid FROM messages"
_COUNT = "SELECT count(*) FROM messages"
_LAST = "NOT outgoing AND NOT followed AND kind NOT IN ('automatic', 'list')"
_WAITING = f"WHERE NOT answered AND to_me AND {_LAST}"
# Answered by what names it, whatever the clocks say, or followed by anything later of its thread. An
# automatic notice is no part of the conversation, and a copy in another account does not follow it.
_FOLLOWED = (
    "(EXISTS (SELECT 1 FROM messages AS reply"
    " WHERE reply.outgoing AND reply.in_reply_to != '' AND reply.in_reply_to = messages.identity)"
    " OR EXISTS (SELECT 1 FROM messages AS later WHERE later.thread = messages.thread"
    " AND later.kind != 'automatic' AND later.identity != messages.identity"
    " AND (coalesce(later.date, 0), later.id) > (coalesce(messages.date, 0), messages.id)))"
)
_MARK = "UPDATE messages SET"
_FOLLOW_THREAD = f"{_MARK} followed = 1 WHERE thread = ? AND {_LAST} AND {_FOLLOWED}"
_LET_LAST = f"{_MARK} followed = 0 WHERE thread = ? AND followed AND NOT {_FOLLOWED}"
_TO_OWN = (
    "EXISTS (SELECT 1 FROM own_addresses JOIN json_each(messages.mail_json, '$.to') AS one"
    " ON json_extract(one.value, '$.email') = email UNION ALL SELECT 1 FROM own_addresses"
    " JOIN json_each(messages.mail_json, '$.cc') AS one ON json_extract(one.value, '$.email') = email)"
)
_NOW_TO_ME = f"{_MARK} to_me = 1 WHERE NOT to_me AND {_TO_OWN}"
_NO_LONGER_TO_ME = f"{_MARK} to_me = 0 WHERE to_me AND NOT {_TO_OWN}"


def identity_of(mail: ParsedMail) -> str:
    """The Message-ID header, or, where a message has none, a digest of what it says."""
    if mail.message_id:
        return mail.message_id
    date = mail.date.isoformat() if mail.date else ""
    told = f"{date}\0{mail.sender.email}\0{mail.subject}\0{mail.text}"
    return f"<{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()}@no-message-id>"


def _message(row: Row) -> StoredMessage:
    return StoredMessage(
        id=MessageId(row[0]),
        account=AccountId(row[1]),
        folder=row[2],
        uid=row[3],
        mail=replace(from_json(row[4], ParsedMail), text=row[5]),
        outgoing=bool(row[6]),
        seen=bool(row[7]),
        answered=bool(row[8]),
    )


def _words(text: str) -> list[str]:
    """Quotes off, so that nothing in `text` is read as the query language of FTS5."""
    return [word for word in text.replace('"', " ").replace("\0", " ").split() if any(map(str.isalnum, word))]
