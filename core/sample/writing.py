"""A reply in a given style: a styled wrapper around clauses carried over word for word.

The clauses hold all that is said; the wrapper holds all that is style. `write` also returns, trait
by trait, the words that show the value, which is what a model is taught to quote when it compares
two replies.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.sample.style import Style

# Each phrase is written out in full forms: `contract` shortens the whole mail where the style asks.
_THANKS_FIRST = {
    "neutral": ("Thank you for your message.", "Thank you for your mail.", "Many thanks for writing."),
    "formal": (
        "I am grateful for your message.",
        "Thank you for your esteemed message.",
        "I acknowledge your message with thanks.",
    ),
    "casual": ("Thanks for the note.", "Thanks for the message.", "Thanks for getting in touch."),
}
_THANKS_LAST = {
    "neutral": ("Thank you again.", "Thank you very much.", "Many thanks again."),
    "formal": (
        "I remain grateful for your assistance.",
        "Thank you for your kind attention.",
        "With my thanks for your assistance.",
    ),
    "casual": ("Thanks a lot.", "Thanks again.", "Thanks so much."),
}
_TONE = {
    "formal": (
        "I write further to your message.",
        "With reference to your message, I would state the following.",
        "Kindly note the following.",
    ),
    "casual": ("Just a quick one from me.", "Right, here we go.", "OK, so here is where we are."),
}
_PLEASANTRY = {
    "neutral": ("I hope you are well.", "I hope all is well with you."),
    "formal": ("I hope this message finds you well.", "I trust that you are well."),
    "casual": ("I hope you are doing great.", "I hope your week is going well."),
}
_OFFER = {
    "neutral": ("Please let me know if you have any questions.", "Let me know if you need anything else."),
    "formal": (
        "Please do not hesitate to contact me with any questions.",
        "I remain at your disposal for any questions.",
    ),
    "casual": ("Just shout if you need anything.", "Give me a shout if you need more."),
}
_QUESTION = {
    "neutral": ("Does that work for you?", "Is that all right with you?"),
    "formal": ("Would that be acceptable to you?", "May I ask whether this suits you?"),
    "casual": ("Sound good?", "Does that work?"),
}
_FILLER = {
    "neutral": (
        "I wanted to let you know as soon as possible.",
        "This is where things stand at the moment.",
        "I have made a note of it on my side.",
        "I will keep you informed if anything changes.",
        "That should cover what you asked.",
        "I am glad to have this settled.",
    ),
    "formal": (
        "I consider it important that you are informed in good time.",
        "This is the position at present.",
        "I have recorded the matter accordingly.",
        "I will inform you should anything change.",
        "This should address your message in full.",
        "I am pleased to have the matter settled.",
    ),
    "casual": (
        "I wanted to get this to you quickly.",
        "That is where we are right now.",
        "I have jotted it all down here.",
        "I will give you a nudge if anything changes.",
        "That pretty much covers it.",
        "I am happy we have got that sorted.",
    ),
}
# After the point, not before it: a point that keeps its beginning is carried over as it stands.
_HEDGE = ("as far as I can tell", "if I am not mistaken", "I believe", "it seems")
HOLDING = (
    "I will look at this and come back to you",
    "I will read it properly and write again soon",
    "I have received this and will answer in detail later",
    "I am looking into it and will be in touch",
)
_FILLERS = {"short": 0, "medium": 1, "long": 3}

_WHO = ("I", "you", "we", "they", "it", "he", "she", "that", "there")
_NEGATED = ("do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "would", "could", "should")
_SHORT_FORMS = (
    ("I am", "I'm"),
    ("cannot", "can't"),
    ("will not", "won't"),
    ("let us", "let's"),
    *((f"{who} are", f"{who}'re") for who in ("you", "we", "they")),
    *((f"{who} is", f"{who}'s") for who in ("it", "that", "there", "he", "she", "what", "here")),
    *((f"{who} have", f"{who}'ve") for who in ("I", "you", "we", "they")),
    *((f"{who} will", f"{who}'ll") for who in _WHO),
    *((f"{who} would", f"{who}'d") for who in _WHO),
    *((f"{verb} not", f"{verb}n't") for verb in _NEGATED),
)


def _table(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    both = {}
    for long, short in pairs:
        both[long] = short
        both[long[0].upper() + long[1:]] = short[0].upper() + short[1:]
    return both


_TO_SHORT = _table(_SHORT_FORMS)
_TO_LONG = {short: long for long, short in _TO_SHORT.items()}
# 'I have to go' keeps its form: "I've to go" is nobody's English.
_LONG_RE = re.compile(r"\b(" + "|".join(sorted(_TO_SHORT, key=len, reverse=True)) + r")\b(?! to\b)")
_SHORT_RE = re.compile(r"\b(" + "|".join(sorted(_TO_LONG, key=len, reverse=True)) + r")\b")


def contract(text: str) -> str:
    """Every form that has a short one, shortened: 'I will' -> "I'll"."""
    return _LONG_RE.sub(lambda found: _TO_SHORT[found[0]], text)


def expand(text: str) -> str:
    """Every short form written out: "can't" -> 'cannot'."""
    return _SHORT_RE.sub(lambda found: _TO_LONG[found[0]], text)


@dataclass(frozen=True)
class Names:
    """Who writes to whom: full names."""

    reader: str
    writer: str

    @property
    def reader_first(self) -> str:
        return self.reader.partition(" ")[0]

    @property
    def writer_first(self) -> str:
        return self.writer.partition(" ")[0]


@dataclass(frozen=True)
class Open:
    """The open rules a text keeps beside its traits: ('avoid' | 'call' | 'start' | 'end') -> string."""

    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A reply and, for each trait it shows, the words that show its value ('-' for an absence)."""

    text: str
    shown: Mapping[str, str]


def write(
    style: Style, clauses: Sequence[str], names: Names, rng: random.Random, extra: Open | None = None
) -> Written:
    """The reply that says `clauses` (full clauses, no full stop) in `style`."""
    rules = dict(extra.rules) if extra else {}
    pick = _Picker(style["tone"], rng, rules.get("avoid", ""))
    opening = _opening(style, pick)
    points = _points(style, clauses, pick)
    closing = _closing(style, pick)
    if "start" in rules:
        opening.insert(0, rules["start"])
    if "end" in rules:
        closing.append(rules["end"])
    shown: dict[str, str] = {}
    body = _body(style, opening, points, closing, shown, fixed="start" in rules)
    lines = _frame(style, names, rules, shown)
    text = "\n\n".join(part for part in (lines[0], body, lines[1]) if part)
    _show(style, pick, text, shown)
    return Written(text, shown)


class _Picker:
    """Draws wrapper phrases of one tone, keeping off a forbidden word."""

    def __init__(self, tone: str, rng: random.Random, avoid: str) -> None:
        self.tone, self.rng, self.avoid = tone, rng, avoid.lower()
        self.drawn: dict[str, str] = {}

    def one(self, trait: str, bank: Mapping[str, tuple[str, ...]] | tuple[str, ...]) -> str:
        return self.many(trait, bank, 1)[0]

    def many(
        self, trait: str, bank: Mapping[str, tuple[str, ...]] | tuple[str, ...], count: int
    ) -> list[str]:
        phrases = bank if isinstance(bank, tuple) else bank[self.tone]
        allowed = [p for p in phrases if not self.avoid or self.avoid not in re.findall(r"\w+", p.lower())]
        drawn = self.rng.sample(allowed or list(phrases), count)
        self.drawn[trait] = drawn[0]
        return drawn


def _opening(style: Style, pick: _Picker) -> list[str]:
    lines = []
    if style["pleasantry"] == "yes":
        lines.append(pick.one("pleasantry", _PLEASANTRY))
    if style["thanks"] == "first":
        lines.append(pick.one("thanks", _THANKS_FIRST))
    if style["tone"] != "neutral":
        lines.append(pick.one("tone", _TONE))
    return lines


def _points(style: Style, clauses: Sequence[str], pick: _Picker) -> list[str]:
    points = list(clauses)
    if style["hedges"] == "yes":
        points[0] += f", {pick.one('hedges', _HEDGE)}"
    points = [capital(point) for point in points]
    if style["lists"] == "dashes":
        return [f"- {point}" for point in points]
    if style["lists"] == "numbers":
        return [f"{i}. {point}" for i, point in enumerate(points, 1)]
    return [f"{point}." for point in points]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _closing(style: Style, pick: _Picker) -> list[str]:
    count = _FILLERS[style["length"]]
    lines = pick.many("length", _FILLER, count) if count else []
    if style["thanks"] == "last":
        lines.append(pick.one("thanks", _THANKS_LAST))
    if style["offer"] == "yes":
        lines.append(pick.one("offer", _OFFER))
    if style["question"] == "yes":
        lines.append(pick.one("question", _QUESTION))
    return lines


def _body(
    style: Style,
    opening: list[str],
    points: list[str],
    closing: list[str],
    shown: dict[str, str],
    *,
    fixed: bool,
) -> str:
    listed = style["lists"] != "no"
    blocks = [list(opening), list(points), list(closing)]
    finish = contract if style["contractions"] == "yes" else expand
    first = blocks[0] if len(blocks[0]) > fixed else blocks[1] if not listed else blocks[2]
    if first:
        at = 1 if fixed and first is blocks[0] else 0
        if style["exclamation"] == "yes" and not first[at].endswith("?"):
            first[at] = re.sub(r"[.?!]?$", "!", first[at], count=1)
        shown["exclamation"] = finish(first[at])
    last = blocks[2] or blocks[1]
    if style["emoji"] != "no":
        last[-1] += f" {style['emoji']}"
    joints = ["\n" if listed and i == 1 else " " for i in range(3)]
    texts = [joint.join(block) for joint, block in zip(joints, blocks, strict=True) if block]
    between = "\n\n" if style["paragraphs"] == "several" else "\n" if listed else " "
    return finish(between.join(texts))


def _frame(style: Style, names: Names, rules: Mapping[str, str], shown: dict[str, str]) -> tuple[str, str]:
    first = rules.get("call", names.reader_first)
    full = rules.get("call", names.reader)
    greeting = "" if style["greeting"] == "none" else style["greeting"]
    greeting = greeting.replace("[first name]", first).replace("[full name]", full)
    signed = {"full": names.writer, "first": names.writer_first, "initial": names.writer[0], "none": ""}[
        style["name"]
    ]
    sign_off = "" if style["sign_off"] == "none" else style["sign_off"]
    shown |= {"greeting": greeting or "-", "sign_off": sign_off or "-", "name": signed or "-"}
    return greeting, "\n".join(part for part in (sign_off, signed) if part)


def _show(style: Style, pick: _Picker, text: str, shown: dict[str, str]) -> None:
    """Adds the evidence of what `text` shows; a trait with nothing to show in it is left out."""
    short, long = _SHORT_RE.search(text), _LONG_RE.search(text)
    if short or long:
        shown["contractions"] = (short or long)[0]  # type: ignore[index]
    shown["length"] = style["length"]
    shown["lists"] = {"no": "prose", "dashes": "- lines", "numbers": "1. lines"}[style["lists"]]
    shown["emoji"] = style["emoji"] if style["emoji"] != "no" else "-"
    shown["paragraphs"] = style["paragraphs"]
    shown["tone"] = style["tone"]
    for trait in ("thanks", "hedges", "pleasantry", "offer", "question"):
        shown[trait] = " ".join(pick.drawn[trait].split()[:3]).rstrip(".,?!") if trait in pick.drawn else "-"
    if style["thanks"] == "last":
        shown["thanks"] = f"last {shown['thanks']}"
