"""Cases that the embedded models are trained on: a mail, its notes and who is writing, with what people leave
around a mail, and the rules that lie between two replies to it."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain import Address, Context, Incoming, RuleLine
from core.sample import pools
from core.sample.situations import Scene
from core.sample.style import NEUTRAL, TRAIT_ORDER, wording
from core.sample.writing import HOLDING, Names, Open, Written, contract, write

_START_WORDS = (
    "message",
    "thank",
    "hope",
    "questions",
    "know",
    "point",
    "quick",
    "note",
    "mail",
    "glad",
    "well",
)
MOST_RULES = 8  # in one list, as the app's grammar has it


@dataclass(frozen=True)
class Case:
    """A mail, its notes and who is writing: the ground on which every task's sample stands."""

    context: Context
    names: Names
    clauses: tuple[str, ...]
    facts: tuple[str, ...]
    style: Mapping[str, str]
    open_rules: Mapping[str, str]


def make_case(
    scene: Scene,
    style: Mapping[str, str],
    rng: random.Random,
    words: Sequence[str],
    *,
    writer: str = "",
    between: tuple[Address, Address] | None = None,
) -> Case:
    """A case on a scene: people, a thread or none, notes full, short or empty (a third each). `writer`: who
    answers; `between`: who wrote, and who answers."""
    sender, recipient = between or _strangers(writer or pools.person(rng), rng)
    names = Names(sender.name, recipient.name)
    incoming = Incoming(
        sender,
        recipient,
        ("Re: " if rng.random() < 0.2 else "") + scene.subject,
        _noisy_body(scene.body, names, rng) if rng.random() < 0.95 else "",
        _thread(words, names, rng),
    )
    form = rng.choice(("full", "full", "short", "short", "empty", "full"))
    clauses: tuple[str, ...] = scene.clauses if form == "full" else scene.clauses[: rng.randint(1, 2)]
    if form == "empty":
        clauses = (rng.choice(HOLDING),)
    notes = "" if form == "empty" else _noted(clauses, rng)
    facts = tuple(fact for fact in scene.facts if any(fact in clause for clause in clauses))
    open_rules = possible(open_rules_for(words, rng), style, clauses, names)
    return Case(Context(incoming, notes), names, clauses, facts, style, open_rules)


def possible(
    open_rules: Mapping[str, str], style: Mapping[str, str], clauses: Sequence[str], names: Names
) -> Mapping[str, str]:
    """The open rules that can be kept: a greeting without a name has no place for another one, and a word
    that the points or each phrase of the style hold cannot be avoided."""
    if "call" in open_rules and "[" not in style["greeting"]:
        return {}
    if "avoid" in open_rules:
        text = write(style, clauses, names, random.Random(0), Open(open_rules)).text
        return {} if open_rules["avoid"] in re.findall(r"\w+", text.lower()) else open_rules
    return open_rules


def _strangers(writer: str, rng: random.Random) -> tuple[Address, Address]:
    reader, home = pools.person(rng), pools.domain(rng)
    there = home if rng.random() < 0.3 else pools.domain(rng)
    return (
        Address(reader, pools.address(reader, there, rng)),
        Address(writer, pools.address(writer, home, rng)),
    )


def _noted(clauses: Sequence[str], rng: random.Random) -> str:
    """The clauses as a person jots them down."""
    said = [contract(one) if rng.random() < 0.25 else one for one in clauses]
    form = rng.random()
    if form < 0.5:
        return "\n".join(said)
    if form < 0.75:
        return "; ".join(said)
    if form < 0.85:
        return "\n".join(f"- {one}" for one in said)
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said)


def _noisy_body(body: str, names: Names, rng: random.Random) -> str:
    """The incoming text with what people leave around it: greeting, closing, signature, a slip."""
    text = body
    if rng.random() < 0.15 and len(text) > 20:
        at = rng.randint(5, len(text) - 5)
        text = text[:at] + text[at + 1 :]
    if rng.random() < 0.6:
        text = f"{rng.choice(('Hi', 'Dear', 'Hello'))} {names.writer.partition(' ')[0]},\n\n{text}"
    if rng.random() < 0.5:
        text += f"\n\n{rng.choice(('Best', 'Regards', 'Thanks'))},\n{names.reader}"
    if rng.random() < 0.1:
        text += f"\n{pools.company(rng)}, {pools.place(rng)}"
    return text


def _thread(words: Sequence[str], names: Names, rng: random.Random) -> tuple[tuple[str, str], ...]:
    if rng.random() < 0.85:
        return ()
    text = " ".join(rng.choices(words, k=rng.randint(4, 12)))
    return ((rng.choice((names.reader, names.writer)), text.capitalize() + "."),)


def open_rules_for(words: Sequence[str], rng: random.Random) -> Mapping[str, str]:
    """Drawn: mostly none, else one that no trait has a place for."""
    if rng.random() > 0.35:
        return {}
    kind = rng.choice(("avoid", "call", "start", "end"))
    if kind == "avoid":
        return {kind: rng.choice(_START_WORDS)}
    if kind == "call":
        return {kind: pools.first_name(rng)}
    some = rng.sample(words, min(len(words), 3)) if rng.random() < 0.2 else words  # some words come twice
    return {kind: " ".join(rng.choices(some, k=rng.randint(2, 6))).capitalize() + "."}


def neutral(case: Case, rng: random.Random) -> Written:
    """y_z: what the large model writes under no rules."""
    return write(NEUTRAL, case.clauses, case.names, rng)


def compare(
    draft: Written, sent: Written, style: Mapping[str, str], rng: random.Random
) -> tuple[str, list[RuleLine]]:
    """The thinking that turns draft into sent, trait by trait with its evidence and the value it shows,
    and the rules: one for each trait in which the two texts visibly differ. For exclamation the first
    sentence is quoted in every case: whether a mark stands at its end is not seen from afar."""
    thoughts, lines = [], []
    for trait in TRAIT_ORDER:
        was, now, value = draft.shown.get(trait), sent.shown.get(trait), style[trait]
        thought = "signed" if trait == "name" else trait  # greetings are full of 'first name'
        if trait == "exclamation" and now:
            value = "yes" if now.endswith("!") else "no"
            thoughts.append(f"{trait} {now} = {value}")
        elif now is None or now == was or value == NEUTRAL[trait]:
            thoughts.append(f"{thought} =")
        else:
            thoughts.append(f"{thought} {was or '-'} > {now}" + (f" = {value}" if value != now else ""))
        if not thoughts[-1].endswith("=") and value != NEUTRAL[trait]:
            lines.append(RuleLine(trait, wording(trait, value, rng)))
    return "\n".join(thoughts) + "\n", lines[:MOST_RULES]
