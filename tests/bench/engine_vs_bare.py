"""Tokens a second through the llama child against llama-cpp-python's own loop on the same GGUF, reading and
writing, in turns: mini-large, and random weights of 0.1 billion parameters."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from core.demo import replies
from core.domain import Context
from core.engine.llama import GenerationRequest, LlamaEngine
from core.models import prompts
from core.models.catalogue import embedded_path
from core.models.prompts import Prompt
from core.sample.mailbox import make_mailbox
from tests.bench.figure import REPOSITORY, Figure, at_least
from tests.bench.processor import processor_seconds
from tests.bench.random_models import LLAMA_100M, write

SEED, SHOTS, ROUNDS, QUICK, TOKENS = 11, 7, 9, 5, 100


def run(quick: bool) -> Iterator[Figure]:
    rounds = QUICK if quick else ROUNDS
    asked = long_prompts(rounds + 1)
    with tempfile.TemporaryDirectory(prefix="longhand-bench-") as folder:
        yield from _compared("mini", embedded_path("mini-large"), 1, asked)
        yield from _compared("0.1B", write(Path(folder) / "l.gguf", LLAMA_100M), 2, asked)


def long_prompts(count: int) -> list[Prompt]:
    """Some 1,300 tokens each: a mail to answer after replies of the person's own. They begin differently."""
    found = replies(make_mailbox(SEED, replies=(count + SHOTS) * 2, unread=0))
    return [
        prompts.few_shot(
            Context(found[at].incoming, "yes, on Tuesday"),
            [(one.incoming, one.sent) for one in found[at + 1 : at + 1 + SHOTS]],
        )
        for at in range(count)
    ]


def _compared(name: str, path: Path, threads: int, asked: Sequence[Prompt]) -> Iterator[Figure]:
    """`threads`: as many as the engine writes with."""
    engine, bare = LlamaEngine(), _Bare(path, threads)
    pairs: list[tuple[Timed, Timed]] = []
    try:
        for number, prompt in enumerate(asked):
            ids = engine.tokenize_prompt(path, prompt)
            # In turns, each first as often as the other: what else the machine does hits both.
            if number % 2:
                ours, theirs = _ours(engine, path, prompt), bare.ask(ids)
            else:
                theirs, ours = bare.ask(ids), _ours(engine, path, prompt)
            pairs.append((ours, theirs))
    finally:
        bare.close()
        engine.close()
    del pairs[0]  # for warming up
    for clock, told in enumerate(("", "_by_processor")):
        reading = [theirs.reading[clock] / ours.reading[clock] for ours, theirs in pairs]
        writing = [theirs.pace(clock) / ours.pace(clock) for ours, theirs in pairs]
        for what, each in (("reading", reading), ("writing", writing)):
            detail = {"each": [round(one, 3) for one in each]}
            yield at_least(f"engine_vs_bare.{name}.{what}{told}", median(each), 0.97, "x bare", **detail)
    same = [ours.tokens == theirs.tokens for ours, theirs in pairs]
    yield at_least(f"engine_vs_bare.{name}.same_length", sum(same) / len(same), 0.8, "of answers")


@dataclass(frozen=True)
class Timed:
    """Tokens written, and the seconds of reading and of writing: of the clock, and of the processor, which
    tells the same on a machine that does much else."""

    tokens: int
    reading: tuple[float, float]
    writing: tuple[float, float]

    def pace(self, clock: int) -> float:
        """Seconds a token."""
        return self.writing[clock] / self.tokens


def _ours(engine: LlamaEngine, path: Path, prompt: Prompt) -> Timed:
    """As the app sees it, through the pipe."""
    marks = [_now(engine)]

    def on_prompt(done: int, total: int) -> None:
        if done == total:
            marks.append(_now(engine))

    made = engine.generate(
        GenerationRequest(path, prompt, max_tokens=TOKENS), on_text=lambda _piece: None, on_prompt=on_prompt
    )
    begun, read, done = *marks[:2], _now(engine)
    return Timed(made.new_tokens, _between(begun, read), _between(read, done))


def _now(engine: LlamaEngine) -> tuple[float, float]:
    return time.perf_counter(), processor_seconds(engine.pid or 0)


def _between(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return other[0] - one[0], other[1] - one[1]


class _Bare:
    """The other process."""

    def __init__(self, path: Path, threads: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare_llama", str(path), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},  # as Longhand's children have it
            text=True,
        )
        self._line()

    def ask(self, ids: Sequence[int]) -> Timed:
        assert self._process.stdin
        print(json.dumps([list(ids), TOKENS]), file=self._process.stdin, flush=True)
        made, first, whole = self._line()
        return Timed(len(made), tuple(first), _between(first, whole))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def _line(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the bare loop ended")
        return None if line.startswith("ready") else json.loads(line)
