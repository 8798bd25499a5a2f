"""Adapters that agents are compared with: trained for real, once each, and evaluated as arms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.domain import AdapterKind
from core.engine.llama import LlamaEngine
from core.evaluation.training import Limits, Tools, Training, making_cost
from core.models.local import LocalModel
from core.models.metered import Meter, Metered
from core.preference.agent import PreferenceAgent
from core.preference.examples import prompt_version
from core.preference.lessons import WAYS
from core.preference.settings import load_settings
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, NewExchange
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
