"""`longhand models`, `doctor` and `privacy`."""

from dataclasses import asdict
from pathlib import Path

import click

from core import messages
from core.cli import shapes
from core.cli.cloud import cloud_command, use_command
from core.cli.forgetting import forget_command
from core.cli.output import json_option, opened, remark, show, show_json, working
from core.domain import Address, MessageId
from core.drafting.mailbox import Target
from core.engine.llama import EngineFacts, LlamaEngine
from core.errors import Known
from core.store.paths import Profile


@click.group("models")
def models_command() -> None:
    """Which models there are, and which one writes."""


@models_command.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """List the models that can be chosen or downloaded, and how they would run here."""
    with opened("longhand models list") as app:
        entries = app.models.all()
    if as_json:
        show_json([asdict(one) for one in entries])
        return
    for one in entries:
        fetched = f"'longhand models get {one.name}' downloads it ({one.download})." if one.download else ""
        pace = messages.models.pace(one.words_per_second, one.measured)
        told = " ".join(part for part in (one.told, fetched, pace) if part)
        show(f"{'*' if one.in_use else ' '} {one.name:<24} {one.role:<7} {one.where:<9} {told}")


models_command.add_command(use_command)
models_command.add_command(cloud_command)


@models_command.command("get")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask before the download.")
@json_option
def get(name: str, yes: bool, as_json: bool) -> None:
    """Download a model: a name of the list, or OWNER/NAME:FILE.gguf of a repository of the hub. The same
    command goes on with a download that was stopped."""
    with opened("longhand models get") as app:
        with working() as (_, cancel):
            wanted = app.downloads.ask(name, cancel)
        if not app.downloads.has(wanted):
            remark(messages.models.offer(wanted.file, wanted.repo, wanted.host, wanted.size, wanted.licence))
            if not yes:
                click.confirm("Download it?", abort=True, err=True)
        with working() as (progress, cancel):
            made = app.downloads.get(wanted, progress, cancel)
    if as_json:
        show_json(shapes.fetched(made))
    else:
        show(f"{made.file} is whole and checked; 'longhand models use {name}' makes it write.")


@models_command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete a downloaded model, or what has come of one."""
    with opened("longhand models remove") as app:
        app.models.remove(name)
    show(f"{name} is deleted.")


@click.command("doctor")
@click.option(
    "--parts",
    "parts",
    is_flag=True,
    help="Try every part of the program instead: half a minute, nothing kept.",
)
@json_option
def doctor_command(parts: bool, as_json: bool) -> None:
    """What this machine can run, and what is wrong."""
    if parts:
        _try_parts(as_json)
        return
    from core.models.catalogue import catalogue
    from core.models.hardware import fit, machine

    home = Profile.locate().home
    here = machine(home)
    fits = {one.name: fit(one, here, fetched=(home / "models" / one.file).is_file()) for one in catalogue()}
    wrong = _what_is_wrong()
    engine = _engine(wrong)
    if as_json:
        models = {name: asdict(one) for name, one in fits.items()}
        facts = asdict(engine) if engine else None
        show_json(asdict(here) | {"engine": facts, "models": models, "wrong": wrong})
        return
    for name, value in asdict(here).items():
        show(f"{name.replace('_', ' ')}: {value}")
    if engine:
        cards = [
            messages.models.graphics(one.name, one.description, one.memory_mb) for one in engine.graphics
        ]
        show(f"llama.cpp: {', '.join(engine.features)}", f"graphics: {', '.join(cards) or 'none'}")
    for name, one in fits.items():
        runs = "runs here" if one.runs else "does not run here"
        pace = messages.models.pace(one.words_per_second, measured=False)
        show(" ".join(f"{name}: {runs}. {one.why} {pace}".split()))
    show(*(wrong or ["Nothing is wrong."]))


def _try_parts(as_json: bool) -> None:
    """Raises Known where one of them does not work."""
    from core.cli.parts import Part, try_parts

    tried: list[Part] = []
    for one in try_parts():
        tried.append(one)
        if not as_json:
            show(f"{one.name}: {'works' if one.works else 'does not work'}: {one.told}")
    if as_json:
        show_json([asdict(one) for one in tried])
    if failed := [one.name for one in tried if not one.works]:
        raise Known(messages.work.parts_failed(failed))


def _what_is_wrong() -> list[str]:
    """What keeps the profile from opening, and what a graphics card did not run, in sentences."""
    try:
        with opened("longhand doctor") as app:
            return list(app.models.graphics.faults())
    except Known as error:
        return [messages.work.error_line(error)]


def _engine(wrong: list[str]) -> EngineFacts | None:
    """What llama.cpp computes with; why it does not start, or its card does not work, goes to `wrong`."""
    from core.models.graphics import try_card

    engine = LlamaEngine()
    try:
        wrong.extend(filter(None, [try_card(engine)]))
        return engine.facts()
    except Known as error:
        wrong.append(messages.work.error_line(error))
        return None
    finally:
        engine.close()


@click.group("privacy")
def privacy_command() -> None:
    """What left this machine, what a cloud call would send, and forgetting."""


privacy_command.add_command(forget_command)


@privacy_command.command("log")
@json_option
def log(as_json: bool) -> None:
    """The ledger: when, where to, what for, how many bytes."""
    with opened("longhand privacy log") as app:
        entries = app.ledger.all()
    if as_json:
        show_json([shapes.ledger(one) for one in entries])
        return
    for one in entries:
        show(f"{one.at:%Y-%m-%d %H:%M}  {one.host}  {one.purpose}  {one.bytes_out} out  {one.bytes_in} in")
    if not entries:
        remark("Nothing has left this machine.")


@privacy_command.command("preview")
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="For a reply to this .eml or .msg file."
)
@click.option("--message", type=int, help="For a reply to this stored message.")
@click.option("--to", help="For a new mail to this address.")
@click.option("--notes", default="", help="The notes.")
def preview(file: Path | None, message: int | None, to: str | None, notes: str) -> None:
    """The exact text a model service would be sent: redacted, unless you turned that off."""
    if sum((file is not None, message is not None, to is not None)) != 1:
        raise click.UsageError("Give one of --file, --message and --to.")
    target: Target = file or (MessageId(message) if message is not None else Address("", str(to).lower()))
    with opened("longhand privacy preview") as app:
        click.echo(app.drafts.preview(target, notes))
