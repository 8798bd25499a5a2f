"""`longhand demo`: the whole job on a fictional mailbox, for people or as JSON."""

import importlib
from pathlib import Path

import click
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core import demo, messages
from core.app import App
from core.cli.output import json_option, remark, show, show_json, working
from core.cli.scores import gate_table, say_scores


@click.command("demo")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Another person and mailbox.")
@click.option("--controls", is_flag=True, help="Also run the four controls (takes twice as long).")
@click.option(
    "--screenshot",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("longhand-demo.png"),
    help="Where the window's picture goes.",
)
@json_option
def demo_command(seed: int, controls: bool, screenshot: Path, as_json: bool) -> None:
    """Sync, learn and draft for a fictional person, with embedded models and a server on this machine."""

    def picture(app: App, one: demo.Answered) -> str | None:
        return _picture(app, one, screenshot)

    if not as_json:
        remark(messages.learning.EMBEDDED_SCORES)
    with working() as (progress, cancel):
        done = demo.run(seed, progress, cancel, controls=controls, picture=picture)
    if as_json:
        show_json(demo.as_json(done))
    else:
        _tell(done)


def _picture(app: App, one: demo.Answered, path: Path) -> str | None:
    """The window as it shows this reply; None where there is no Qt to draw it."""
    try:
        window = importlib.import_module("desktop.screenshot")
    except ImportError:
        return None
    saved = window.save_draft_picture(app, one.message.id, one.notes, one.guided, path)
    return str(path) if saved else None


def _tell(done: demo.Demo) -> None:
    synced, learned = done.synced, done.learned
    show(
        f"{done.persona}'s mailbox: {synced.sent} sent and {synced.received} received mails, synced in"
        f" {synced.seconds:.1f} s. Learned from {learned.examples} examples;"
        f" {learned.train_seconds:.0f} s of training.",
        "",
    )
    for one in done.drafts:
        _tell_draft(one)
    show(gate_table(learned.gate))
    say_scores(learned.gate)
    show(*learned.sentences, messages.learning.EMBEDDED_SCORES, messages.drafts.NEVER_SENT)
    if done.screenshot:
        show(f"The window's picture is in {done.screenshot}.")


def _tell_draft(one: demo.Answered) -> None:
    mail = one.message.mail
    title = Text(f"{mail.sender.name}: {mail.subject}")
    show(Panel(Text(mail.text), title=title), f"Notes: {one.notes or 'none'}", "")
    table = Table("plain", "guided", show_lines=True, expand=True)
    table.add_row(Text(one.zero_shot.text), Text(one.guided.text))
    show(table, "Rules:", *(f"  {messages.rules.applied_line(rule)}" for rule in one.guided.rules))
    for finding in one.guided.findings:
        show(f"  {messages.drafts.finding_line(finding)}")
    saved = f"as UID {one.saved_uid}" if one.saved_uid is not None else "by the server"
    show(f"Saved to Drafts {saved}.", "")
