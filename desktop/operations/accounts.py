"""What a user does with mail accounts."""

import webbrowser
from dataclasses import replace
from pathlib import Path

from core.domain import AccountId
from core.mail.sync_result import SyncResult
from core.mail.trust import read_authority
from core.store.settings import Exclude
from desktop.care.sign_in import SignIn
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.operations.mail import BROUGHT, brought
from desktop.words import say


def find_server(desk: Desk, *, address: str) -> Job:
    """Looks for an address's mail server; the job's result is a core.mail.discovery.Looked."""

    def work(hands: Hands) -> object:
        return desk.app.discovery.find(address, hands.progress, hands.cancel)

    return desk.run(say("Looking for the mail server"), Lane.LOOK, work)


def read_certificates(desk: Desk, *, path: Path) -> Job:
    """Those of a file that a user is to agree to; the job's result is their PEM and a tuple of
    core.mail.trust.Authority."""
    return desk.run(say("Reading the certificate"), Lane.LOOK, lambda _: read_authority(path))


def add_account(desk: Desk, *, sign_in: SignIn, exclude: Exclude) -> Job:
    """Keeps what is never to be read, signs in, by the user's browser where they want that, and syncs at
    once. An account that cannot be reached is not kept."""

    def work(hands: Hands) -> SyncResult:
        if exclude != desk.app.settings.now.exclude:
            desk.app.settings.save(replace(desk.app.settings.now, exclude=exclude))
        if sign_in.client is None:
            desk.app.accounts.add(sign_in.account, sign_in.password)
        else:
            hands.progress.update(say("Waiting for you to sign in with your browser"), 0, 1)
            client = desk.app.accounts.client(sign_in.account.host, sign_in.client)
            desk.app.accounts.sign_in(sign_in.account, client, _browse, hands.cancel)
        return desk.app.mail.sync(hands.progress, hands.cancel)

    return brought(desk, desk.run(say("Adding your account"), Lane.MAIL, work, BROUGHT | Changed.PRIVACY))


def test_account(desk: Desk, *, account: AccountId) -> Job:
    """Signs in; what was found is told in a sentence."""

    def work(_: Hands) -> object:
        return desk.app.accounts.test(account)

    job = desk.run(say("Testing the account"), Lane.LOOK, work, Changed.PRIVACY)
    job.done.connect(desk.told.emit)
    return job


def remove_account(desk: Desk, *, account: AccountId) -> Job:
    """With its mail, and what was learned from it."""

    def work(_: Hands) -> None:
        desk.app.remove_account(account)

    what = BROUGHT | Changed.LEARNING | Changed.PRIVACY
    job = desk.run(say("Removing the account and its mail"), Lane.MAIL, work, what)
    job.done.connect(lambda _: desk.told.emit(say("The account and its mail are gone from this machine.")))
    return job


def _browse(page: str) -> None:
    webbrowser.open(page)
