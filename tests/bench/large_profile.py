"""A profile with 100,000 messages that wait for an answer and a thousand that have one, for the benchmarks of
the window. Laid straight into the store, and kept under .bench for the next run."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from core.app import App
from core.domain import AccountId, Address, MailKind, ParsedMail
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox
from core.engine.reader import Reader
from core.privacy.keychain import open_keychain
from core.store.accounts import Account, AccountRepository
from core.store.messages import MessageRepository, NewMessage
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.settings import Exclude
from tests.bench.figure import REPOSITORY
from tests.bench.program import PASSPHRASE
from tests.bench.sent_mails import Prose

WAITING, WAITING_QUICK, ANSWERED = 100_000, 10_000, 1000
ME = Address("Me Myself", "me@home.example")
PEOPLE, FIRMS = 3000, 300
_VERSION = 1  # another number: what was made before is made anew
_BATCH = 2000
_FIRST = datetime(2014, 1, 2, 8, 0, tzinfo=UTC)


def large_profile(waiting: int) -> Path:
    """Its folder; the passphrase is that of the other benchmarks."""
    kept = REPOSITORY / ".bench" / f"profile-{waiting}-{_VERSION}"
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        _fill(fresh, waiting)
        fresh.replace(kept)
    return kept


def _fill(home: Path, waiting: int) -> None:
    profile = Profile(home)
    profile.create()
    database = open_database(profile, open_keychain(home, PASSPHRASE))
    try:
        account = AccountRepository(database).add(
            Account(AccountId(0), ME.email, ME.name, "127.0.0.1", 1, "none", ME.email)
        )
        messages = MessageRepository(database)
        mails = _mails(account, waiting)
        while batch := list(islice(mails, _BATCH)):
            messages.add_batch(batch)
        reader = Reader()
        Mailbox(database, reader).pair(Exclude())
        reader.close()
        Rules(database).refresh()
    finally:
        database.close()


def _mails(account: AccountId, waiting: int) -> Iterator[NewMessage]:
    """Oldest first; the last thousand are answered."""
    rng = random.Random("a large profile")
    prose = Prose(rng)
    for number in range(waiting + ANSWERED):
        person = rng.randrange(PEOPLE)
        sender = Address(f"{prose.name()} {person}", f"person{person}@firm{person % FIRMS}.example")
        date = _FIRST + timedelta(minutes=60 * number + rng.randint(0, 59))
        asked = _mail(f"<asked-{number}@firm.example>", "", sender, ME, date, prose)
        yield NewMessage(account, "INBOX", number + 1, asked, outgoing=False)
        if number >= waiting:
            sent = f"<sent-{number}@home.example>"
            reply = _mail(sent, asked.message_id, ME, sender, date + timedelta(minutes=30), prose)
            yield NewMessage(account, "Sent", number + 1, reply, outgoing=True)


def _mail(
    identity: str, parent: str, sender: Address, to: Address, date: datetime, prose: Prose
) -> ParsedMail:
    return ParsedMail(
        message_id=identity,
        in_reply_to=parent,
        references=(parent,) if parent else (),
        date=date,
        subject=prose.sentences(1, 1)[0][:60],
        sender=sender,
        to=(to,),
        cc=(),
        kind=MailKind.REPLY if parent else MailKind.FIRST,
        text="\n\n".join(("Hi,", *(" ".join(prose.sentences(1, 5)) for _ in range(3)), "Best,\nMe")),
        signature="Home & Sons, 20 High Street",
        quoted="",
        hidden=False,
    )


def open_large(home: Path) -> App:
    return App.open(Profile(home), PASSPHRASE, "a benchmark")
