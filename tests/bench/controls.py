"""What could fake the agent's success: constant rules, another person's adapter, each half alone. Paired by
mailbox over four seeds, intervals by bootstrap over mailboxes."""

import random
from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Any

from tests.bench.figure import Figure, Kept, at_most, reported
from tests.bench.program import demo

SEEDS = range(4)
RESAMPLES = 2000


def run(quick: bool) -> Iterator[Figure]:
    kept = Kept("controls")
    seeds = list(SEEDS)[: 2 if quick else None]
    gates = [kept.get(seed, with_controls)["learned"]["gate"] for seed in seeds]

    def each(arm: str) -> list[float]:
        return [gate[arm]["style_match"] for gate in gates]

    for arm in ("zero_shot", "guided", "agent_only", "rulebook_only", "constant_rules", "wrong_adapter"):
        yield reported(f"controls.{arm}", mean(each(arm)), "style_match", each_seed=each(arm))
    pairs = [a - b for a, b in zip(each("agent_only"), each("constant_rules"), strict=True)]
    yield Figure(
        "controls.agent_only_minus_constant_rules",
        round(mean(pairs), 4),
        "style_match",
        "> 0",
        mean(pairs) > 0,
        {"interval_90": interval(pairs), "each_seed": pairs},
    )
    # One other person a mailbox: by chance alone they are now nearer to this one, now further.
    above = [wrong - gate["floor"] for wrong, gate in zip(each("wrong_adapter"), gates, strict=True)]
    yield at_most(
        "controls.wrong_adapter_from_floor",
        abs(mean(above)),
        0.1,
        "style_match",
        interval_90=interval(above),
        each_seed=above,
    )


def with_controls(seed: int) -> dict[str, Any]:
    return demo(seed, "--controls")


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The 90 % bootstrap interval of a mean."""
    chance = random.Random(seed)
    means = sorted(mean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return round(means[int(0.05 * RESAMPLES)], 4), round(means[int(0.95 * RESAMPLES)], 4)
