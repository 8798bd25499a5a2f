"""The whole job on a fictional person's mailbox, with embedded parts and in a throwaway profile: a real
IMAP server on loopback; sync, learn, draft, save. What `longhand demo` shows and the benchmarks measure."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.app import App
from core.domain import AccountId, Draft, Exchange, ExchangeId, MessageId
from core.drafting.context import exchange
from core.errors import MailError
from core.evaluation.gate import Gate
from core.evaluation.learning import Control, Learned
from core.evaluation.metrics import rounded
from core.evaluation.training import Limits
from core.mail.pairing import pair
from core.mail.parse import parse_message
from core.mail.sync_result import SyncResult
from core.sample.mailbox import Mailbox, make_mailbox
from core.sample.server import SampleServer
from core.store import settings
from core.store.accounts import Account
from core.store.messages import StoredMessage
from core.store.paths import Profile
from core.store.settings import Learning, Settings
from core.tasks import CancelToken, Progress

# What keeps the demo under six minutes on two cores.
LIMITS = Limits(examples=100, gate=31)
DRAFTS = 3
OTHERS, OTHERS_REPLIES = 3, 40  # other people's mailboxes, for floor and authorship
ANOTHER = 1000  # the seed of the wrong adapter's person is this much further on

TakePicture = Callable[[App, "Answered"], str | None]


@dataclass(frozen=True)
class Answered:
    """One unread message: the notes, both drafts, and where the guided one was saved."""

    message: StoredMessage
    notes: str
    zero_shot: Draft
    guided: Draft
    saved_uid: int | None


@dataclass(frozen=True)
class Demo:
    seed: int
    persona: str
    synced: SyncResult
    learned: Learned
    drafts: tuple[Answered, ...]
    screenshot: str | None
    peak_mb: float
    seconds: float


def run(
    seed: int,
    progress: Progress,
    cancel: CancelToken,
    *,
    controls: bool = False,
    limits: Limits = LIMITS,
    picture: TakePicture | None = None,
) -> Demo:
    """Raises Known and Cancelled. Nothing of it is left behind; after a kill only what is encrypted
    with a key that died with this process."""
    started = time.monotonic()
    progress.update("Writing the mailbox", 0, 1)
    mailbox, others = make_mailbox(seed), other_people(seed)
    control = Control(another_adapter(seed + ANOTHER, limits, progress, cancel)) if controls else None
    with throwaway(mailbox) as app:
        synced = app.mail.sync(progress, cancel)
        learned = app.learning.run(progress, cancel, limits=limits, others=others, control=control)
        drafts = tuple(_answered(app, mailbox, progress, cancel))
        _found_again(app, drafts)
        screenshot = picture(app, drafts[0]) if picture and drafts else None
        peak = max(learned.peak_rss_mb, app.models.peak_mb())
        persona = mailbox.user.name
        return Demo(seed, persona, synced, learned, drafts, screenshot, peak, time.monotonic() - started)


@contextmanager
def throwaway(mailbox: Mailbox, limits: Limits = LIMITS) -> Iterator[App]:
    """A profile of its own, encrypted like any other, with the mailbox's account on a server of its own;
    `limits`: what it learns from and is judged on."""
    server = SampleServer.start([(one.folder, one.flags, one.raw) for one in mailbox.messages])
    try:
        with tempfile.TemporaryDirectory(prefix="longhand-demo-") as folder:
            profile = Profile(Path(folder))
            # Whoever asks for a demo on battery wants to see it.
            learning = Learning(limits.examples or 120, limits.gate or 40, on_battery=True)
            settings.save(profile.settings, Settings(learning=learning))
            app = App.open(profile, secrets.token_urlsafe(), "longhand demo")
            try:
                app.accounts.add(_account(mailbox, server), server.password)
                yield app
            finally:
                app.close()
    finally:
        server.stop()


def as_json(demo: Demo) -> dict[str, Any]:
    """The object of `longhand demo --json`."""
    return {
        "seed": demo.seed,
        "persona": demo.persona,
        "synced": {
            "sent": demo.synced.sent,
            "received": demo.synced.received,
            "seconds": round(demo.synced.seconds, 3),
        },
        "learned": {
            "examples": demo.learned.examples,
            "train_seconds": round(demo.learned.train_seconds, 1),
            "peak_rss_mb": round(demo.peak_mb),
            "quantization": demo.learned.quantization,
            "gate": gate_json(demo.learned.gate),
        },
        "drafts": [_draft_json(one) for one in demo.drafts],
        "screenshot": demo.screenshot,
        "seconds": round(demo.seconds, 1),
    }


def gate_json(gate: Gate) -> dict[str, Any]:
    """The gate's scores, each arm's by its name."""
    outline: dict[str, Any] = {"count": gate.count, **rounded({"floor": gate.floor, "ceiling": gate.ceiling})}
    return outline | {name: rounded(asdict(scores)) for name, scores in gate.arms.items()}


def _draft_json(one: Answered) -> dict[str, Any]:
    return {
        "message_id": one.message.mail.message_id,
        "subject": one.message.mail.subject,
        "notes": one.notes,
        "zero_shot": one.zero_shot.text,
        "guided": one.guided.text,
        "rules": [
            {
                "trait": rule.line.trait,
                "rule": rule.line.sentence,
                "source": rule.source,
                "kept": rule.kept.value,
            }
            for rule in one.guided.rules
        ],
        "saved_uid": one.saved_uid,
    }


def _account(mailbox: Mailbox, server: SampleServer) -> Account:
    return Account(
        AccountId(0), mailbox.user.email, mailbox.user.name, server.host, server.port, "none", server.user
    )


def _answered(app: App, mailbox: Mailbox, progress: Progress, cancel: CancelToken) -> Iterator[Answered]:
    """Drafts for three unread messages of three firms as far as there are; the last one without notes."""
    notes_of = {one.message_id: one.notes for one in mailbox.unread}
    unread = [one for one in app.mail.waiting(limit=100) if one.mail.message_id in notes_of]
    by_firm = {one.mail.sender.domain: one for one in reversed(unread)}
    chosen = [*by_firm.values(), *(one for one in unread if one not in by_firm.values())][:DRAFTS]
    for number, message in enumerate(chosen):
        progress.update("Drafting", number, len(chosen))
        notes = notes_of[message.mail.message_id] if number < DRAFTS - 1 else ""
        plain = app.drafts.zero_shot(message.id, notes=notes, cancel=cancel)
        made = app.drafts.write(message.id, notes=notes, cancel=cancel)
        yield Answered(message, notes, plain, made, app.outgoing.save_reply(message.id, made.text))
    progress.update("Drafting", len(chosen), len(chosen))


def _found_again(app: App, drafts: tuple[Answered, ...]) -> None:
    """Raises MailError unless every saved draft lies in the server's Drafts folder."""
    missing = {one.saved_uid for one in drafts} - set(app.accounts.draft_uids())
    if missing:
        raise MailError("The server did not keep a draft that was saved; run the demo again.")


def other_people(seed: int) -> list[Exchange]:
    """Replies of other fictional people, to measure the floor and authorship by."""
    found: list[Exchange] = []
    for number in range(1, OTHERS + 1):
        mailbox = make_mailbox(seed + number * 7919, replies=OTHERS_REPLIES, unread=0)
        found += replies(mailbox, first=len(found))
    return found


def replies(mailbox: Mailbox, first: int = 0) -> list[Exchange]:
    """The sent replies of a mailbox with what they answer, read without a server; ids from `first`."""
    held = [
        StoredMessage(
            MessageId(number),
            AccountId(0),
            one.folder,
            None,
            parse_message(one.raw),
            one.folder == "Sent",
            True,
            True,
        )
        for number, one in enumerate(mailbox.messages)
    ]
    made = [exchange(one, mailbox.user) for one in pair(held)]
    return [
        Exchange(ExchangeId(first + number), new.incoming, new.sent, new.date, new.thread, new.kind)
        for number, new in enumerate(one for one in made if one is not None)
    ]


def another_adapter(seed: int, limits: Limits, progress: Progress, cancel: CancelToken) -> bytes:
    """An adapter trained on another person, by the same steps."""
    with throwaway(make_mailbox(seed)) as app:
        app.mail.sync(progress, cancel)
        return app.learning.train_only(progress, cancel, limits=limits)
