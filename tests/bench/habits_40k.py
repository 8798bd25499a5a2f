"""Bringing the measured style of a mailbox of 40,000 replies up to date: when nothing came, and when a
hundred mails did, beside counting it all for the first time. Seconds of the processor, which others share."""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.demo import replies
from core.domain import Address, Exchange
from core.drafting.book import Rules
from core.sample.mailbox import make_mailbox
from core.store.database import Database
from core.store.exchanges import ExchangeRepository, NewExchange
from tests.bench.figure import Figure, at_most, reported

MAILS, MAILS_QUICK, NEW = 40_000, 4_000, 100
PEOPLE, DOMAINS = 3000, 600
_START = datetime(2014, 1, 1, tzinfo=UTC)


def run(quick: bool) -> Iterator[Figure]:
    count = MAILS_QUICK if quick else MAILS
    with (
        tempfile.TemporaryDirectory(prefix="longhand-habits-") as folder,
        Database.open(Path(folder) / "longhand.db", bytes(32)) as database,
    ):
        mails = _mails(count + NEW)
        _add(database, mails[:count])
        first = _refresh(database)
        same = _refresh(database)
        _add(database, mails[count:])
        more = _refresh(database)
        rules = len(Rules(database).book.all())
    yield reported("habits_40k.first", first, "s", mails=count, rules=rules)
    yield at_most("habits_40k.nothing_new", same / first, 0.1, "of the first", seconds=round(same, 2))
    yield at_most("habits_40k.hundred_new", more / first, 0.6, "of the first", seconds=round(more, 2))


def _refresh(database: Database) -> float:
    before = time.process_time()
    Rules(database).refresh()
    return time.process_time() - before


def _mails(count: int) -> Sequence[NewExchange]:
    """Replies of twelve fictional people as one's, to as many people as a busy one writes to: few often, most
    hardly ever."""
    chance = random.Random(7)
    written = [one for seed in range(40, 52) for one in replies(make_mailbox(seed, unread=0))]
    return [_readdressed(chance.choice(written), number, chance) for number in range(count)]


def _readdressed(one: Exchange, number: int, chance: random.Random) -> NewExchange:
    place = min(PEOPLE - 1, int(chance.paretovariate(0.9)))
    sender = Address(one.incoming.sender.name, f"p{place}@firm{place % DOMAINS}.example")
    date = _START + timedelta(hours=2.6 * number)
    return NewExchange(replace(one.incoming, sender=sender), one.sent, date, f"t{number}", one.kind)


def _add(database: Database, mails: Sequence[NewExchange]) -> None:
    exchanges = ExchangeRepository(database)
    with database.transaction():
        for one in mails:
            exchanges.add(one)
