"""`longhand models use`, above all for model services, and `models cloud`: the terms on which one is used."""

import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

import click

from core import messages
from core.cli.output import json_option, opened, show, show_json
from core.errors import InputError
from core.models.services import KnownService, checked_url, known_service, services

_OTHER = KnownService("", "", "openai", "")


@click.command("use")
@click.argument("name")
@click.option(
    "--service", type=click.Choice([one.name for one in services()]), help="With 'cloud': which one."
)
@click.option("--url", default="", help="With 'cloud': its address, where it is none of these, or elsewhere.")
@click.option("--model", default="", help="With 'cloud': the service's model.")
@click.option("--account", "accounts", multiple=True, help="With 'cloud': for mail to this address of yours.")
def use_command(name: str, service: str | None, url: str, model: str, accounts: tuple[str, ...]) -> None:
    """Choose what writes: a name of the list, a GGUF file, or 'cloud' with --model and --service or --url.
    Any OpenAI-compatible service works by its --url."""
    new = bool(service or url or model or accounts)
    if new and (name != "cloud" or not model or not (service or url)):
        raise click.UsageError("--model goes with --service or --url, and all of them with 'cloud'.")
    known = known_service(service) if service else _OTHER
    where = checked_url(url or known.url)
    key = _key(known.key) if new else ""
    with opened("longhand models use") as app:
        if not new:
            show(app.models.use(name))
            return
        own = tuple(one.lower() for one in accounts)
        terms = replace(app.cloud.now, service=known.kind, base_url=where, model=model, accounts=own)
        show(app.models.use_cloud(terms, key))


def _key(needed: bool) -> str:
    """Typed unseen, or a line of standard input; 'none' for a server that asks for none."""
    asked = "Key: " if needed else "Key (empty for none): "
    given = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().strip()
    if needed and not given:
        raise InputError("The service's key is needed; type it, or give it on standard input.")
    return given or "none"


@click.command("cloud")
@click.option("--account", "accounts", multiple=True, help="Turn it on for mail to this address of yours.")
@click.option("--no-account", "off", multiple=True, help="Turn it off for this address.")
@click.option("--redact/--no-redact", default=None, help="Whether names, addresses and numbers stay here.")
@click.option("--word", "words", multiple=True, help="A word of yours that stays here, too.")
@click.option("--no-word", "freed", multiple=True, help="One that need not.")
@click.option("--requests", type=click.IntRange(min=0), help="The most requests a month; 0 for no limit.")
@click.option("--tokens", type=click.IntRange(min=0), help="The most tokens a month; 0 for no limit.")
@click.option("--off", "shut", is_flag=True, help="Turn it off. Choose another model with 'models use'.")
@json_option
def cloud_command(
    accounts: tuple[str, ...],
    off: tuple[str, ...],
    redact: bool | None,
    words: tuple[str, ...],
    freed: tuple[str, ...],
    requests: int | None,
    tokens: int | None,
    shut: bool,
    as_json: bool,
) -> None:
    """Show the terms on which a model service is used, or change them."""
    with opened("longhand models cloud") as app:
        known = app.cloud.now
        terms = replace(
            known,
            enabled=known.enabled and not shut,
            accounts=_changed(
                known.accounts, [one.lower() for one in accounts], [one.lower() for one in off]
            ),
            words=_changed(known.words, words, freed),
            redact=known.redact if redact is None else redact,
            monthly_requests=known.monthly_requests if requests is None else requests,
            monthly_tokens=known.monthly_tokens if tokens is None else tokens,
        )
        if terms != known:
            app.cloud.set(terms)
        used = app.cloud.service.used
    if as_json:
        show_json(asdict(terms) | {"used": asdict(used)})
        return
    limits = (terms.monthly_requests, terms.monthly_tokens)
    show(*messages.models.cloud_terms(terms.enabled, terms.model, terms.accounts, terms.redact, terms.words))
    show(messages.models.cloud_used((used.requests, used.tokens), limits))


def _changed(known: tuple[str, ...], more: Sequence[str], less: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys((*known, *more)) if one not in less)
