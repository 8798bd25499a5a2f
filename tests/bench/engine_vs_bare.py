"""Tokens a second through the llama child against llama-cpp-python's own loop on the same GGUF, reading and
writing, in turns: mini-large, and random weights of 0.1 billion parameters."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
    reading, writing, same = [], [], []
    try:
        for number, prompt in enumerate(asked):
            ids = engine.tokenize_prompt(path, prompt)
            # In turns, each first as often as the other: what else the machine does hits both.
            if number % 2:
                ours, theirs = _ours(engine, path, prompt), bare.ask(ids)
            else:
                theirs, ours = bare.ask(ids), _ours(engine, path, prompt)
            if number:  # the first is for warming up
                reading.append(theirs[1] / ours[1])
                writing.append((theirs[2] / theirs[0]) / (ours[2] / ours[0]))
                same.append(ours[0] == theirs[0])
    finally:
        bare.close()
        engine.close()
    detail = {"each": [round(one, 3) for one in reading]}
    yield at_least(f"engine_vs_bare.{name}.reading", median(reading), 0.97, "x bare", **detail)
    detail = {"each": [round(one, 3) for one in writing]}
    yield at_least(f"engine_vs_bare.{name}.writing", median(writing), 0.97, "x bare", **detail)
    yield at_least(f"engine_vs_bare.{name}.same_length", sum(same) / len(same), 0.8, "of answers")


Timed = tuple[int, float, float]  # tokens written, seconds of reading, seconds of writing


def _ours(engine: LlamaEngine, path: Path, prompt: Prompt) -> Timed:
    """As the app sees it, through the pipe."""
    read: list[float] = []

    def on_prompt(done: int, total: int) -> None:
        if done == total:
            read.append(time.perf_counter())

    begun = time.perf_counter()
    made = engine.generate(
        GenerationRequest(path, prompt, max_tokens=TOKENS), on_text=lambda _piece: None, on_prompt=on_prompt
    )
    return made.new_tokens, read[0] - begun, time.perf_counter() - read[0]


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
        return len(made), first, whole - first

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
