"""`longhand` without a command, and `longhand open`: the window."""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

import click

from core.errors import InputError
from core.store.paths import Profile


@click.command("open")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def open_command(context: click.Context, files: tuple[Path, ...]) -> None:
    """Open the window, or bring it to the front, and read FILES (.eml, mbox, .msg, folders) into it."""
    context.exit(show_window(files))


def show_window(files: Sequence[Path] = ()) -> int:
    """The exit status. Raises InputError where there is no Qt."""
    try:
        main = importlib.import_module("desktop.start").load()
    except ImportError:
        raise InputError("The window needs PySide6; see the README for what to install.") from None
    return int(main(Profile.locate(), os.environ.get("LONGHAND_PASSPHRASE"), files=files))
