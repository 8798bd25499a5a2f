"""`longhand rules`: the rule book."""

from pathlib import Path

import click

from core import messages
from core.cli import shapes
from core.cli.output import json_option, opened, remark, show, show_json
from core.domain import Rule, RuleId, Scope, ScopeKind
from core.traits import trait_named
from core.traits.language import NAMES

_rule = click.argument("rule", type=int)


@click.group("rules")
def rules_command() -> None:
    """The rules drafts are written under."""


@rules_command.command("list")
@click.option("--trait", help="Only rules of this trait.")
@json_option
def list_rules(trait: str | None, as_json: bool) -> None:
    """List all rules: measured, learned and written."""
    with opened("longhand rules list") as app:
        found = [rule for rule in app.rules.all() if trait in (None, rule.trait)]
    if as_json:
        show_json([shapes.rule(rule) for rule in found])
        return
    for rule in found:
        show(f"{rule.id:>4}  {rule.origin:<8}  {messages.rules.rule_line(rule)}")
    if not found:
        remark("There are no rules yet; sync or import sent mail first.")


@rules_command.command("measured")
@click.option("--for", "scope", default="", help="An address or a domain; mail to everyone without.")
@click.option("--kind", default="", help="A kind of mail, such as 'refusal'.")
@click.option("--language", default="", help="Mail in a language, such as 'German'.")
@json_option
def measured(scope: str, kind: str, language: str, as_json: bool) -> None:
    """Show everything counted in your sent mail, habit or not: how often, since when, in which mails."""
    wanted = _scope(scope.lower(), kind, language)
    with opened("longhand rules measured") as app:
        found = app.rules.measured(wanted)
    if as_json:
        show_json([shapes.count(one, mails) for one, mails in found])
        return
    for one, _ in found:
        trait = trait_named(one.trait)
        label = trait.label if trait else one.trait
        show(messages.rules.count_line(label, one.value, len(one.where), one.mails, one.began, one.until))
    if not found:
        remark("Nothing is counted there yet; sync or import sent mail first.")


@rules_command.command("show")
@_rule
@json_option
def show_rule(rule: int, as_json: bool) -> None:
    """Show a rule with its history and the mails it rests on."""
    with opened("longhand rules show") as app:
        found, evidence = app.rules.get(RuleId(rule)), app.rules.evidence(RuleId(rule))
        history = app.rules.history(RuleId(rule))
    if as_json:
        mails = [shapes.message(one) for one in evidence]
        show_json(shapes.rule(found) | {"history": list(map(shapes.rule_change, history)), "mails": mails})
        return
    show(messages.rules.rule_line(found), "")
    told = (messages.rules.history_line(one.at, one.before, one.after) for one in history)
    show(*filter(None, told), "")
    for one in evidence:
        date = one.mail.date.date().isoformat() if one.mail.date else ""
        show(f"{date}  {one.mail.subject}")


@rules_command.command("add")
@click.argument("sentence")
@click.option("--trait", default="other", help="The trait it is about; 'other' for any.")
@click.option("--for", "scope", default="", help="An address or a domain it is for; everyone without.")
@click.option("--kind", default="", help="A kind of mail it is for, such as 'refusal'.")
@click.option("--language", default="", help="A language it is for, such as 'German'.")
@json_option
def add(sentence: str, trait: str, scope: str, kind: str, language: str, as_json: bool) -> None:
    """Write a rule of your own."""
    wanted = _scope(scope.lower(), kind, language)
    with opened("longhand rules add") as app:
        _told(app.rules.add(trait, sentence, wanted), as_json)


@rules_command.command("edit")
@_rule
@click.argument("sentence")
@json_option
def edit(rule: int, sentence: str, as_json: bool) -> None:
    """Put a rule into other words."""
    with opened("longhand rules edit") as app:
        _told(app.rules.edit(RuleId(rule), sentence), as_json)


@rules_command.command("merge")
@click.argument("rules", type=int, nargs=-1, required=True)
@click.option("--into", "sentence", required=True, help="The words of the rule that takes their place.")
@click.option("--for", "scope", default="", help="An address or a domain it is for; everyone without.")
@click.option("--kind", default="", help="A kind of mail it is for, such as 'refusal'.")
@click.option("--language", default="", help="A language it is for, such as 'German'.")
@json_option
def merge(rules: tuple[int, ...], sentence: str, scope: str, kind: str, language: str, as_json: bool) -> None:
    """Make one rule of several about the same."""
    wanted = _scope(scope.lower(), kind, language)
    with opened("longhand rules merge") as app:
        _told(app.rules.merge([RuleId(one) for one in rules], sentence, wanted), as_json)


@rules_command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def export(file: Path, as_json: bool) -> None:
    """Write the rules into a file (TOML) to read, to change, and to take elsewhere.

    It holds the rules drafts are written by and those you switched off, and may name people."""
    with opened("longhand rules export") as app:
        count = app.rules.transfer.export(file)
    if as_json:
        show_json({"rules": count})
    else:
        show(f"{count} rules are in the file.")


@rules_command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--undo", is_flag=True, help="Take the last import back.")
@json_option
def import_file(file: Path | None, undo: bool, as_json: bool) -> None:
    """Take in a file of rules as 'export' writes it; those it does not hold stay as they are."""
    if (file is None) is not undo:
        raise click.UsageError("Give a file, or --undo.")
    with opened("longhand rules import") as app:
        done = app.rules.transfer.take_in(file) if file else app.rules.transfer.take_back()
    if isinstance(done, int):
        show_json({"undone": done}) if as_json else show(f"{done} rules are as they were before the import.")
        return
    if as_json:
        show_json(vars(done))
        return
    show(messages.rules.taken_in(done.added, done.changed, done.same))
    if done.added + done.changed:
        remark("'longhand rules import --undo' takes this back.")


@rules_command.command("pin")
@_rule
@json_option
def pin(rule: int, as_json: bool) -> None:
    """Let a rule win over others of its trait and scope."""
    with opened("longhand rules pin") as app:
        _told(app.rules.pin(RuleId(rule)), as_json)


@rules_command.command("unpin")
@_rule
@json_option
def unpin(rule: int, as_json: bool) -> None:
    """Take a pin off."""
    with opened("longhand rules unpin") as app:
        _told(app.rules.unpin(RuleId(rule)), as_json)


@rules_command.command("off")
@_rule
@json_option
def off(rule: int, as_json: bool) -> None:
    """Switch a rule off, for ever."""
    with opened("longhand rules off") as app:
        _told(app.rules.turn_off(RuleId(rule)), as_json)


@rules_command.command("on")
@_rule
@json_option
def on(rule: int, as_json: bool) -> None:
    """Switch a rule on again."""
    with opened("longhand rules on") as app:
        _told(app.rules.turn_on(RuleId(rule)), as_json)


@rules_command.command("proposals")
@json_option
def proposals(as_json: bool) -> None:
    """List the rules your edits of drafts speak for."""
    with opened("longhand rules proposals") as app:
        found = app.rules.proposals()
    if as_json:
        show_json([shapes.proposal(one) for one in found])
        return
    for one in found:
        show(f"{one.number:>4}  {messages.rules.proposal_line(one)}")
    if not found:
        remark("There is nothing to propose: no edit was made often enough yet.")


@rules_command.command("accept")
@click.argument("number", type=int)
@json_option
def accept(number: int, as_json: bool) -> None:
    """Make a proposal a rule of your own."""
    with opened("longhand rules accept") as app:
        _told(app.rules.accept(number), as_json)


@rules_command.command("decline")
@click.argument("number", type=int)
def decline(number: int) -> None:
    """Turn a proposal down, for ever."""
    with opened("longhand rules decline") as app:
        app.rules.decline(number)
    show("It will not be proposed again.")


def _told(rule: Rule, as_json: bool) -> None:
    if as_json:
        show_json(shapes.rule(rule))
    else:
        show(f"{rule.id:>4}  {messages.rules.rule_line(rule)}")


def _scope(who: str, kind: str, language: str) -> Scope:
    if sum(map(bool, (who, kind, language))) > 1:
        raise click.UsageError("Give one of --for, --kind and --language.")
    if language:
        if language.capitalize() not in NAMES.values():
            known = ", ".join(sorted(NAMES.values()))
            raise click.BadParameter(f"one of {known}", param_hint="--language")
        return Scope(ScopeKind.LANGUAGE, language.capitalize())
    if kind:
        return Scope(ScopeKind.KIND, kind)
    if not who:
        return Scope()
    return Scope(ScopeKind.PERSON if "@" in who.strip("@") else ScopeKind.AUDIENCE, who.removeprefix("@"))
