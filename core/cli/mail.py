"""`longhand sync`, `import` and `text`."""

import json
from pathlib import Path

import click

from core import messages
from core.app import App
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.errors import MailError
from core.tasks import CancelToken, Progress


@click.command("sync")
@click.option("--watch", is_flag=True, help="Go on, and sync whenever new mail comes; Ctrl-C ends it.")
@json_option
def sync_command(watch: bool, as_json: bool) -> None:
    """Fetch new mail. Measured style is counted at once."""
    with opened("longhand sync") as app, working() as (progress, cancel):
        _sync_once(app, progress, cancel, as_json)
        while watch:
            app.accounts.wait_for_mail(cancel)
            try:
                _sync_once(app, progress, cancel, as_json)
            except MailError as error:  # told, and tried again: the network may be away for the night
                remark(messages.work.error_line(error))


def _sync_once(app: App, progress: Progress, cancel: CancelToken, as_json: bool) -> None:
    done = app.mail.sync(progress, cancel)
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
        done = app.mail.import_path(path, progress, cancel, own)
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
                remark(messages.mail.ENCRYPTED)
            if as_json:
                click.echo(json.dumps(seen, ensure_ascii=False))
            else:
                hidden = ", hidden text dropped" if seen["hidden"] else ""
                show(f"{seen['file']}: {seen['kind']}{hidden}", "", str(seen["text"]), "")
    finally:
        reader.close()


def _worthwhile(app: App) -> tuple[str, ...]:
    """What new mail suggests doing."""
    return messages.rules.proposals_wait(len(app.rules.proposals())), app.learning.again()


def _skipped(count: int) -> None:
    if count:
        remark(f"{count} messages could not be read and were skipped.")
