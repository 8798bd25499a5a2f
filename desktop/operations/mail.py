"""What a user does to bring mail in."""

from dataclasses import replace
from pathlib import Path

from core.app import App
from core.domain import AccountId
from core.mail.importer import ImportResult
from core.mail.sync_result import SyncResult
from core.models.hardware import on_battery
from core.sample.mailbox import make_mailbox
from core.sample.server import SampleServer
from core.store.accounts import Account
from core.store.settings import Watch
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane, Work
from desktop.words import say

BROUGHT = Changed.MESSAGES | Changed.ACCOUNTS | Changed.RULES
SAMPLE_USER = "longhand-sample"  # by this name of the sign-in a sample account is known again
SAMPLE_SEED = 7


def sync_mail(desk: Desk) -> Job:
    return brought(desk, desk.run(say("Syncing mail"), Lane.MAIL, _sync(desk), BROUGHT))


def sync_unasked(desk: Desk) -> Job:
    """The same by itself: only what it brought is told, and failures are for who started it to tell."""
    job = desk.run_unasked(say("Syncing mail"), _sync(desk), Lane.MAIL)
    job.done.connect(lambda result: desk.told.emit(_told(result)) if result.sent + result.received else None)
    job.ended.connect(lambda: desk.changed.emit(BROUGHT))
    return job


def may_sync(desk: Desk) -> Job:
    """Whether mail may be fetched unasked now; the job's result is a bool."""

    def work(_: Hands) -> bool:
        return desk.app.settings.now.watch.on_battery or not on_battery()

    return desk.run_unasked(say("Looking at the battery"), work, Lane.LOOK)


def set_watch(desk: Desk, *, watch: Watch) -> Job:
    """How often new mail is looked for by itself."""

    def work(_: Hands) -> None:
        settings = desk.app.settings
        settings.save(replace(settings.now, watch=watch))

    return desk.run(say("Keeping how often mail is fetched"), Lane.STORE, work, Changed.WATCH)


def _sync(desk: Desk) -> Work:
    return lambda hands: desk.app.mail.sync(hands.progress, hands.cancel)


def import_mail(desk: Desk, *, path: Path) -> Job:
    """Mail from a file or a folder. It is the user's of the first account, or, before there is one, of
    whom the mail itself speaks for."""

    def work(hands: Hands) -> object:
        own = next((one.address for one in desk.app.accounts.all()), "")
        return desk.app.mail.import_path(path, hands.progress, hands.cancel, own)

    job = desk.run(say("Importing mail"), Lane.MAIL, work, BROUGHT)
    job.done.connect(lambda result: desk.told.emit(_imported(result)))
    return job


def try_sample(desk: Desk) -> Job:
    """Serves a fictional person's mailbox on this machine, and syncs it like any other account."""

    def work(hands: Hands) -> object:
        serve_sample(desk, desk.app)
        return desk.app.mail.sync(hands.progress, hands.cancel)

    return brought(desk, desk.run(say("Preparing the sample mailbox"), Lane.MAIL, work, BROUGHT))


def resume_sample(desk: Desk) -> Job | None:
    """The sample's server ends with the program; an account of it gets a new one at the next start."""
    if not any(account.user == SAMPLE_USER for account in desk.app.accounts.all()):
        return None
    return desk.run(say("Opening the sample mailbox"), Lane.MAIL, lambda _: serve_sample(desk, desk.app))


def serve_sample(desk: Desk, app: App) -> None:
    mailbox = make_mailbox(SAMPLE_SEED)
    served = [(one.folder, one.flags, one.raw) for one in mailbox.messages]
    server = SampleServer.start(served, user=SAMPLE_USER)
    desk.at_close(server.stop)
    account = Account(
        id=AccountId(0),
        address=mailbox.user.email,
        name=mailbox.user.name,
        host=server.host,
        port=server.port,
        tls="none",
        user=server.user,
    )
    app.accounts.add(account, server.password)


def brought(desk: Desk, job: Job) -> Job:
    """Tells what a sync brought, once it has."""
    job.done.connect(lambda result: desk.told.emit(_told(result)))
    return job


def _told(result: SyncResult) -> str:
    if not result.sent + result.received:
        return say("No new mail.")
    told = say("New: {0} sent, {1} received.").format(result.sent, result.received)
    if result.unreadable:
        told += " " + say("{0} could not be read and were skipped.").format(result.unreadable)
    return told


def _imported(result: ImportResult) -> str:
    told = say("Imported: {0} sent, {1} received.").format(result.sent, result.received)
    if result.unreadable:
        told += " " + say("{0} could not be read and were skipped.").format(result.unreadable)
    return told
