"""What it costs to put another adapter on the small model, of those that the llama child holds: milliseconds
beyond the same request without a switch, its prompt read anew both times."""

import time
from collections.abc import Iterator
from statistics import median

from core.engine.llama import GenerationRequest, LlamaEngine
from core.models.catalogue import embedded_path
from core.models.prompts import Frame, Mail, Prompt
from tests.bench.adapters import random_adapter
from tests.bench.figure import Figure, at_most

ROUNDS, QUICK = 60, 20
SCALES = (1, 2)  # seeds of the adapters


def run(quick: bool) -> Iterator[Figure]:
    engine, path = LlamaEngine(), embedded_path("mini-small")
    adapters = [random_adapter("mini-small", seed) for seed in SCALES]

    def took(adapter: bytes, number: int) -> float:
        """The prompt is short and begins otherwise each time, so that the switch is most of it."""
        prompt = Prompt("bench", "1", (Mail(f"{number} mails"), Frame("?")))
        begun = time.perf_counter()
        engine.prepare(GenerationRequest(path, prompt, adapter=adapter, max_tokens=1))
        return 1000 * (time.perf_counter() - begun)

    try:
        for number, adapter in enumerate(adapters):
            took(adapter, number)  # both are held from here on
        same, switched = [], []
        for number in range(QUICK if quick else ROUNDS):
            switched.append(took(adapters[number % 2], 2 * number))
            same.append(took(adapters[number % 2], 2 * number + 1))
    finally:
        engine.close()
    detail = {
        "rounds": len(same),
        "whole_request": round(median(switched), 2),
        "without": round(median(same), 2),
    }
    yield at_most("adapter_switch", median(switched) - median(same), 50, "ms", **detail)
