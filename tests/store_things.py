"""Mails, exchanges and rules for tests of the store: plain ones by default, any by hypothesis."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

from core.domain import (
    AccountId,
    Address,
    Incoming,
    MailKind,
    ParsedMail,
    Rule,
    RuleId,
    RuleOrigin,
    RuleState,
    Scope,
)
from core.store.accounts import Account
from core.store.database import Database
from core.store.messages import NewMessage

KEY = bytes(range(32))
ANN = Address("Ann Lee", "ann@firm.example")
ME = Address("Max Muster", "max@home.example")
NO_ID = AccountId(0)

# Text as it can leave the reader child: any Unicode that UTF-8 can carry.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
addresses = st.builds(Address, texts, texts)
mails = st.builds(
    ParsedMail,
    message_id=texts,
    in_reply_to=texts,
    references=st.lists(texts, max_size=3).map(tuple),
    date=st.none() | st.datetimes(timezones=st.just(UTC)),
    subject=texts,
    sender=addresses,
    to=st.lists(addresses, max_size=3).map(tuple),
    cc=st.lists(addresses, max_size=3).map(tuple),
    kind=st.sampled_from(MailKind),
    text=texts,
    signature=texts,
    quoted=texts,
    hidden=st.booleans(),
)


def open_database(folder: Path) -> Database:
    return Database.open(folder / "longhand.db", KEY)


def account(address: str = ME.email) -> Account:
    return Account(NO_ID, address, ME.name, "mail.home.example", 993, "implicit", address)


def mail(
    number: int, text: str = "Hello", in_reply_to: str = "", kind: MailKind = MailKind.REPLY
) -> ParsedMail:
    return ParsedMail(
        message_id=f"<{number}@firm.example>",
        in_reply_to=in_reply_to,
        references=(in_reply_to,) if in_reply_to else (),
        date=datetime(2026, 1, 1 + number % 28, 12, number % 60, tzinfo=UTC),
        subject=f"Matter {number}",
        sender=ANN,
        to=(ME,),
        cc=(),
        kind=kind,
        text=text,
        signature="",
        quoted="",
        hidden=False,
    )


def message(
    parsed: ParsedMail, owner: AccountId, outgoing: bool = False, uid: int | None = None
) -> NewMessage:
    return NewMessage(owner, "Sent" if outgoing else "INBOX", uid, parsed, outgoing)


def incoming(text: str = "Can you come?") -> Incoming:
    return Incoming(ANN, ME, "Meeting", text, (("Ann", "Earlier"), ("Max", "Before")))


def rule(sentence: str = 'Begin with "Hi Ann,".', state: RuleState = RuleState.ACTIVE) -> Rule:
    return Rule(RuleId(0), "greeting", "Hi {first},", sentence, Scope(), RuleOrigin.LEARNED, state, 7, 1)
