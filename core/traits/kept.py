"""Whether a text keeps a rule: by its trait's detector, or, for open rules (words never to write,
how to begin and end, what to call someone), by the strings the rule names."""

import re

from core.domain import Kept, RuleLine
from core.traits.detectors import EMOJI, TRAITS, Seen, Trait
from core.traits.layout import Names, lay_out, tidy
from core.traits.wording import is_negated, quoted, rule_value

_OPEN = frozenset({"greeting", "sign_off"})
_WORD = re.compile(r"\b(?:the )?(?:word|phrase|term|expression)s? (?P<word>[\w'-]+)", re.IGNORECASE)
_BARE = re.compile(
    r"\b(?:start|begin|open|end|close|finish|call|address)\w*\b.*?\b(?:with|by|as|them|him"
    r"|her)\b:? (?P<text>[^.\"]+)\.?$",
    re.IGNORECASE,
)
_STARTS = re.compile(r"\b(?:start|begin|open)(?:s|ning|ing)?\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:end|close|finish|conclude)(?:s|ing)?\b", re.IGNORECASE)
_CALLS = re.compile(r"\b(?:call|address|refer to)\b", re.IGNORECASE)
_SWAPS = re.compile(r"\b(?:instead of|rather than|in place of)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:write|say|use|mention|include|put|add|word|phrase)\b", re.IGNORECASE)


def trait_named(name: str) -> Trait | None:
    return next((trait for trait in TRAITS if trait.name == name), None)


def same(trait: Trait | str, a: str, b: str) -> bool:
    """Whether two values of a trait count as one: open strings regardless of case and end marks."""
    name = trait if isinstance(trait, str) else trait.name
    return plain(a) == plain(b) if name in _OPEN else a == b


def detect_all(text: str, names: Names) -> dict[str, str | None]:
    """Every trait's value in a text, in the order of TRAITS."""
    seen = Seen(text, names)
    return {trait.name: trait.see(seen) for trait in TRAITS}


def kept(line: RuleLine, text: str, names: Names) -> Kept:
    """Whether `text` does what the rule asks for; CANNOT_TELL where code cannot see it."""
    trait = trait_named(line.trait)
    value = rule_value(line, names) if trait else None
    if trait is None or value is None:
        return _open_kept(line.sentence, text, names)
    found = trait.detect(text, names)
    if found is None:
        return Kept.CANNOT_TELL
    if trait.name == "length" and value != found and "medium" in (value, found):
        return Kept.CANNOT_TELL  # how much there was to say decides between neighbours
    return _verdict(same(trait, value, found))


def _open_kept(sentence: str, text: str, names: Names) -> Kept:
    rule, written = tidy(sentence), tidy(text)
    strings = _strings(rule)
    if not strings:
        return Kept.CANNOT_TELL
    if (swap := _SWAPS.search(rule)) and quoted(rule[: swap.start()]):
        strings = quoted(rule[swap.end() :]) or strings  # Write "call" instead of "meeting".
    if is_negated(rule):
        return _verdict(not any(_contains(written, string) for string in strings))
    layout = lay_out(written, names)
    if _STARTS.search(rule):
        return _verdict(any(_begins(part, strings[0]) for part in (written, layout.body)))
    if _ENDS.search(rule):
        return _verdict(
            any(_ends(part, strings[0]) for part in (written, _unsigned(written, layout.signed), layout.body))
        )
    if _CALLS.search(rule):
        return _verdict(_contains(written, strings[-1]))
    if _WRITES.search(rule):
        return _verdict(all(_contains(written, string) for string in strings))
    return Kept.CANNOT_TELL


def _strings(rule: str) -> list[str]:
    if strings := quoted(rule):
        return strings
    if words := [match["word"] for match in _WORD.finditer(rule)]:
        return words
    bare = _BARE.search(rule)
    return [bare["text"].strip()] if bare else []


def _unsigned(text: str, signed: str) -> str:
    stripped = text.rstrip(" .")
    return stripped.removesuffix(signed).rstrip(" -–—\n") if signed else stripped


def _contains(text: str, string: str) -> bool:
    words = r"\s+".join(re.escape(word) for word in string.strip(" .,").split())
    return bool(re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))


def _begins(text: str, string: str) -> bool:
    return plain(text).startswith(plain(string))


def _ends(text: str, string: str) -> bool:
    return plain(text).endswith(plain(string))


def plain(text: str) -> str:
    """Without case, end marks and emoji: what two open values are compared by."""
    return " ".join(EMOJI.sub("", tidy(text)).casefold().split()).strip(" ,.!;:-–—")


def _verdict(holds: bool) -> Kept:
    return Kept.KEPT if holds else Kept.NOT_KEPT
