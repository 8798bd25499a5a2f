"""`longhand models cloud`: the terms on which a model service is used."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import click

from core import messages
from core.cli.output import json_option, opened, show, show_json


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
