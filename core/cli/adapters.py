"""`longhand adapters`: every trained preference agent, and which one is in use."""

import click

from core import messages
from core.cli import shapes
from core.cli.output import json_option, opened, remark, show, show_json
from core.domain import AdapterId

_NONE = "none"


@click.group("adapters")
def adapters_command() -> None:
    """What was learned and when, and going back to an earlier one."""


@adapters_command.command("list")
@json_option
def list_adapters(as_json: bool) -> None:
    """List the trained agents, oldest first, with what they learned from and how the gate scored them."""
    with opened("longhand adapters list") as app:
        found = app.learning.adapters()
    if as_json:
        show_json([shapes.adapter(one) for one in found])
        return
    for one in found:
        show(f"{'*' if one.live else ' '} {one.id:>3}  {messages.learning.adapter_line(one)}")
    if not found:
        remark("Nothing is learned yet; 'longhand learn' begins.")
    elif not any(one.live for one in found):
        remark("None is in use: drafts follow your rule book and your own earlier replies.")


@adapters_command.command("use")
@click.argument("adapter")
@json_option
def use(adapter: str, as_json: bool) -> None:
    """Go back, or forward, to the agent of this number; 'none' leaves drafts to the rule book and your
    earlier replies. The gate decides only which newly trained agent goes into use by itself."""
    if adapter != _NONE and not adapter.isdigit():
        raise click.BadParameter("a number of 'longhand adapters list', or 'none'", param_hint="ADAPTER")
    with opened("longhand adapters use") as app:
        app.learning.use(None if adapter == _NONE else AdapterId(int(adapter)))
        live, told = app.learning.adapter(), app.learning.lacking()
    if as_json:
        show_json({"in_use": shapes.adapter(live) if live else None})
        return
    show(
        f"In use from now on: {messages.learning.adapter_line(live)}"
        if live
        else "No agent is in use from now on."
    )
    if live:
        remark(told)
