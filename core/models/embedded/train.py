"""The recipe of the embedded models, from tokenizer to weights; resumes from its last checkpoint.

    python -m core.models.embedded.train large --tokens 12_000_000
    python -m core.models.embedded.train small --tokens 5_000_000

Learning rate: warm-up, a constant part, linear decay over the last `--decay` share of the tokens;
a run that was cut, or is given more tokens, goes on from its checkpoint, and `--from FILE.gguf` begins
with the weights of an earlier one. `mini-small` learns x -> rules for a few hundred people, so that the
adapter only has to learn whose rules. Samples are packed into rows of fixed length (one shape to
compile). Where the processor calculates in bfloat16, products are taken in it; the weights stay float32.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch.nn import functional as F
from wordfreq import top_n_list

from core.models.embedded.corpus import Corpus
from core.models.embedded.export import read_gguf
from core.models.embedded.induction import plant_induction
from core.models.embedded.llama import SHAPES, Llama
from core.models.embedded.tokenizer import Encoder, train_tokenizer
from core.sample import situations

SHARES = {
    "large": {
        "guided": 0.27,
        "few_shot": 0.27,
        "rules": 0.24,
        "brief": 0.14,  # short ones: few tokens for as many samples
        "zero_shot": 0.06,
        "agent": 0.02,
    },
    "small": {"agent": 1.0},
}
ROW, ROWS = 960, 2  # tokens a row, rows a step: many small steps learn more from as many tokens
PROMPT_SHARE = 0.1  # of the prompt's tokens also count in the loss
COPYING = 400_000  # tokens with a row of pure copying in each step
HELD = 1_500_000  # tokens for which the planted heads are held still
CHECKPOINT_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """One training run."""

    model: str
    tokens: int
    decay: float
    peak: float
    seed: int
    folder: Path
    warm_from: Path | None


def words() -> tuple[str, ...]:
    """A broad vocabulary of plain lower-case English words, most frequent first."""
    return tuple(
        word for word in top_n_list("en", 12000) if word.isascii() and word.isalpha() and len(word) > 1
    )[:8000]


def corpus(seed: int) -> Corpus:
    return Corpus(situations.load(), words(), seed)


def make_tokenizer(folder: Path) -> Path:
    """Trains the tokenizer once; later runs find it."""
    path = folder / "tokenizer.json"
    if not path.exists():
        samples = islice(corpus(1).stream(SHARES["large"]), 12000)
        texts = (text for one in samples for text in (one.prompt.text, one.prefill + one.answer))
        train_tokenizer(texts, SHAPES["large"].vocab_size).save(str(path))
    return path


def rows(
    encoder: Encoder, source: Corpus, shares: dict[str, float]
) -> Iterator[tuple[list[int], list[float]]]:
    """Packed rows of ROW + 1 ids with the weight of each as a target; a sample is never cut. A row
    takes the longest sample of a small pool that still fits, which fills rows to about 97 %, and then
    shuffles what it took: a task that never opened a row would not be known at the start of a prompt."""
    chance = random.Random(0)
    pool: list[tuple[list[int], list[float]]] = []
    stream = encoded(encoder, source, shares)
    while True:
        pool += islice(stream, 48 - len(pool))
        pool.sort(key=lambda sample: len(sample[0]))
        taken: list[tuple[list[int], list[float]]] = []
        room = ROW + 1
        while fits := [at for at, sample in enumerate(pool) if len(sample[0]) <= room]:
            taken.append(pool.pop(fits[-1]))
            room -= len(taken[-1][0])
        chance.shuffle(taken)
        ids = [one for more, _ in taken for one in more]
        weights = [one for _, counted in taken for one in counted]
        yield ids + [0] * room, weights + [0.0] * room


def encoded(
    encoder: Encoder, source: Corpus, shares: dict[str, float]
) -> Iterator[tuple[list[int], list[float]]]:
    """Each sample's ids and the weight of each as a target; samples longer than a row are left out."""
    for sample in source.stream(shares):
        prompt, answer = encoder.prompt(sample), encoder.answer(sample)
        if len(prompt) + len(answer) <= ROW:
            yield prompt + answer, [PROMPT_SHARE] * len(prompt) + [1.0] * len(answer)


def copying_rows(vocabulary: int, seed: int) -> Iterator[tuple[list[int], list[float]]]:
    """Rows of random tokens that repeat with a random period; only what is a repetition counts. One row
    a step for the first COPYING tokens: they teach the rest to use the planted heads."""
    rng = random.Random(seed)
    while True:
        period = rng.randint(8, 250)
        once = [rng.randrange(5, vocabulary) for _ in range(period)]
        ids = (once * (ROW // period + 2))[: ROW + 1]
        yield ids, [0.0] * period + [1.0] * (ROW + 1 - period)


def learning_rate(plan: Plan, done: int) -> float:
    warm = min(1.0, done / 300_000)
    left = (plan.tokens - done) / (plan.tokens * plan.decay)
    return plan.peak * max(0.0, min(warm, left, 1.0))


def train(plan: Plan) -> None:
    """Runs to the end of the plan, printing one JSON line every fifty steps; writes `NAME.pt`."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(make_tokenizer(plan.folder))
    torch.manual_seed(plan.seed)
    model = Llama(SHAPES[plan.model])
    planted = plant_induction(model, plan.seed)  # before it is loaded over, where there is something to
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.05, fused=True
    )
    path = plan.folder / f"{plan.model}.pt"
    step = _resume(path, model, optimiser, plan)
    run = torch.compile(model)
    half = torch.cpu._is_avx512_bf16_supported()  # without such instructions it is slower than float32
    stream = rows(encoder, corpus(plan.seed + step), SHARES[plan.model])  # fresh data after a resume
    copying = copying_rows(model.shape.vocab_size, plan.seed + step)
    generator = torch.Generator().manual_seed(plan.seed + step)
    began = saved = time.monotonic()
    losses: list[float] = []
    while step * ROW * ROWS < plan.tokens:
        if step * ROW * ROWS >= HELD or plan.warm_from:
            planted.let_go()
        copies = int(step * ROW * ROWS < COPYING and not plan.warm_from)
        batch = [*islice(stream, ROWS - copies), *islice(copying, copies)]
        ids = torch.tensor([row for row, _ in batch])
        weight = torch.tensor([row for _, row in batch])[:, 1:]
        counted = torch.rand(weight.shape, generator=generator) < weight
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(plan, step * ROW * ROWS)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            hidden = run(ids[:, :-1])[counted]
            logits = model.logits(hidden)
        each = F.cross_entropy(logits.float(), ids[:, 1:][counted], reduction="none")
        torch.autograd.backward(each.mean())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(each.detach()[(weight == 1.0)[counted]].mean().item())
        step += 1
        if step % 50 == 0:
            pace = len(losses) * ROW * ROWS / (time.monotonic() - began)
            line = {
                "tokens": step * ROW * ROWS,
                "answer_loss": round(math.fsum(losses[-50:]) / 50, 4),
                "tokens_per_second": round(pace),
            }
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(path, model, optimiser, step)
            saved = time.monotonic()
    _save(path, model, optimiser, step)


def _resume(path: Path, model: Llama, optimiser: torch.optim.Optimizer, plan: Plan) -> int:
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        return int(state["step"])
    if plan.warm_from:
        model.load_state_dict(read_gguf(plan.warm_from, model.shape))
    return 0


def _save(path: Path, model: Llama, optimiser: torch.optim.Optimizer, step: int) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, partial)
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=tuple(SHARES))
    parser.add_argument("--tokens", type=int, default=12_000_000, help="tokens in all")
    parser.add_argument(
        "--decay", type=float, default=0.3, help="share of the tokens over which the rate falls to 0"
    )
    parser.add_argument("--peak", type=float, default=2e-3, help="learning rate at its highest")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument(
        "--folder", type=Path, default=Path("build/embedded"), help="checkpoints and tokenizer"
    )
    parser.add_argument("--from", dest="warm_from", type=Path, help="begin with the weights of this GGUF")
    given = parser.parse_args()
    train(
        Plan(
            given.model,
            given.tokens,
            given.decay,
            given.peak,
            given.seed,
            given.folder,
            given.warm_from,
        )
    )


if __name__ == "__main__":
    main()
