"""The peer of `engine_vs_bare`: llama-cpp-python's own loop, in a process of its own, as a program that
embeds it would run it. `python -m tests.bench.bare_llama MODEL THREADS` takes JSON lines `[ids, count]`."""

import json
import os
import sys
import time

from llama_cpp import Llama


def main(path: str, threads: int) -> None:
    """Answers each line with `[ids, to the first token, in all]`, the latter two as seconds of the clock and
    of the processor."""
    os.nice(5)  # as Longhand's children are
    model = Llama(path, n_ctx=2048, n_batch=512, n_threads=threads, verbose=False)
    print("ready", flush=True)
    for line in sys.stdin:
        ids, count = json.loads(line)
        model.reset()
        # Tells the loop to look for no beginning in common with the last prompt.
        model.n_tokens = 0
        begun, made = _now(), []
        first = begun
        for token in model.generate(ids, temp=0.0, repeat_penalty=1.0):
            if first is begun:
                first = _now()
            if token == model.token_eos():
                break
            made.append(token)
            if len(made) == count:
                break
        print(json.dumps([made, _since(begun, first), _since(begun, _now())]), flush=True)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(begun: tuple[float, float], now: tuple[float, float]) -> tuple[float, float]:
    return now[0] - begun[0], now[1] - begun[1]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
