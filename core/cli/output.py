"""How commands speak: results on stdout, for people or as JSON; progress and remarks on stderr."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from core import messages
from core.app import App
from core.store.paths import Profile
from core.tasks import CancelToken, Progress, Step

_PAGE = 110  # columns where stdout is no terminal

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def show(*parts: RenderableType) -> None:
    """For people, on stdout. Strings are shown as they are: mail is no markup, and a line that is
    read by another program is not broken."""
    for part in parts:
        if isinstance(part, str):
            click.echo(part)
        else:
            width = None if sys.stdout.isatty() else _PAGE
            Console(highlight=False, width=width).print(part)


def show_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def remark(line: str) -> None:
    """A line beside the result, on stderr."""
    if line:
        click.echo(line, err=True)


@contextmanager
def opened(who: str) -> Iterator[App]:
    """The user's profile, open until the command ends."""
    app = App.open(Profile.locate(), os.environ.get("LONGHAND_PASSPHRASE"), who)
    try:
        yield app
    finally:
        app.close()


@contextmanager
def working() -> Iterator[tuple[Progress, CancelToken]]:
    """Progress bars on stderr, and a token that Ctrl-C cancels."""
    cancel = CancelToken()

    def stop(_signal: int, _frame: object) -> None:
        if cancel.cancelled:  # asked twice: at once
            raise KeyboardInterrupt
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        if sys.stderr.isatty():
            with _bars() as report:
                yield Progress(report), cancel
        else:
            yield Progress(_Lines()), cancel
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bars() -> Iterator["_Bars"]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
    )
    with Bars(*columns, TextColumn("{task.fields[left]}"), console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Bars:
    """One bar a stage."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: Step) -> None:
        if step.stage not in self._tasks:
            self._finish()
            self._tasks[step.stage] = self._bars.add_task(step.stage, total=step.total, left="")
        left = messages.work.time_left(step.left)
        self._bars.update(self._tasks[step.stage], completed=step.done, total=step.total, left=left)

    def _finish(self) -> None:
        for task in self._bars.tasks:
            self._bars.update(task.id, completed=task.total, left="")


class _Lines:
    """Where nobody watches: one line when a stage begins."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, step: Step) -> None:
        if step.stage != self._stage:
            self._stage = step.stage
            remark(messages.work.step_line(step))
