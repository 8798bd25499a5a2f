"""`longhand learn`, `draft` and `evaluate`."""

import sys
from pathlib import Path
from typing import Any

import click

from core import messages
from core.app import App
from core.cli import shapes
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.cli.scores import (
    evaluation_json,
    gate_table,
    overlap_table,
    say_scores,
    trainings_table,
    wins_table,
)
from core.demo import gate_json
from core.domain import AdapterKind, Address, MessageId
from core.drafting.mailbox import Target
from core.evaluation.learning import Control

_EXPORTED = (
    "The file holds text of your mail: keep it, and what comes of it, to machines you trust, and delete both"
    " when you are done. Train with 'accelerate launch -m core.preference.launched FILE OUT', then run"
    " 'longhand learn --adapter OUT'."
)


@click.command("learn")
@click.option(
    "--export",
    "export",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Make the examples, and write the training to be done elsewhere into this file. It holds your mail.",
)
@click.option(
    "--adapter",
    "result",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take in what came of such a training, and judge it like any other.",
)
@json_option
def learn_command(export: Path | None, result: Path | None, as_json: bool) -> None:
    """Learn the style of the sent mail: examples, training, the gate. Goes on where it stopped.

    For a training on another machine, or in several processes:

    \b
    longhand learn --export FILE
    accelerate launch -m core.preference.launched FILE OUT
    longhand learn --adapter OUT
    """
    if export and result:
        raise click.UsageError("--export is the first step and --adapter the last; give one of them.")
    with opened("longhand learn") as app:
        remark(app.learning.before())
        with working() as (progress, cancel):
            if export:
                app.learning.export(export, progress, cancel)
            else:
                learned = (
                    app.learning.take_in(result, progress, cancel)
                    if result
                    else app.learning.run(progress, cancel)
                )
    if export:
        remark(_EXPORTED)
        if as_json:
            show_json({"exported": str(export)})
        return
    if as_json:
        show_json(
            {
                "examples": learned.examples,
                "train_seconds": round(learned.train_seconds, 1),
                "peak_rss_mb": round(learned.peak_rss_mb),
                "quantization": learned.quantization,
                "adapter": learned.adapter,
                "live": learned.live,
                "gate": gate_json(learned.gate),
            }
        )
        return
    show(f"Learned from {learned.examples} examples in {learned.train_seconds:.0f} s of training.", "")
    show(gate_table(learned.gate))
    say_scores(learned.gate)
    show(*learned.sentences)


@click.command("draft")
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Reply to the message in this .eml or .msg file."
)
@click.option("--message", "message", help="Reply to a stored message: its number or Message-ID.")
@click.option("--to", "to", help="Write a new mail to this address.")
@click.option("--list", "listed", is_flag=True, help="List the messages that wait for a reply.")
@click.option("--notes", default="", help="What the reply is to say.")
@click.option("--save", is_flag=True, help="Save it to the server's Drafts folder (with --message).")
@click.option(
    "--all/--sender-only",
    "everyone",
    default=None,
    help="With --save: to all who got the message, or not; by default as you mostly do.",
)
@click.option("--create-folder", is_flag=True, help="Make the Drafts folder where there is none.")
@click.option(
    "--explain", is_flag=True, help="Show the rules used, whether each was kept, and what was not read."
)
@json_option
def draft_command(
    file: Path | None,
    message: str | None,
    to: str | None,
    listed: bool,
    notes: str,
    save: bool,
    everyone: bool | None,
    create_folder: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Write a reply, or a new mail, on stdout."""
    if sum((file is not None, message is not None, to is not None, listed)) != 1:
        raise click.UsageError("Give one of --file, --message, --to and --list.")
    if save and message is None:
        raise click.UsageError("--save needs --message: only a stored message has a server to save to.")
    with opened("longhand draft") as app:
        if listed:
            _list([shapes.message(one) for one in app.mail.waiting()], as_json)
            return
        target = _target(app, file, message, to)
        _show_first(app, target, notes)
        live = not as_json and sys.stdout.isatty()
        with working() as (progress, cancel):
            on_text = (lambda piece: click.echo(piece, nl=False)) if live else None
            made = app.drafts.write(target, notes=notes, on_text=on_text, progress=progress, cancel=cancel)
        notices = (app.learning.lacking(), *(app.drafts.see_to_rules() if isinstance(target, int) else ()))
        uid = (
            app.outgoing.save_reply(MessageId(target), made.text, create=create_folder, everyone=everyone)
            if save and isinstance(target, int)
            else None
        )
        proposed = messages.rules.proposals_wait(len(app.rules.proposals())) if save else ""
    if as_json:
        show_json(shapes.draft(made, uid))
    else:
        click.echo("" if live else made.text)
    for line in (*notices, *(() if explain and not as_json else made.notices), proposed):
        remark(line)
    if as_json:
        return
    if explain:
        show("", *(messages.rules.applied_line(rule) for rule in made.rules), *made.notices)
    for finding in made.findings:
        remark(messages.drafts.finding_line(finding))
    if save:
        remark(f"Saved to Drafts. {messages.drafts.NEVER_SENT}")


def _show_first(app: App, target: Target, notes: str) -> None:
    """What a model service is sent, before the first time; where somebody is there to ask, they are asked."""
    if app.cloud.unseen:
        remark(messages.models.FIRST_REQUEST)
        remark(app.drafts.preview(target, notes))
        if sys.stdin.isatty():
            click.confirm("Send it?", abort=True, err=True)


def _target(app: App, file: Path | None, message: str | None, to: str | None) -> Target:
    if file is not None:
        return file
    if message is not None:
        return MessageId(int(message)) if message.isdigit() else app.mail.by_header(message).id
    return Address("", str(to).lower())


def _kinds(
    _context: click.Context, _parameter: click.Parameter, given: str | None
) -> tuple[AdapterKind, ...]:
    """The arms that want a training of their own. Raises BadParameter."""
    known = {one.value: one for one in AdapterKind if one is not AdapterKind.AGENT}
    if given == "all":
        return tuple(known.values())
    names = [name.strip() for name in (given or "").split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"'{name}' is none of {', '.join(known)}, and not 'all'.")
    return tuple(known[name] for name in dict.fromkeys(names))


@click.command("evaluate")
@click.option("--report", type=click.Path(path_type=Path), help="Also write the report as an HTML file.")
@click.option(
    "--judge",
    is_flag=False,
    flag_value="",
    help="Also let a model compare drafts in pairs: a GGUF, 'cloud', or without a name the one that writes.",
)
@click.option(
    "--arms",
    callback=_kinds,
    metavar="NAMES",
    help="Also arms that a model is trained for first, each once and as long as 'learn' trains: naive_small"
    " (to write the replies themselves), naive_large (the same by the writing model, where it fits),"
    " agent_thinking (to think before its rules), agent_unthought (rules written without a thought),"
    " agent_uncompared (rules from the sent reply alone), with commas between them, or all.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Learn from and compare on these texts, not your mail: JSON lines of context, text, author, date.",
)
@click.option("--author", default="", help="With --data: who stands for you; by default who wrote most.")
@click.option("--no-learning", is_flag=True, help="With --data: without an agent, which takes less time.")
@json_option
def evaluate_command(
    report: Path | None,
    judge: str | None,
    arms: tuple[AdapterKind, ...],
    data: Path | None,
    author: str,
    no_learning: bool,
    as_json: bool,
) -> None:
    """Compare the ways of drafting on this mailbox's newest replies. Goes on where it stopped."""
    if data is None and (author or no_learning):
        raise click.UsageError("--author and --no-learning go with --data.")
    if arms and no_learning:
        raise click.UsageError("--arms wants learning; leave --no-learning out.")
    with opened("longhand evaluate") as app:
        if judge is not None:
            remark(app.comparing.before_judging(judge))
        with working() as (progress, cancel):
            made = (
                app.comparing.mail(progress, cancel, control=Control(), judge=judge, kinds=arms)
                if data is None
                else app.comparing.texts(
                    data, progress, cancel, author=author, learn=not no_learning, judge=judge, kinds=arms
                )
            )
        blind = app.comparing.blind_results() if report and data is None else ()
    if report:
        from core.cli.report import write_report

        write_report(report, made, blind=blind, texts=data is not None)
    for arm, why in made.left_out.items():
        remark(f"{arm} is left out. {why}")
    if as_json:
        show_json(evaluation_json(made))
        return
    show(gate_table(made.gate), overlap_table(made))
    if made.trainings:
        show(trainings_table(made))
    if made.wins:
        show(wins_table(made.wins, f"Judged by {made.judge}, in both orders"))
    say_scores(made.gate)


def _list(waiting: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show_json(waiting)
        return
    for one in waiting:
        show(f"{one['id']:>6}  {(one['date'] or '')[:10]}  {one['from']['email']}  {one['subject']}")
    if not waiting:
        remark("No message waits for a reply.")
