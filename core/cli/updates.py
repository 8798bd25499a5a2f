"""`longhand updates`: being told of new versions."""

from contextlib import suppress
from dataclasses import asdict

import click

from core.cli.output import json_option, opened, show, show_json
from core.errors import UpdatesError
from core.updates.desk import News

_ABOUT = """Whether there is a newer Longhand.

Off until you turn it on. Then one address is asked, by 'check' and once a day while the window is open,
with nothing that tells of you or this computer. Only what Longhand's makers signed is believed, and nothing
is ever installed by itself."""


@click.group("updates", invoke_without_command=True, help=_ABOUT)
@json_option
@click.pass_context
def updates_command(context: click.Context, as_json: bool) -> None:
    if context.invoked_subcommand is None:
        with opened("longhand updates") as app:
            _tell(app.updates.news, as_json)


@updates_command.command("on")
@json_option
def turn_on(as_json: bool) -> None:
    """Ask now, and once a day from now on."""
    with opened("longhand updates on") as app:
        desk = app.updates
        desk.turn(True)
        with suppress(UpdatesError):  # it is on all the same, and `news` tells
            desk.ask()
        _tell(desk.news, as_json)


@updates_command.command("off")
@json_option
def turn_off(as_json: bool) -> None:
    """Ask nobody any more."""
    with opened("longhand updates off") as app:
        desk = app.updates
        desk.turn(False)
        _tell(desk.news, as_json)


@updates_command.command("check")
@json_option
def check(as_json: bool) -> None:
    """Ask now."""
    with opened("longhand updates check") as app:
        _tell(app.updates.ask(), as_json)


def _tell(news: News, as_json: bool) -> None:
    if as_json:
        told = asdict(news)
        show_json(told | {"heard": news.heard.isoformat() if news.heard else None})
        return
    show(news.told)
    if news.on and news.newer:
        show(news.page)
