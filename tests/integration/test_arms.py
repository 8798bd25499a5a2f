"""Adapters that agents are compared with: trained for real, once each, and evaluated as arms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from core.domain import AdapterKind
from core.engine.llama import LlamaEngine
from core.evaluation.training import LOSSES, Limits, Tools, Training, making_cost
from core.models import prompts
from core.models.catalogue import embedded_path
from core.models.chat import Question
from core.models.local import LocalModel
from core.models.metered import Meter, Metered
from core.preference.agent import PreferenceAgent
from core.preference.examples import prompt_version
from core.preference.large_base import LargeBase
from core.preference.lessons import WAYS
from core.preference.settings import load_settings
from core.preference.trainer import TrainedAdapter, Trainer
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress
from tests.lessons import exchange

SETTINGS = load_settings(steps=4, batch=2, validate_every=0, max_length=320)
RIVALS = [one for one in AdapterKind if one is not AdapterKind.AGENT]


@dataclass
class Bench:
    """A profile's mail, and the models that Longhand carries."""

    database: Database
    tools: Tools
    meter: Meter

    def training(self) -> Training:
        return Training(self.database, self.tools, Limits(examples=10))

    def rival(self, kind: AdapterKind) -> int:
        return self.training().rival(kind, Progress(), CancelToken()).id


def read(engine: LlamaEngine, prompt: prompts.Prompt) -> list[int]:
    return engine.tokenize_prompt(embedded_path("mini-large"), prompt)


@pytest.fixture
def bench(tmp_path: Path, engine: LlamaEngine, repository: Path) -> Iterator[Bench]:
    weights = repository / "core/models/embedded/weights"
    meter = Meter()
    large = LocalModel(engine, weights / "mini-large.gguf", "mini-large", "mini")

    def small(adapter: bytes, _base: str) -> LocalModel:
        return LocalModel(engine, weights / "mini-small.gguf", "mini-small", "mini", adapter)

    database = Database.open(tmp_path / "longhand.db", bytes(32))
    store = ExchangeRepository(database)
    ids = [store.add(NewExchange(o.incoming, o.sent, o.date, o.thread)) for o in map(exchange, range(11))]
    store.set_splits([(one, "validation" if one == ids[-1] else "learning") for one in ids])
    tools = Tools(
        large=Metered(large, meter),
        agent_model=small,
        base=weights / "mini-small",
        shipped=weights / "mini-small.gguf",
        dequantised=tmp_path / "mini-small-nf4.gguf",
        settings=SETTINGS,
        large_base=LargeBase(
            weights / "mini-large.gguf", "mini-large", tmp_path / "unpacked", partial(read, engine)
        ),
        threads=1,
    )
    yield Bench(database, tools, meter)
    database.close()


def test_each_is_trained_once_and_gives_way_to_one_of_other_settings(bench: Bench) -> None:
    training, wanted = bench.training(), (AdapterKind.NAIVE, AdapterKind.THINKING)
    made = {kind: training.rival(kind, Progress(), CancelToken()).id for kind in wanted}
    adapters = AdapterRepository(bench.database)
    stored = adapters.all()
    assert {one.kind: one.id for one in stored} == made
    assert all(one.seconds > 0 and not one.live and one.examples <= 10 for one in stored)
    assert len({adapters.gguf(one.id) for one in stored}) == 2
    cost = making_cost(bench.database, AdapterKind.NAIVE)
    assert bench.meter.take().new_tokens == cost.new_tokens > 0
    assert {kind: bench.rival(kind) for kind in made} == made
    assert bench.meter.take().calls == ()  # no example was made again, and nothing trained
    assert making_cost(bench.database, AdapterKind.THINKING) == cost
    assert adapters.all() == stored
    bench.tools = replace(bench.tools, settings=replace(SETTINGS, steps=5))
    last = bench.rival(AdapterKind.NAIVE)
    assert [one.id for one in adapters.all()] == [made[AdapterKind.THINKING], last]
    assert [one.id for one in adapters.all(AdapterKind.NAIVE)] == [last]


def test_examples_of_each_way_are_their_own(bench: Bench) -> None:
    for kind in RIVALS:
        bench.training().material(kind, Progress(), CancelToken())
    found = {kind: ExampleRepository(bench.database, kind).all() for kind in (AdapterKind.AGENT, *WAYS)}
    assert all(len(examples) == 11 for examples in found.values())
    assert all(one.thinking and one.zero_shot for one in found[AdapterKind.AGENT])
    assert {one.thinking for one in found[AdapterKind.UNTHOUGHT]} == {""}
    assert {one.zero_shot for one in found[AdapterKind.UNCOMPARED]} == {""}
    versions = {one.prompt_version for examples in found.values() for one in examples}
    assert versions == {prompt_version(), prompt_version(WAYS[AdapterKind.UNCOMPARED])}
    assert ExampleRepository(bench.database, AdapterKind.THINKING).count() == 0  # it learns the agent's


def test_the_agent_that_thinks_learned_to(bench: Bench) -> None:
    """After a training that is long enough to leave a mark: its thoughts end, and rules follow."""
    bench.tools = replace(bench.tools, settings=replace(SETTINGS, steps=70, batch=4), thinking=True)
    training = bench.training()
    material = training.material(AdapterKind.THINKING, Progress(), CancelToken())
    assert all(lesson.thinking for lesson in material.lessons)
    trained = training.train(material, Progress(), CancelToken())
    assert sum(trained.losses[-5:]) < sum(trained.losses[:5])
    meter = Meter()
    model = Metered(bench.tools.agent_model(trained.gguf, "mini-small"), meter)
    contexts = [one.context for one in material.examples[:4]]
    rules = [PreferenceAgent(model, thinking=True).rules_for(context) for context in contexts]
    assert sum(map(bool, rules)) >= 3
    thought = meter.take().new_tokens
    [PreferenceAgent(model).rules_for(context) for context in contexts]
    assert thought > meter.take().new_tokens


def test_the_large_model_learns_the_replies_and_serves_as_it_was_trained(
    bench: Bench, engine: LlamaEngine, tmp_path: Path
) -> None:
    """Unpacked from its GGUF, trained in torch, served by llama.cpp on that GGUF."""
    # On the very weights that are served: in four bits an answer may part ways with them.
    settings = replace(SETTINGS, steps=16, batch=4, quantization="none", max_length=512)
    bench.tools = replace(bench.tools, settings=settings)
    training = bench.training()
    material = training.material(AdapterKind.NAIVE_LARGE, Progress(), CancelToken())
    assert material.lessons == training.material(AdapterKind.NAIVE, Progress(), CancelToken()).lessons
    made = training.rival(AdapterKind.NAIVE_LARGE, Progress(), CancelToken())
    adapters = AdapterRepository(bench.database)
    assert (made.base, made.kind, made.live) == ("mini-large", AdapterKind.NAIVE_LARGE, False)
    losses = JobRepository(bench.database).get(f"{LOSSES}{made.id}", list[float]) or []
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])
    assert not (tmp_path / "unpacked").exists()
    assert bench.rival(AdapterKind.NAIVE_LARGE) == made.id  # known without unpacking it again

    large = bench.tools.large_base
    assert large is not None
    trainer = Trainer(large.unpacked, CheckpointRepository(bench.database), JobRepository(bench.database), 1)
    turns = [prompts.zero_shot(one.context) for one in material.examples[:4]]
    large.unpack(trainer, settings, turns, CancelToken())
    trained = TrainedAdapter(
        "", b"", adapters.peft(made.id), made.settings, made.final_loss, (), made.examples, 0, 0
    )
    theirs = [text.strip() for text in trainer.answers(turns, trained, 60)]
    trainer.close()
    served = LocalModel(engine, large.file, "mini-large", "mini", adapters.gguf(made.id))
    ours = [served.complete(Question(turn, 60)).text.strip() for turn in turns]
    assert ours != [bench.tools.large.complete(Question(turn, 60)).text.strip() for turn in turns]
    assert sum(a == b for a, b in zip(ours, theirs, strict=True)) >= 3  # half precision may tip a tie


def test_a_large_model_that_is_elsewhere_is_left_out_and_told(bench: Bench) -> None:
    bench.tools = replace(bench.tools, large_base=None)
    kinds = (AdapterKind.NAIVE_LARGE,)
    found, left_out = bench.training().rivals(kinds, Progress(), CancelToken())
    assert found == {}
    assert left_out == {"naive_large": "The writing model is a service's, which Longhand cannot train."}
