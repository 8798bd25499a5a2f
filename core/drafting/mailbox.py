"""The stored mail as drafting and learning see it: what is to be answered and under which identity, the
user's exchanges, and what other people wrote."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.domain import (
    AccountId,
    Address,
    Context,
    Exchange,
    ExchangeId,
    Incoming,
    MailKind,
    MessageId,
    ParsedMail,
)
from core.drafting import context as contexts
from core.drafting.thread_cut import LeftOut, shown
from core.errors import InputError
from core.mail.drafts import Manner
from core.mail.own_signature import OwnSignature
from core.mail.pairing import pair as pairs
from core.mail.reading import Reader
from core.mail.text import parse_file
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.drafts import DraftRepository, StoredDraft
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository, StoredMessage
from core.store.settings import Exclude
from core.traits.kinds import kind_of


@dataclass(frozen=True)
class NewMail:
    """A first mail to somebody, from one of the user's accounts (the first where it is not told)."""

    to: Address
    subject: str = ""
    account: AccountId | None = None


# What is answered: a stored message, a file with one, or nothing yet (a first mail to somebody).
Target = MessageId | Path | Address | NewMail
PAIRED = "paired"  # key of the state of the mailbox when it was paired last
_PAIRING = 1  # another number where mail is paired otherwise than before
_HABIT = 100  # newest replies that tell how the user sends replies
_OWN_MAILS = 3  # sent from an address that is the user's; one may be a forwarded stranger's


class Mailbox:
    """All raise InputError for what is not there."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._reader = reader
        self._accounts = AccountRepository(database)
        self._messages = MessageRepository(database)
        self._exchanges = ExchangeRepository(database)
        self._drafts = DraftRepository(database)
        self._jobs = JobRepository(database)

    def message(self, message: MessageId) -> StoredMessage:
        found = self._messages.get(message)
        if found is None:
            raise InputError("There is no such message; 'longhand draft --list' shows which wait.")
        return found

    def thread(self, message: MessageId) -> tuple[StoredMessage, ...]:
        """The message and what stood before it, oldest first."""
        return contexts.thread_of(self.message(message), self._messages)

    def context(self, target: Target, notes: str) -> Context:
        """What a draft is written for."""
        return self.read(target, notes)[0]

    def read(self, target: Target, notes: str) -> tuple[Context, LeftOut]:
        """What a draft is written for, and what of a long thread is not in it."""
        if isinstance(target, Address):
            target = NewMail(target)
        if isinstance(target, NewMail):
            first = contexts.first_mail(target.to, self.sender(target), target.subject)
            return Context(first, notes.strip()), LeftOut()
        if isinstance(target, Path):
            mail = parse_file(target, self._reader)
            came = contexts.incoming(mail, self._addressed(mail))
            return Context(came, notes.strip()), shown(mail, ()).left_out
        *earlier, last = self.thread(target)
        mails = [one.mail for one in earlier]
        came = contexts.incoming(last.mail, self.identity(last), mails)
        return Context(came, notes.strip()), shown(last.mail, mails).left_out

    def identity(self, message: StoredMessage) -> Address:
        """Who the user is to a stored message: their address that it was sent to, else the account's."""
        account = self._accounts.get(message.account)
        if account is None:
            return self._first_identity()
        own = self._messages.own_addresses(account.id, _OWN_MAILS)
        addressed = next((one for one in (*message.mail.to, *message.mail.cc) if one.email in own), None)
        if addressed is None or addressed.email == account.address:
            return self._identity(account)
        return Address(own[addressed.email] or account.name, addressed.email)

    def account(self, mail: NewMail) -> Account:
        """The account that a new mail is from."""
        accounts = self._accounts.all()
        found = next((one for one in accounts if mail.account in (None, one.id)), None)
        if found is None:
            raise InputError("There is no account to write from; add one or import mail first.")
        return found

    def people(self) -> tuple[Address, ...]:
        """Everyone who wrote to the user, and to whom the user wrote, each once."""
        found: dict[str, Address] = {}
        for one in self._messages.people():
            if one.email and (one.name or one.email not in found):
                found[one.email] = one
        return tuple(found.values())

    def sender(self, mail: NewMail) -> Address:
        """Who the user is in a new mail."""
        return self._identity(self.account(mail))

    def own_addresses(self) -> frozenset[str]:
        """The user's, in any account."""
        accounts = self._accounts.all()
        sent_from = (self._messages.own_addresses(one.id, _OWN_MAILS) for one in accounts)
        return frozenset({one.address for one in accounts}.union(*sent_from))

    def manner(self, message: StoredMessage, everyone: bool | None = None) -> Manner:
        """How the user would send a reply to a stored message: with the original under it if most of their
        replies have it, and to everyone, where not told, if they mostly answer so what went to several."""
        others = {account.address for account in self._accounts.all()}
        own = frozenset({*others, *self._messages.own_addresses(message.account, _OWN_MAILS)})
        replies = self._messages.replies(message.account, _HABIT)
        quoting = [bool(sent.mail.quoted.strip()) for sent, _ in replies]
        to_all = [len(_people(sent, own)) > 1 for sent, asked in replies if len(_people(asked, own)) > 1]
        return Manner(
            self.identity(message), own, _mostly(to_all) if everyone is None else everyone, _mostly(quoting)
        )

    def pair(self, exclude: Exclude) -> None:
        """Makes the exchanges anew, after mail came or went. Drafts are told what was sent in the end. Where
        nothing has changed since the last time, it is left at that."""
        self._messages.note_own(self.own_addresses())
        messages = self._messages.state()
        if self._jobs.get(PAIRED, str) == self._state(messages, exclude):
            return
        users, drafts = self._identities(), self._drafts.latest_of_each()
        made = [contexts.exchange(one, users[one.sent.account]) for one in pairs(self._unsigned())]
        found = [one for one in made if one and not _is_excluded(one, exclude)]
        self._exchanges.replace_pairs([self._after_draft(one, drafts) for one in found])
        for edit in self._exchanges.edits():
            if _is_excluded(edit, exclude):
                self._exchanges.remove(edit.id)
        # Of the messages as they were: what comes meanwhile is paired the next time.
        self._jobs.set(PAIRED, self._state(messages, exclude))

    def _state(self, messages: str, exclude: Exclude) -> str:
        """All that pairing depends on."""
        parts = (_PAIRING, messages, self._exchanges.state(), exclude, self._accounts.all())
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _unsigned(self) -> list[StoredMessage]:
        """All messages, those the user sent without the signature that comes back below them."""
        stored = self._messages.all()
        sent: defaultdict[AccountId, list[ParsedMail]] = defaultdict(list)
        for one in stored:
            if one.outgoing and one.mail.text:
                sent[one.account].append(one.mail)
        own = {account: OwnSignature(mails) for account, mails in sent.items()}
        return [_unsigned(one, own[one.account]) if one.outgoing and one.mail.text else one for one in stored]

    def keep_edit(self, message: MessageId, text: str, exclude: Exclude) -> None:
        """What the user made of the last draft to a message, for learning; nothing where they left it as
        it was."""
        draft = self._drafts.latest(message)
        if draft is None:
            return
        thread = self.thread(message)
        edit = contexts.edit(thread, self.identity(thread[-1]), text, datetime.now(UTC))
        changed = contexts.is_edited(draft.draft.text, text) and not _is_excluded(edit, exclude)
        self._drafts.set_edited(draft.id, text if changed else None)
        if changed:
            self._exchanges.add(edit)
        else:
            self._exchanges.remove_edits([message])

    def others(self) -> tuple[Exchange, ...]:
        """What other people wrote to the user, as replies of theirs."""
        users = self._identities()
        return tuple(
            Exchange(
                ExchangeId(-number - 1),
                Incoming(users[one.account], one.mail.sender, one.mail.subject, ""),
                one.mail.text,
                one.mail.date,
                one.mail.message_id,
                kind_of(one.mail.subject, one.mail.text),
            )
            for number, one in enumerate(self._messages.received())
            if one.mail.text and one.mail.date and one.mail.kind in (MailKind.REPLY, MailKind.FIRST)
        )

    def _after_draft(self, sent: NewExchange, drafts: dict[MessageId, StoredDraft]) -> NewExchange:
        """The first reply after a draft was the user's last word on it."""
        draft = None if sent.received_message is None else drafts.get(sent.received_message)
        if draft is None or sent.received_message is None or draft.created > sent.date:
            return sent
        del drafts[sent.received_message]
        if draft.edited != sent.sent:
            self._drafts.set_edited(draft.id, sent.sent)
        edited = contexts.is_edited(draft.draft.text, sent.sent)
        return replace(sent, weight=contexts.EDIT_WEIGHT) if edited else sent

    def _identities(self) -> dict[AccountId, Address]:
        return {account.id: self._identity(account) for account in self._accounts.all()}

    def _identity(self, account: Account) -> Address:
        """With the name the user signs mail with where the account itself has none."""
        if account.name:
            return account.identity
        names = (one.mail.sender.name for one in reversed(self._messages.sent()) if one.account == account.id)
        return Address(next((name for name in names if name), ""), account.address)

    def _first_identity(self) -> Address:
        accounts = self._accounts.all()
        if not accounts:
            raise InputError("There is no account yet; add one or import mail first.")
        return self._identity(accounts[0])

    def _addressed(self, mail: ParsedMail) -> Address:
        """Whom of the user's identities a mail from a file was sent to; the header's own word where
        there is no account."""
        own = {account.address: account for account in self._accounts.all()}
        for one in (*mail.to, *mail.cc):
            if one.email in own:
                return self._identity(own[one.email])
        return self._first_identity() if own else next(iter(mail.to), Address("", ""))


def _people(message: StoredMessage, own: frozenset[str]) -> set[str]:
    """Everybody else a message is from or to."""
    return {one.email for one in (message.mail.sender, *message.mail.to, *message.mail.cc)} - own


def _mostly(cases: Sequence[bool]) -> bool:
    return 2 * sum(cases) > len(cases)


def _unsigned(message: StoredMessage, own: OwnSignature) -> StoredMessage:
    text, signature = own.split(message.mail.text)
    if not signature:
        return message
    below = "\n".join(filter(None, (signature, message.mail.signature)))
    return replace(message, mail=replace(message.mail, text=text, signature=below))


def _is_excluded(exchange: Exchange | NewExchange, exclude: Exclude) -> bool:
    sender = exchange.incoming.sender
    text = f"{exchange.incoming.subject}\n{exchange.incoming.text}\n{exchange.sent}".casefold()
    return (
        sender.email in exclude.people
        or sender.domain in exclude.domains
        or any(word.casefold() in text for word in exclude.words)
    )
