"""Style rules as a TOML file that people read and edit, and that another profile can take in."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from core.domain import OUT, Rule, RuleOrigin, RuleState, Scope, ScopeKind
from core.errors import InputError
from core.preference.measured import NEW_CONTACT
from core.preference.rulebook import has_ended, is_weak
from core.traits import OTHER, trait_named
from core.traits.language import NAMES

MOST_BYTES = 4_000_000  # a file of rules is some kilobytes; more is something else
_HEAD = """\
Style rules of Longhand, to read, to change and to take elsewhere.
'longhand rules import FILE' takes them in, and --undo takes that back.
Each [[rule]] has
  rule   what a reply should do, in one line
  about  what that is about, such as greeting, sign_off or length; other for anything
  for    everyone, ann@firm.example, firm.example, new contact, kind: refusal, language: German
  state  active, pinned (always applies) or off (never again)
'about', 'for' and 'state' may be left out. What is not in this file stays as it is."""
_EVERYONE, _KIND, _LANGUAGE = "everyone", "kind:", "language:"
_DOMAIN = re.compile(r"@[^\s@:]+|[^\s@:]+\.[^\s@:]+")
_TABLE = re.compile(r"[ \t]*\[\[[ \t]*[\"']?rule[\"']?[ \t]*\]\]")
_CHOICES = {RuleState.ACTIVE, RuleState.PINNED, RuleState.OFF}  # the others are Longhand's own bookkeeping


@dataclass(frozen=True)
class FileRule:
    """One rule as a file puts it."""

    sentence: str
    trait: str
    scope: Scope
    state: RuleState


class _Entry(msgspec.Struct, forbid_unknown_fields=True, rename={"audience": "for"}):
    rule: str
    about: str = OTHER
    audience: str = _EVERYONE
    state: RuleState = RuleState.ACTIVE


def worth_telling(rule: Rule) -> bool:
    """Whether it goes into a file: what drafts are written by, and what the user has switched off."""
    if rule.state in (RuleState.PINNED, RuleState.OFF):
        return True
    return rule.state not in OUT and not has_ended(rule) and not is_weak(rule)


def to_text(rules: Sequence[Rule]) -> str:
    """The file that holds those `worth_telling`, each with a comment on what bears it out."""
    import tomlkit  # here alone, as in core.store.settings: it takes a while to import

    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    tables = tomlkit.aot()
    for rule in filter(worth_telling, rules):
        table = tomlkit.table()
        if rule.origin is not RuleOrigin.WRITTEN:
            total = rule.support_for + rule.support_against
            table.add(tomlkit.comment(f"{rule.origin} from sent mail, {rule.support_for} of {total} mails"))
        table.add("rule", rule.sentence)
        table.add("about", rule.trait)
        table.add("for", _scope_words(rule.scope))
        table.add("state", rule.state.value)
        tables.append(table)
    if tables:
        document.add(tomlkit.nl())
        document.add("rule", tables)
    return tomlkit.dumps(document)


def from_text(text: str) -> tuple[FileRule, ...]:
    """Raises InputError with the line that cannot be read, and what to do about it."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise InputError(f"Line {line} of the file is not valid TOML; correct it and try again.") from None
    entries = values.get("rule", [])
    for key in values:
        if key != "rule":
            raise InputError(f"{_at(text, 0, key)}only [[rule]] can stand in the file; take the rest out.")
    if not isinstance(entries, list):
        raise InputError(f"{_at(text, 0, 'rule')}each rule begins with [[rule]]; correct it and try again.")
    return tuple(_read(text, place, entry) for place, entry in enumerate(entries, 1))


def _read(text: str, place: int, entry: Any) -> FileRule:
    try:
        read = msgspec.convert(entry, _Entry)
    except msgspec.ValidationError as error:
        raise InputError(_refusal(text, place, str(error))) from None
    sentence, trait = read.rule.strip(), read.about.strip() or OTHER
    if len(sentence.splitlines()) != 1:
        raise InputError(f"{_at(text, place, 'rule')}a rule is one line of text; correct it and try again.")
    if trait != OTHER and trait_named(trait) is None:
        raise InputError(
            f"{_at(text, place, 'about')}there is no such trait; use 'other' for a rule of your own."
        )
    if read.state not in _CHOICES:
        raise InputError(f"{_at(text, place, 'state')}'state' is active, pinned or off; correct it.")
    scope = _scope(read.audience)
    if scope is None:
        raise InputError(
            f"{_at(text, place, 'for')}'for' is everyone, an address, a domain, new contact, 'kind: ...' or"
            " 'language: ...' with the language's English name; correct it."
        )
    return FileRule(sentence, trait, scope, read.state)


def _refusal(text: str, place: int, error: str) -> str:
    """msgspec says "Expected `str`, got `int` - at `$.about`", or names the field that is missing or
    unknown."""
    told, _, where = error.partition(" - at `$")
    field = re.search(r"field `([^`]*)`", told)
    key = field[1] if field else where.strip(".`")
    if "unknown field" in told:
        return f"{_at(text, place, key)}a rule has only rule, about, for and state; take the rest out."
    if "missing required" in told:
        return f'{_at(text, place, "")}the rule\'s own words are missing; add a line rule = "...".'
    if key == "state":
        return f"{_at(text, place, key)}'state' is active, pinned or off; correct it."
    what = f"'{key}' is" if key else "this is no rule and"
    return f"{_at(text, place, key)}{what} not as it should be; the head of an exported file says how."


def _at(text: str, place: int, key: str) -> str:
    """'Line 12 of the file: ' where the line can be found, by the `place`th [[rule]] (1 is the first, 0 the
    whole file) and its key; 'Rule 3 of the file: ' otherwise."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if _TABLE.match(line)]
    if place > len(starts):
        return f"Rule {place} of the file: "
    begin = starts[place - 1] if place else 1
    end = starts[place] - 1 if 0 < place < len(starts) else len(lines)
    wanted = re.compile(rf"[ \t]*\[?[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]") if key else None
    for number in range(begin, end + 1):
        if wanted and wanted.match(lines[number - 1]):
            return f"Line {number} of the file: "
    return f"Line {begin} of the file: "


def _scope_words(scope: Scope) -> str:
    match scope.kind:
        case ScopeKind.EVERYONE:
            return _EVERYONE
        case ScopeKind.KIND:
            return f"{_KIND} {scope.value}"
        case ScopeKind.LANGUAGE:
            return f"{_LANGUAGE} {scope.value}"
        case ScopeKind.AUDIENCE if scope.value != NEW_CONTACT and "." not in scope.value:
            return f"@{scope.value}"
        case _:
            return scope.value


def _scope(words: str) -> Scope | None:
    """None for what names nobody."""
    plain = words.strip().lower()
    if plain in ("", _EVERYONE):
        return Scope()
    if plain == NEW_CONTACT:
        return Scope(ScopeKind.AUDIENCE, NEW_CONTACT)
    if plain.startswith(_KIND):
        kind = plain.removeprefix(_KIND).strip()
        return Scope(ScopeKind.KIND, kind) if kind else None
    if plain.startswith(_LANGUAGE):
        language = plain.removeprefix(_LANGUAGE).strip().capitalize()
        return Scope(ScopeKind.LANGUAGE, language) if language in NAMES.values() else None
    if "@" in plain.strip("@"):
        return Scope(ScopeKind.PERSON, plain)
    return Scope(ScopeKind.AUDIENCE, plain.removeprefix("@")) if _DOMAIN.fullmatch(plain) else None
