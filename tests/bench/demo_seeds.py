"""The whole job over eight fictional people: likeness, facts, time and memory of `longhand demo`. Few-shot is
reported as found."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from tests.bench.figure import Figure, Kept, at_least, at_most, reported
from tests.bench.program import demo

SEEDS = range(8)


def run(quick: bool) -> Iterator[Figure]:
    kept = Kept("demo_seeds")
    results = [kept.get(seed, demo) for seed in list(SEEDS)[: 2 if quick else None]]
    gates = [result["learned"]["gate"] for result in results]

    def each(arm: str, score: str) -> list[float]:
        return [gate[arm][score] for gate in gates]

    likeness = each("guided", "likeness")
    gain = mean(each("guided", "style_match")) - mean(each("zero_shot", "style_match"))
    yield at_least("demo_seeds.guided_likeness", mean(likeness), 0.8, each_seed=likeness)
    yield at_least("demo_seeds.guided_likeness_worst", min(likeness), 0.65)
    yield at_least("demo_seeds.guided_minus_zero_shot", gain, 0.25, "style_match")
    yield at_least("demo_seeds.fact_recall", mean(each("guided", "fact_recall")), 0.95)
    yield at_most("demo_seeds.unsupported_facts", mean(each("guided", "unsupported_facts")), 0.1, "a draft")
    yield reported("demo_seeds.brief_copy", mean(each("guided", "brief_copy")), "words")
    for arm in ("zero_shot", "few_shot"):
        yield reported(
            f"demo_seeds.{arm}_likeness", mean(each(arm, "likeness")), each_seed=each(arm, "likeness")
        )
    for arm in ("zero_shot", "few_shot", "guided"):
        yield reported(f"demo_seeds.{arm}_authorship", mean(each(arm, "authorship")))
    yield from _cost(results)


def _cost(results: list[dict[str, Any]]) -> Iterator[Figure]:
    seconds = [result["seconds"] for result in results]
    saved = [sum(draft["saved_uid"] is not None for draft in result["drafts"]) for result in results]
    memory = [result["learned"]["peak_rss_mb"] for result in results]
    yield at_most("demo_seeds.seconds", max(seconds), 360, "s", each_seed=seconds)
    yield at_most("demo_seeds.training_peak_rss", max(memory), 3072, "MB")
    yield at_least("demo_seeds.drafts_saved", min(saved), 3)
