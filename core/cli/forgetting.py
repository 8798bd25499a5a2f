"""`longhand privacy forget`: a person or a matter, for good."""

import sys

import click

from core import messages
from core.app import App
from core.cli.output import json_option, opened, remark, show, show_json, working


@click.command("forget")
@click.argument("who", required=False)
@click.option("--matter", help="Forget every thread that names these words, in a subject or a text.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
def forget_command(who: str | None, matter: str | None, yes: bool, as_json: bool) -> None:
    """Forget WHO, an address or a domain, or a matter: its mails, and the examples, rules, drafts and agents
    made of them. `longhand account remove` forgets an account."""
    if (who is None) == (matter is None):
        raise click.UsageError("Give an address or a domain, or --matter.")
    with opened("longhand privacy forget") as app:
        if not yes:
            click.confirm(_question(app, who, matter), abort=True, err=True)
        count = app.forgetting.matter(matter) if matter is not None else app.forgetting.person(who or "")
        if as_json:
            show_json({"forgotten": count})
            return
        show(messages.mail.forgotten(count))
        if (
            count
            and not yes
            and sys.stdin.isatty()
            and click.confirm(messages.learning.LEARN_AGAIN, err=True)
        ):
            with working() as (progress, cancel):
                for sentence in app.learning.run(progress, cancel).sentences:
                    remark(sentence)


def _question(app: App, who: str | None, matter: str | None) -> str:
    if matter is None:
        return f"Forget all mail from and to {who}, and what was learned?"
    count = len(app.forgetting.mails_of(matter))
    return f"Forget {count} mails in threads that name this, and what was learned?"
