"""Learning examples built several at a time against one at a time: examples a minute as a ratio in one run,
and the share of sequences that come out the same."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from core.demo import replies
from core.domain import Example, Exchange
from core.engine.llama import LlamaEngine
from core.models.catalogue import embedded_path
from core.models.chat import Completion, Question
from core.models.local import LocalModel
from core.preference.examples import GROUP, ExampleMaker
from core.sample.mailbox import make_mailbox
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.tasks import CancelToken
from tests.bench.figure import Figure, at_least

SEED, EXCHANGES, QUICK, ROUNDS = 11, 96, 24, 3


class OneAtATime(LocalModel):
    """The same model, answering each question by itself."""

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        return [
            self.complete(
                one.prompt, prefill=one.prefill, max_tokens=one.max_tokens, grammar=one.grammar, cancel=cancel
            )
            for one in questions
        ]


def run(quick: bool) -> Iterator[Figure]:
    engine = LlamaEngine()
    path = embedded_path("mini-large")
    exchanges = replies(make_mailbox(SEED, replies=QUICK if quick else EXCHANGES, unread=0))
    ratios, same = [], []
    try:
        for _ in range(ROUNDS):  # in turns: a busy machine then slows both alike
            single, slow = _built(OneAtATime(engine, path, "mini-large", "mini"), exchanges)
            batched, fast = _built(LocalModel(engine, path, "mini-large", "mini"), exchanges)
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
