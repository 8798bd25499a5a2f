"""Rule lists as models write them: the grammar that holds the format, and the parser that takes what
comes without it."""

import re

from core.domain import RuleLine
from core.traits import OTHER, TRAITS

MOST = 8  # rules in one list

_NAMES = {trait.name for trait in TRAITS} | {OTHER}
_LINE = re.compile(r"^[\s\-*•\d.)]*(?P<trait>[A-Za-z][\w \-/]{0,30}?)\**\s*[:=]\s*\**\s*(?P<sentence>\S.*)$")
_ALIASES = {
    "closing": "sign_off",
    "signoff": "sign_off",
    "signature": "name",
    "salutation": "greeting",
    "opening": "greeting",
    "exclamations": "exclamation",
    "exclamation_marks": "exclamation",
    "contraction": "contractions",
    "hedging": "hedges",
    "list": "lists",
    "bullets": "lists",
    "paragraph": "paragraphs",
    "gratitude": "thanks",
    "formality": "tone",
    "emojis": "emoji",
}


def parse_rules(text: str, most: int = MOST) -> tuple[RuleLine, ...]:
    """The rule lines in a model's answer, thinking left out; one a trait ('other' may repeat).
    Lines of no known form are passed over; an unknown trait counts as 'other'."""
    found: list[RuleLine] = []
    for raw in text.rpartition("</think>")[2].splitlines():
        match = _LINE.match(raw)
        if not match:
            continue
        line = RuleLine(_trait(match["trait"]), " ".join(match["sentence"].split()))
        taken = {one.sentence if one.trait == OTHER else one.trait for one in found}
        if (line.sentence if line.trait == OTHER else line.trait) not in taken:
            found.append(line)
    return tuple(found[:most])


def split_thinking(text: str) -> str:
    """The thinking of an answer that was begun with `<think>`; '' where it does not end."""
    thinking, end, _ = text.rpartition("</think>")
    return thinking.removeprefix("<think>").strip() if end else ""


def grammar(thinking: bool = False) -> str:
    """GBNF of a rule list, after a thought or at once."""
    traits = " | ".join(f'"{name}"' for name in sorted(_NAMES))
    root = f'line ("\\n" line){{0,{MOST - 1}}} "\\n"?'
    if thinking:
        root = f'[^<]* "</think>\\n" {root}'
    return f'root ::= {root}\nline ::= trait ": " [^\\n<]+\ntrait ::= {traits}\n'


def _trait(name: str) -> str:
    plain = re.sub(r"[\s\-/]+", "_", name.strip().casefold())
    plain = _ALIASES.get(plain, plain)
    return plain if plain in _NAMES else OTHER
