"""The embedded models on held-out people, names, facts, phrasings and whole situations: rules followed, facts
kept, facts invented, rules found, briefs. Greedy, through the llama child, on three tests: the bank they were
trained on, the second bank of the same situations, and situations never seen (with 40 mails by hand)."""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from core.domain import Address, Context, Incoming, Kept, RuleLine
from core.drafting import facts
from core.engine.llama import LlamaEngine
from core.models import prompts
from core.models.catalogue import embedded_path, find
from core.models.chat import Question
from core.models.embedded.cases import Case, compare, make_case, neutral
from core.models.local import LocalModel
from core.sample import pools
from core.sample.situations import Situation, load, stage
from core.sample.style import NEUTRAL, TRAIT_ORDER, random_style, wording
from core.sample.writing import Names, Open, write
from core.traits import Names as TraitNames
from core.traits import kept, rule_value, same
from tests.bench.figure import Figure, at_least, at_most, reported

CASES, QUICK = 180, 24
# Enough of them that a sentence made of six hardly repeats one: no user asks for "Copper copper copper."
WORDS = tuple(
    "alder anvil beacon bramble cinder cobble copper dovecote drover ember estuary flint furrow gantry gorse"
    " heron hollow ivory jetty juniper kestrel lantern limpet magpie meadow nettle orchard paddock pebble"
    " quarry quill rafter saddle sorrel tanner thistle umber vellum willow yarrow".split()
)
HANDWRITTEN = Path(__file__).parent / "data" / "handwritten.toml"
# traits, facts, invented, rules, brief: for in-bank, second bank, unseen
TARGETS = {
    "in_bank": (0.95, 0.97, 0.05, 0.90, 0.95),
    "second_bank": (0.90, 0.95, 0.1, 0.85, 0.90),
    "unseen": (0.85, 0.80, 0.3, 0.75, 0.80),
}


@dataclass
class Tally:
    """What one test adds up to."""

    kept: list[bool] = field(default_factory=list)
    by_trait: dict[str, list[bool]] = field(default_factory=dict)
    facts: list[bool] = field(default_factory=list)
    invented: list[int] = field(default_factory=list)
    found: int = 0
    claimed: int = 0
    wanted: int = 0
    brief_facts: list[bool] = field(default_factory=list)
    parsed: list[bool] = field(default_factory=list)
    briefs: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


def run(quick: bool) -> Iterator[Figure]:
    engine = LlamaEngine()
    writer = _Writer(engine)
    briefs: list[tuple[str, Mapping[str, str]]] = []
    try:
        for name in TARGETS:
            tally = Tally()
            rng = random.Random(f"mini_models {name}")
            for case in _cases(name, rng, QUICK if quick else CASES):
                _guided(writer, case, rng, tally)
                _compared(writer, case, rng, tally)
            briefs += tally.briefs
            yield from _figures(name, tally)
    finally:
        engine.close()
    by_trait = leaks(briefs)
    # 0.5 is chance; the margin is what a mean over so few briefs may stray by itself.
    yield at_most("mini_models.brief_tells_style", fmean(by_trait.values()), 0.55, "AUC", by_trait=by_trait)


def leaks(briefs: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, float]:
    """How well a classifier over character n-grams tells from a brief whether the reply had a trait:
    cross-validated area under the curve, by trait; 0.5 is chance."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline

    texts = [brief for brief, _ in briefs]
    found = {}
    for trait in TRAIT_ORDER:
        has = [style[trait] != NEUTRAL[trait] for _, style in briefs]
        if 5 <= sum(has) <= len(has) - 5:
            model = make_pipeline(
                TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)), LogisticRegression()
            )
            found[trait] = round(float(cross_val_score(model, texts, has, scoring="roc_auc", cv=5).mean()), 3)
    return found


class _Writer:
    """mini-large, greedy."""

    def __init__(self, engine: LlamaEngine) -> None:
        name = "mini-large"
        penalty = find(name).repeat_penalty
        self._model = LocalModel(engine, embedded_path(name), name, "mini", repeat_penalty=penalty)

    def write(self, prompt: prompts.Prompt, prefill: str = "") -> str:
        return self._model.complete(Question(prompt, 500, prefill)).text.strip()


def _cases(name: str, rng: random.Random, count: int) -> Iterator[Case]:
    situations = [one for one in load() if one.held_out == (name == "unseen")]
    for at in range(count):
        situation: Situation = situations[at % len(situations)]
        scene = stage(situation, rng, second=name == "second_bank" or (name == "unseen" and at % 2 == 1))
        yield make_case(scene, random_style(rng, WORDS), rng, WORDS)
    if name == "unseen":
        yield from handwritten(rng)


def handwritten(rng: random.Random) -> Iterator[Case]:
    """The 40 mails of the data file, each answered by someone with a style of their own."""
    for mail in tomllib.loads(HANDWRITTEN.read_text("utf-8"))["mail"]:
        user = pools.person(rng)
        incoming = Incoming(
            Address(mail["sender_name"], mail["sender_email"]),
            Address(user, pools.address(user, pools.domain(rng), rng)),
            mail["subject"],
            mail["body"],
        )
        names = Names(mail["sender_name"], user)
        clauses = tuple(
            part.strip(" .") for part in mail["notes"].replace("\n", ";").split(";") if part.strip(" .")
        )
        yield Case(
            Context(incoming, mail["notes"]),
            names,
            clauses,
            tuple(mail["facts"]),
            random_style(rng, WORDS),
            {},
        )


def _guided(writer: _Writer, case: Case, rng: random.Random, tally: Tally) -> None:
    lines = [
        RuleLine(trait, wording(trait, case.style[trait], rng, held_out=rng.random() < 0.5))
        for trait in TRAIT_ORDER
        if case.style[trait] != NEUTRAL[trait]
    ]
    lines += [
        RuleLine("other", wording("other", kind, rng, held_out=rng.random() < 0.5).replace("{v}", value))
        for kind, value in case.open_rules.items()
    ]
    draft = writer.write(prompts.guided(case.context, lines))
    names = TraitNames.of(case.context.incoming)
    for line in lines:
        verdict = kept(line, draft, names)
        if verdict is not Kept.CANNOT_TELL:
            tally.kept.append(verdict is Kept.KEPT)
            tally.by_trait.setdefault(line.trait, []).append(verdict is Kept.KEPT)
    if case.context.notes:
        tally.facts += _stated(case.facts, draft)
    tally.invented.append(len(facts.unsupported(draft, case.context, [line.sentence for line in lines])))


def _compared(writer: _Writer, case: Case, rng: random.Random, tally: Tally) -> None:
    draft, sent = neutral(case, rng), write(case.style, case.clauses, case.names, rng, Open())
    _, wanted = compare(draft, sent, case.style, rng)
    answer = writer.write(prompts.rules(case.context, draft.text, sent.text), "<think>\n")
    _, closed, text = answer.partition("</think>")
    lines = [RuleLine(*line.split(": ", 1)) for line in text.strip().split("\n") if ": " in line]
    tally.parsed.append(bool(closed and lines) or not wanted)
    names = TraitNames.of(case.context.incoming)
    tally.claimed += len(lines)
    tally.wanted += len(wanted)
    tally.found += sum(any(_agree(one, line, names) for line in lines) for one in wanted)
    brief = writer.write(prompts.brief(sent.text))
    tally.brief_facts += _stated([fact for fact in case.facts if fact in sent.text], brief)
    tally.briefs.append((brief, case.style))


def _agree(wanted: RuleLine, line: RuleLine, names: TraitNames) -> bool:
    if wanted.trait != line.trait:
        return False
    a, b = rule_value(wanted, names), rule_value(line, names)
    return a is not None and b is not None and same(wanted.trait, a, b)


def _stated(wanted: Sequence[str], text: str) -> list[bool]:
    words = f" {_bare(text)} "
    return [f" {_bare(fact)} " in words for fact in wanted]


def _bare(text: str) -> str:
    """Words parted by single spaces, the marks that a sentence puts round them off."""
    return " ".join(word.strip(".,;:!?()\"'") for word in text.split())


def _figures(name: str, tally: Tally) -> Iterator[Figure]:
    traits, stated, invented, rules, brief = TARGETS[name]
    by_trait: Mapping[str, float] = {
        trait: round(fmean(seen), 2) for trait, seen in sorted(tally.by_trait.items())
    }
    yield at_least(
        f"mini_models.{name}.rules_followed", fmean(tally.kept), traits, by_trait=by_trait, n=len(tally.kept)
    )
    yield at_least(f"mini_models.{name}.facts_unchanged", fmean(tally.facts), stated, n=len(tally.facts))
    yield at_most(f"mini_models.{name}.unsupported_facts", fmean(tally.invented), invented, "a draft")
    yield at_least(f"mini_models.{name}.rules_precision", tally.found / max(1, tally.claimed), rules)
    yield at_least(f"mini_models.{name}.rules_recall", tally.found / max(1, tally.wanted), rules)
    yield at_least(
        f"mini_models.{name}.brief_facts", fmean(tally.brief_facts), brief, n=len(tally.brief_facts)
    )
    yield reported(f"mini_models.{name}.parses", fmean(tally.parsed), n=len(tally.parsed))
