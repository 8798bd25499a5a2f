"""`longhand account`, `sync`, `import` and `text`."""

import getpass
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from core import messages
from core.app import App
from core.cli import shapes
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.domain import AccountId
from core.errors import InputError, MailError
from core.mail import providers
from core.mail.discovery import Found, Looked
from core.mail.server_settings import ServerSettings
from core.store.accounts import Account, Tls
from core.tasks import CancelToken, Progress

_PORTS = {"implicit": 993, "starttls": 143, "none": 143}


_ispdb_option = click.option(
    "--ask-ispdb",
    is_flag=True,
    help="Ask Thunderbird's public database too; it is told the domain.",
)


@click.group("account")
def account_command() -> None:
    """Add, list, test and remove mail accounts."""


@account_command.command("add")
@click.argument("address")
@click.option("--host", help="The IMAP server; looked for where it is not given.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port (993, or 143 with STARTTLS).")
@click.option(
    "--tls",
    type=click.Choice(list(_PORTS)),
    help="'implicit' unless given; 'none' works on loopback alone.",
)
@click.option("--user", help="The user name, where it is not the address.")
@click.option("--name", default="", help="Your name as it stands in mail.")
@click.option("--yes", is_flag=True, help="Sign in to the server that is found without asking.")
@_ispdb_option
@json_option
def add(
    address: str,
    host: str | None,
    port: int | None,
    tls: Tls | None,
    user: str | None,
    name: str,
    yes: bool,
    ask_ispdb: bool,
    as_json: bool,
) -> None:
    """Add an account; the password is asked for, or read from standard input. Without --host the server is
    looked for and shown first."""
    if host is None and (port or tls):
        raise click.UsageError("--port and --tls go with --host.")
    with opened("longhand account add") as app:
        given = (
            _looked_up(app, address, ask_ispdb, yes)
            if host is None
            else _by_hand(address, host, port, tls or "implicit")
        )
        account = Account(
            AccountId(0), address.lower(), name, given.host, given.port, given.tls, user or given.user
        )
        made = app.add_account(account, _password())
    show_json(shapes.account(made)) if as_json else show(f"{made.address} is added; now run 'longhand sync'.")


@account_command.command("find")
@click.argument("address")
@_ispdb_option
@json_option
def find(address: str, ask_ispdb: bool, as_json: bool) -> None:
    """Look for the mail server of an address, and only show it."""
    with opened("longhand account find") as app, working() as (progress, cancel):
        looked = app.find_server(address, progress, cancel, ask_ispdb=ask_ispdb)
    if as_json:
        show_json(shapes.looked(looked))
        return
    remark(messages.looked(looked.tried))
    show(*_found_lines(_need(looked)))


@account_command.command("list")
@json_option
def list_accounts(as_json: bool) -> None:
    """List the accounts."""
    with opened("longhand account list") as app:
        accounts = app.accounts()
    if as_json:
        show_json([shapes.account(one) for one in accounts])
        return
    for one in accounts:
        show(f"{one.id}  {one.address}  {f'{one.host}:{one.port}' if one.host else 'imported from files'}")
    if not accounts:
        remark("There is no account yet; add one with 'longhand account add' or import mail.")


@account_command.command("test")
@click.argument("account", type=int)
def test(account: int) -> None:
    """Sign in and look for the folders."""
    with opened("longhand account test") as app:
        show(app.test_account(AccountId(account)))


@account_command.command("sent")
@click.argument("account", type=int)
@click.argument("folder", required=False)
@json_option
def sent(account: int, folder: str | None, as_json: bool) -> None:
    """Name the folder of your sent mail, where Longhand does not find it; without FOLDER, list them all."""
    with opened("longhand account sent") as app:
        if folder is not None:
            app.choose_sent_folder(AccountId(account), folder)
        chosen, folders = app.sent_folders(AccountId(account))
    if as_json:
        show_json({"chosen": chosen, "folders": list(folders)})
    elif folder is not None:
        show(f"{folder} is the folder of your sent mail from now on.")
    else:
        show(*(f"{one}  (chosen)" if one == chosen else one for one in folders))


@account_command.command("remove")
@click.argument("account", type=int)
@click.confirmation_option(prompt="Remove the account with its mail and what was learned from it?")
def remove(account: int) -> None:
    """Remove an account with its mail."""
    with opened("longhand account remove") as app:
        app.remove_account(AccountId(account))
    show("The account and its mail are removed.")


@click.command("sync")
@click.option("--watch", is_flag=True, help="Go on, and sync whenever new mail comes; Ctrl-C ends it.")
@json_option
def sync_command(watch: bool, as_json: bool) -> None:
    """Fetch new mail. Measured style is counted at once."""
    with opened("longhand sync") as app, working() as (progress, cancel):
        _sync_once(app, progress, cancel, as_json)
        while watch:
            app.wait_for_mail(cancel)
            try:
                _sync_once(app, progress, cancel, as_json)
            except MailError as error:  # told, and tried again: the network may be away for the night
                remark(messages.error_line(error))


def _sync_once(app: App, progress: Progress, cancel: CancelToken, as_json: bool) -> None:
    done = app.sync(progress, cancel)
    if as_json:
        show_json(
            {
                "sent": done.sent,
                "received": done.received,
                "unreadable": done.unreadable,
                "seconds": round(done.seconds, 3),
            }
        )
    else:
        show(f"{done.sent} sent and {done.received} received mails are new, in {done.seconds:.1f} s.")
        _skipped(done.unreadable)
    for line in _worthwhile(app):
        remark(line)


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--own", default="", help="Your address, where the mail itself does not tell.")
@json_option
def import_command(path: Path, own: str, as_json: bool) -> None:
    """Read mail from an mbox file, a Maildir, .eml or Outlook .msg files, or a folder."""
    with opened("longhand import") as app, working() as (progress, cancel):
        done = app.import_path(path, progress, cancel, own)
        worthwhile = _worthwhile(app)
    if as_json:
        show_json({"sent": done.sent, "received": done.received, "unreadable": done.unreadable})
    else:
        show(f"{done.sent} sent and {done.received} received mails are new.")
        _skipped(done.unreadable)
    for line in worthwhile:
        remark(line)


@click.command("text")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def text_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Show what Longhand sees in message files; with --json one object a line."""
    from core.engine.reader import Reader
    from core.mail.text import seen_in

    reader = Reader()
    try:
        for seen, note in seen_in(files, reader):
            if note:
                remark(messages.ENCRYPTED)
            if as_json:
                click.echo(json.dumps(seen, ensure_ascii=False))
            else:
                hidden = ", hidden text dropped" if seen["hidden"] else ""
                show(f"{seen['file']}: {seen['kind']}{hidden}", "", str(seen["text"]), "")
    finally:
        reader.close()


def _looked_up(app: App, address: str, ask_ispdb: bool, yes: bool) -> ServerSettings:
    """What was found for an address and agreed to, before there is a password to send."""
    with working() as (progress, cancel):
        looked = app.find_server(address, progress, cancel, ask_ispdb=ask_ispdb)
    remark(messages.looked(looked.tried))
    found = _need(looked)
    if found.settings.web_only:
        raise InputError(messages.web_only(found.settings.host))
    for line in _found_lines(found):
        remark(line)
    if yes and found.unproven:
        raise InputError(messages.UNPROVEN_UNSEEN)
    if not yes and not sys.stdin.isatty():  # what comes in there is the password
        raise InputError(messages.NOT_ASKED)
    if not yes:
        click.confirm(messages.USE_SERVER, abort=True, err=True)
    return found.settings


def _by_hand(address: str, host: str, port: int | None, tls: Tls) -> ServerSettings:
    """What the user named; where it is a server we know, with how one signs in there."""
    given = ServerSettings(host, port or _PORTS[tls], tls, address)
    if (known := providers.by_host(host)) is not None:
        given = replace(given, app_password=known.app_password, web_only=known.web_only, help=known.help)
    for line in _sign_in_lines(given):
        remark(line)
    return given


def _need(looked: Looked) -> Found:
    if looked.found is None:
        raise InputError(messages.NO_SERVER)
    return looked.found


def _found_lines(found: Found) -> Iterator[str]:
    settings = found.settings
    words = {"implicit": "TLS", "starttls": "STARTTLS", "none": "no encryption"}
    where = f"{settings.host}, port {settings.port}, {words[settings.tls]}"
    yield messages.server_found(found.origin, found.source, where, settings.user)
    if found.unproven:
        yield messages.UNPROVEN_SERVER
    yield from _sign_in_lines(settings)


def _sign_in_lines(settings: ServerSettings) -> Iterator[str]:
    if settings.web_only:
        yield messages.web_only(settings.host)
    elif settings.app_password:
        yield messages.app_password(settings.help)
    elif settings.help:
        yield messages.help_page(settings.help)


def _password() -> str:
    """Never an argument: those are for every user of the machine to see."""
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise InputError("A password is needed; type it, or give it on standard input.")
    return given


def _worthwhile(app: App) -> tuple[str, ...]:
    """What new mail suggests doing."""
    return messages.proposals_wait(len(app.rules.proposals())), app.learn_again()


def _skipped(count: int) -> None:
    if count:
        remark(f"{count} messages could not be read and were skipped.")
