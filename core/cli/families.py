"""`longhand families`: the matrix of rules made by one model and followed by another."""

from dataclasses import asdict

import click
from rich.table import Table

from core import messages
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.evaluation.families import Cell


@click.command("families")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@json_option
def families_command(models: tuple[str, ...], as_json: bool) -> None:
    """How rules that one MODEL draws from your mail fare when another writes by them: each MODEL (a name of
    'longhand models list', a GGUF file, or 'cloud') makes rules and trains an agent, and writes under every
    agent's rules. Takes as long as 'learn' for each MODEL, goes on where it stopped, and changes nothing that
    is in use."""
    with opened("longhand families") as app, working() as (progress, cancel):
        cells = app.comparing.families(models, progress, cancel)
    if as_json:
        show_json([asdict(cell) for cell in cells])
        return
    show(_table(cells))
    remark(messages.learning.families_compared(len({cell.writer_family for cell in cells})))


def _table(cells: tuple[Cell, ...]) -> Table:
    writers = tuple(dict.fromkeys(cell.writer for cell in cells))
    table = Table(title="Likeness of guided drafts (of plain ones), by who made the rules and who wrote")
    for column in ("rules made by", *(f"written by {name}" for name in writers)):
        table.add_column(column)
    for made_by in dict.fromkeys(cell.made_by for cell in cells):
        row = {cell.writer: _words(cell) for cell in cells if cell.made_by == made_by}
        table.add_row(made_by, *(row[name] for name in writers))
    return table


def _words(cell: Cell) -> str:
    if cell.guided is None or cell.zero_shot is None:
        return "too little mail to tell"
    return f"{cell.guided:.2f} ({cell.zero_shot:.2f})"
