"""`longhand account`."""

import getpass
import sys
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from core import messages
from core.app import App
from core.cli import shapes
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.domain import AccountId
from core.errors import InputError
from core.mail import providers
from core.mail.clients import GivenClient
from core.mail.discovery import Found, Looked
from core.mail.server_settings import ServerSettings
from core.mail.trust import read_authority
from core.store.accounts import Account, Tls

_PORTS = {"implicit": 993, "starttls": 143, "none": 143}


_ispdb_option = click.option(
    "--ask-ispdb",
    is_flag=True,
    help="Ask Thunderbird's public database too; it is told the domain.",
)


@click.group("account")
def account_command() -> None:
    """Add, list, test and remove mail accounts."""


def _sign_in_options(command: Callable[..., None]) -> Callable[..., None]:
    """Those for signing in by the provider's web page."""
    for option in (
        click.option("--no-browser", is_flag=True, help="With --oauth: only print the address to open."),
        click.option("--scope", default="", help="What is asked for there."),
        click.option("--token-url", default="", help="Where its tokens come from."),
        click.option(
            "--authorize-url", default="", help="The sign-in page of a provider Longhand does not know."
        ),
        click.option(
            "--client-file",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="The client's JSON file from Google's console.",
        ),
        click.option("--client-id", default="", help="Your, or your firm's, client id with the provider."),
        click.option("--oauth", is_flag=True, help="Sign in by the provider's web page (OAuth 2)."),
    ):
        command = option(command)
    return command


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
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Trust this certificate authority (PEM or DER) too, for this account alone; it is shown first.",
)
@click.option("--yes", is_flag=True, help="Use the server that is found, and the --ca, without asking.")
@_sign_in_options
@_ispdb_option
@json_option
def add(
    address: str,
    host: str | None,
    port: int | None,
    tls: Tls | None,
    user: str | None,
    name: str,
    ca: Path | None,
    yes: bool,
    oauth: bool,
    client_id: str,
    client_file: Path | None,
    authorize_url: str,
    token_url: str,
    scope: str,
    no_browser: bool,
    ask_ispdb: bool,
    as_json: bool,
) -> None:
    """Add an account; the password is asked for, or read from standard input. Without --host the server is
    looked for and shown first. With --oauth you sign in with your browser instead; that takes a client id,
    which you or your firm registers with the provider as a desktop program."""
    if host is None and (port or tls):
        raise click.UsageError("--port and --tls go with --host.")
    page = GivenClient(client_id, client_file, authorize_url, token_url, scope)
    if page != GivenClient() and not oauth:
        raise click.UsageError("A client and its addresses go with --oauth.")
    with opened("longhand account add") as app:
        authority = _trusted(ca, yes)
        given = (
            _looked_up(app, address, ask_ispdb, yes, oauth)
            if host is None
            else _by_hand(address, host, port, tls or "implicit", oauth)
        )
        account = Account(
            AccountId(0),
            address.lower(),
            name,
            given.host,
            given.port,
            given.tls,
            user or given.user,
            authority=authority,
        )
        made = _signed_in(app, account, page, no_browser) if oauth else app.accounts.add(account, _password())
    show_json(shapes.account(made)) if as_json else show(f"{made.address} is added; now run 'longhand sync'.")


@account_command.command("find")
@click.argument("address")
@_ispdb_option
@json_option
def find(address: str, ask_ispdb: bool, as_json: bool) -> None:
    """Look for the mail server of an address, and only show it."""
    with opened("longhand account find") as app, working() as (progress, cancel):
        looked = app.discovery.find(address, progress, cancel, ask_ispdb=ask_ispdb)
    if as_json:
        show_json(shapes.looked(looked))
        return
    remark(messages.mail.looked(looked.tried))
    show(*_found_lines(_need(looked)))


@account_command.command("list")
@json_option
def list_accounts(as_json: bool) -> None:
    """List the accounts."""
    with opened("longhand account list") as app:
        accounts = app.accounts.all()
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
        show(app.accounts.test(AccountId(account)))


@account_command.command("sent")
@click.argument("account", type=int)
@click.argument("folder", required=False)
@json_option
def sent(account: int, folder: str | None, as_json: bool) -> None:
    """Name the folder of your sent mail, where Longhand does not find it; without FOLDER, list them all."""
    with opened("longhand account sent") as app:
        if folder is not None:
            app.accounts.choose_sent_folder(AccountId(account), folder)
        chosen = app.accounts.sent_folder(AccountId(account))
        folders = app.accounts.folders(AccountId(account))
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


def _signed_in(app: App, account: Account, client: GivenClient, no_browser: bool) -> Account:
    def show_page(address: str) -> None:
        remark(messages.mail.open_page(address))
        if not no_browser:
            webbrowser.open(address)

    with working() as (_, cancel):
        return app.accounts.sign_in(account, app.accounts.client(account.host, client), show_page, cancel)


def _trusted(path: Path | None, yes: bool) -> str:
    """The certificates of a file, once the user has seen whose they are."""
    if path is None:
        return ""
    pem, shown = read_authority(path)
    for one in shown:
        remark(messages.mail.authority(one.name, one.until, one.fingerprint))
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(messages.mail.AUTHORITY_NOT_ASKED)
        click.confirm(messages.mail.TRUST_AUTHORITY, abort=True, err=True)
    return pem


def _looked_up(app: App, address: str, ask_ispdb: bool, yes: bool, oauth: bool) -> ServerSettings:
    """What was found for an address and agreed to, before there is a password to send."""
    with working() as (progress, cancel):
        looked = app.discovery.find(address, progress, cancel, ask_ispdb=ask_ispdb)
    remark(messages.mail.looked(looked.tried))
    found = _need(looked)
    if found.settings.web_only and not oauth:
        raise InputError(messages.mail.web_only(found.settings.host))
    for line in _found_lines(found, oauth):
        remark(line)
    if yes and found.unproven:
        raise InputError(messages.mail.UNPROVEN_UNSEEN)
    if not yes and not oauth and not sys.stdin.isatty():  # what comes in there is the password
        raise InputError(messages.mail.NOT_ASKED)
    if not yes:
        click.confirm(messages.mail.USE_SERVER, abort=True, err=True)
    return found.settings


def _by_hand(address: str, host: str, port: int | None, tls: Tls, oauth: bool) -> ServerSettings:
    """What the user named; where it is a server we know, with how one signs in there."""
    given = ServerSettings(host, port or _PORTS[tls], tls, address)
    if (known := providers.by_host(host)) is not None:
        given = replace(given, app_password=known.app_password, web_only=known.web_only, help=known.help)
    for line in () if oauth else _sign_in_lines(given):
        remark(line)
    return given


def _need(looked: Looked) -> Found:
    if looked.found is None:
        raise InputError(messages.mail.NO_SERVER)
    return looked.found


def _found_lines(found: Found, oauth: bool = False) -> Iterator[str]:
    settings = found.settings
    words = {"implicit": "TLS", "starttls": "STARTTLS", "none": "no encryption"}
    where = f"{settings.host}, port {settings.port}, {words[settings.tls]}"
    yield messages.mail.server_found(found.origin, found.source, where, settings.user)
    if found.unproven:
        yield messages.mail.UNPROVEN_SERVER
    if not oauth:
        yield from _sign_in_lines(settings)


def _sign_in_lines(settings: ServerSettings) -> Iterator[str]:
    if settings.web_only:
        yield messages.mail.web_only(settings.host)
    elif settings.app_password:
        yield messages.mail.app_password(settings.help)
    elif settings.help:
        yield messages.mail.help_page(settings.help)


def _password() -> str:
    """Never an argument: those are for every user of the machine to see."""
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise InputError("A password is needed; type it, or give it on standard input.")
    return given
