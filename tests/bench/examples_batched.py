"""Learning examples built several at a time against one at a time: examples a minute as a ratio in one run,
and the share of sequences that come out the same; for random weights of real sizes, answers a minute."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from core.demo import replies
from core.domain import Context, Example, Exchange
from core.engine.llama import LlamaEngine
from core.models import prompts
from core.models.catalogue import embedded_path, find
from core.models.chat import Completion, Question
from core.models.local import LocalModel
from core.preference.examples import GROUP, ExampleMaker
from core.sample.mailbox import make_mailbox
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.tasks import CancelToken
from tests.bench.figure import Figure, at_least
from tests.bench.random_models import LLAMA_100M, QWEN_600M, Shape, write

SEED, EXCHANGES, QUICK, ROUNDS = 11, 96, 24, 3
TOKENS = 64  # of an answer by random weights


class OneAtATime(LocalModel):
    """The same model, answering each question by itself."""

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        return [self.complete(one, cancel=cancel) for one in questions]


def run(quick: bool) -> Iterator[Figure]:
    engine = LlamaEngine()
    entry = find("mini-large")
    model = (engine, embedded_path(entry.name), entry.name, entry.family, None, entry.repeat_penalty)
    exchanges = replies(make_mailbox(SEED, replies=QUICK if quick else EXCHANGES, unread=0))
    ratios, same = [], []
    try:
        for _ in range(ROUNDS):  # in turns: a busy machine then slows both alike
            single, slow = _built(OneAtATime(*model), exchanges)
            batched, fast = _built(LocalModel(*model), exchanges)
            ratios.append(slow / fast)
            same += [
                one == other
                for a, b in zip(single, batched, strict=True)
                for one, other in zip(_sequences(a), _sequences(b), strict=True)
            ]
    finally:
        engine.close()
    yield at_least("examples_batched.speed", median(ratios), 1.8, "x one at a time", each=ratios)
    yield at_least("examples_batched.equal", sum(same) / len(same), 0.99, "of sequences", n=len(same))
    questions = [Question(prompts.zero_shot(Context(one.incoming)), TOKENS) for one in exchanges[:GROUP]]
    for name, shape in (("0.1B", LLAMA_100M), ("0.6B", QWEN_600M)):
        yield _random(name, shape, questions, 1 if quick else ROUNDS)


def _random(name: str, shape: Shape, questions: Sequence[Question], rounds: int) -> Figure:
    """A group of answers from a model of random weights, which never ends by itself."""
    engine = LlamaEngine()
    with tempfile.TemporaryDirectory(prefix="longhand-bench-") as folder:
        path = write(Path(folder) / "random.gguf", shape)
        single, together = (kind(engine, path, name, name) for kind in (OneAtATime, LocalModel))
        try:
            together.complete_all(questions[:2])  # tries how many at once help
            ratios = [_took(single, questions) / _took(together, questions) for _ in range(rounds)]
        finally:
            engine.close()
    return at_least(f"examples_batched.{name}.speed", median(ratios), 1.8, "x one at a time", each=ratios)


def _took(model: LocalModel, questions: Sequence[Question]) -> float:
    began = time.perf_counter()
    model.complete_all(questions)
    return time.perf_counter() - began


def _built(model: LocalModel, exchanges: Sequence[Exchange]) -> tuple[list[Example], float]:
    """An example for each exchange, and the seconds they took together."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "longhand.db", bytes(32))
        maker = ExampleMaker(model, ExampleRepository(database))
        began = time.perf_counter()
        made = [
            one for at in range(0, len(exchanges), GROUP) for one in maker.make(exchanges[at : at + GROUP])
        ]
        took = time.perf_counter() - began
        database.close()
    return made, took


def _sequences(example: Example) -> tuple[str, ...]:
    return example.context.notes, example.zero_shot, example.thinking, "\n".join(map(str, example.rules))
