"""Every way of drafting on eight people that nothing here was tried on before: scores, costs, and differences
paired by mailbox with intervals by bootstrap over mailboxes. What docs/evaluation.md is written from."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from core import demo
from core.cli.scores import ARM_NAMES, evaluation_json
from core.domain import AdapterKind
from core.evaluation.assessing import AGENTS
from core.evaluation.learning import Control
from core.sample.mailbox import make_mailbox
from core.tasks import CancelToken, Progress
from tests.bench.controls import interval
from tests.bench.figure import Figure, Kept, reported

SEEDS = range(200, 208)
KINDS = tuple(kind for kind in AdapterKind if kind is not AGENTS[0])
SCORES = (
    "style_match", "likeness", "authorship", "habits_kept", "fact_recall", "unsupported_facts", "brief_copy",
    "edit_distance", "rouge_l", "bleu", "chrf", "prompt_tokens", "new_tokens", "seconds",
)  # fmt: skip
PAIRS = (
    *(("guided", arm) for arm in ARM_NAMES if arm != "guided"),
    *(("agent_only", arm) for arm in ("constant_rules", "wrong_adapter", "rulebook_only", *map(str, KINDS))),
)


def run(quick: bool) -> Iterator[Figure]:
    kept = Kept("comparison")
    seeds = list(SEEDS)[: 2 if quick else None]
    made = [kept.get(seed, evaluated) for seed in seeds]
    for arm in ARM_NAMES:
        rows = [one[arm] for one in made if arm in one]
        for score in SCORES:
            values = [row[score] for row in rows if row.get(score) is not None]
            if values:
                yield reported(f"comparison.{arm}.{score}", mean(values), each_seed=values)
        trained = [row["trained"] for row in rows if "trained" in row]
        for cost in trained[0] if trained else ():
            yield reported(f"comparison.{arm}.trained.{cost}", mean(one[cost] for one in trained))
    for first, second in PAIRS:
        pairs = [one[first]["style_match"] - one[second]["style_match"] for one in made]
        yield reported(
            f"comparison.{first}-{second}",
            mean(pairs),
            "style_match",
            interval_90=interval(pairs),
            each_seed=pairs,
        )


def evaluated(seed: int) -> dict[str, Any]:
    """The object of `longhand evaluate --arms all --json`, with the gate's control by a wrong adapter."""
    progress, cancel = Progress(), CancelToken()
    others = demo.other_people(seed)
    wrong = demo.another_adapter(seed + demo.ANOTHER, demo.LIMITS, progress, cancel)
    with demo.throwaway(make_mailbox(seed)) as app:
        app.sync(progress, cancel)
        learned = app.learn(progress, cancel, limits=demo.LIMITS, others=others, control=Control(wrong))
        app.use_adapter(learned.adapter)  # also where the gate is against it: it is to be compared
        found = app.comparing.mail(progress, cancel, kinds=KINDS, others=others)
        gate = demo.gate_json(learned.gate)
        return {"wrong_adapter": gate["wrong_adapter"]} | evaluation_json(found)
