"""`longhand ...`: the command line. Each command's module is imported when it is called, so that
`longhand --help` and the window start at once."""

import importlib
import os
import sys
from collections.abc import Mapping

import click

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("core.cli.demo", "Try the whole job on a fictional person's mailbox, with embedded models."),
    "account": ("core.cli.account", "Add, list, test and remove mail accounts."),
    "sync": ("core.cli.mail", "Fetch new mail from the accounts."),
    "import": (
        "core.cli.mail",
        "Read mail from an mbox file, a Maildir, .eml or Outlook .msg files, or a folder.",
    ),
    "open": ("core.cli.window", "Open the window and read these files of mail into it."),
    "text": ("core.cli.mail", "Show what Longhand sees in message files."),
    "learn": ("core.cli.writing", "Learn the style of the sent mail; goes on where it stopped."),
    "draft": ("core.cli.writing", "Write a reply, or a new mail, on stdout."),
    "evaluate": ("core.cli.writing", "Compare the ways of drafting on this mailbox."),
    "families": ("core.cli.families", "How rules made by one model fare when another writes."),
    "blind": (
        "core.cli.blind",
        "Choose between drafts without knowing whose is which.",
    ),
    "rules": ("core.cli.rules", "The rule book: list, show, add, edit, pin, unpin, off, on."),
    "adapters": ("core.cli.adapters", "What was learned and when, and going back to an earlier one."),
    "models": ("core.cli.system", "Which models there are, and which one writes."),
    "doctor": ("core.cli.system", "What this machine can run, and what is wrong."),
    "updates": ("core.cli.updates", "Whether there is a newer Longhand; off until you turn it on."),
    "privacy": ("core.cli.system", "The ledger, a preview of what a cloud call sends, and forgetting."),
}


class _Commands(click.Group):
    """Imports a command's module when it is wanted; help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in _COMMANDS.items()])


@click.group(
    cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="longhand", prog_name="longhand")
@click.pass_context
def commands(context: click.Context) -> None:
    """Drafts e-mail replies in your own hand, on your own machine. Without a command it opens the window."""
    if context.invoked_subcommand is None:
        context.exit(importlib.import_module("core.cli.window").show_window())


def main(arguments: list[str] | None = None) -> None:
    """Exit status 0: done, 1: failed, with one line on stderr that says why, 2: wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["--child"]:  # a frozen build starts its children from this same program
        _child(given[1:])
        return
    sys.exit(_run(given))


def _child(arguments: list[str]) -> None:
    if arguments[:1] == ["imap-sample"]:  # the demo's mail server: no helper, it has the network
        importlib.import_module("core.sample.server_child").main()
    else:
        importlib.import_module("core.engine.child").main(arguments)


def _run(arguments: list[str]) -> int:
    from core import messages
    from core.errors import Cancelled

    try:
        # Outside standalone mode click returns the exit status of `context.exit`.
        return int(commands.main(arguments, prog_name="longhand", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (Cancelled, KeyboardInterrupt, click.Abort):
        _complain(messages.work.CANCELLED)
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        _complain(messages.work.error_line(error))
        if os.environ.get("LONGHAND_DEBUG"):
            raise
    return 1


def _complain(line: str) -> None:
    click.echo(f"longhand: {line}", err=True)
