"""Adapters that agents are compared with: trained for real, once each, and evaluated as arms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.domain import AdapterKind
from core.drafting.mailbox import Mailbox
from core.engine.llama import LlamaEngine
from core.engine.reader import Reader
from core.evaluation.training import Limits, Tools, Training
from core.forgetting import Forgetting
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
from core.store.jobs import JobRepository
from core.store.settings import Exclude
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


def test_each_is_trained_once_from_the_same_exchanges(bench: Bench) -> None:
    made = {kind: bench.rival(kind) for kind in RIVALS}
    stored = AdapterRepository(bench.database).all()
    assert {one.kind: one.id for one in stored} == made
    assert all(one.seconds > 0 and not one.live and one.examples <= 10 for one in stored)
    assert len({AdapterRepository(bench.database).gguf(one.id) for one in stored}) == len(made)
    assert bench.meter.take().new_tokens > 0
    assert {kind: bench.rival(kind) for kind in RIVALS} == made
    assert bench.meter.take().calls == ()  # no example was made again, and nothing trained
    assert AdapterRepository(bench.database).all() == stored


def test_examples_of_each_way_are_their_own(bench: Bench) -> None:
    for kind in RIVALS:
        bench.rival(kind)
    found = {kind: ExampleRepository(bench.database, kind).all() for kind in (AdapterKind.AGENT, *WAYS)}
    assert all(len(examples) == 11 for examples in found.values())
    assert all(one.thinking and one.zero_shot for one in found[AdapterKind.AGENT])
    assert {one.thinking for one in found[AdapterKind.UNTHOUGHT]} == {""}
    assert {one.zero_shot for one in found[AdapterKind.UNCOMPARED]} == {""}
    versions = {one.prompt_version for examples in found.values() for one in examples}
    assert versions == {prompt_version(), prompt_version(WAYS[AdapterKind.UNCOMPARED])}
    assert ExampleRepository(bench.database, AdapterKind.THINKING).count() == 0  # it learns the agent's


def test_one_of_other_settings_takes_its_place(bench: Bench) -> None:
    first = bench.rival(AdapterKind.NAIVE)
    bench.tools = replace(bench.tools, settings=replace(SETTINGS, steps=5))
    second = bench.rival(AdapterKind.NAIVE)
    assert [one.id for one in AdapterRepository(bench.database).all()] == [second]
    assert first != second


def test_the_agent_that_thinks_learned_to(bench: Bench) -> None:
    """After a training that is long enough to leave a mark: its thoughts end, and rules follow."""
    bench.tools = replace(bench.tools, settings=replace(SETTINGS, steps=40, batch=4), thinking=True)
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


def test_forgetting_a_person_forgets_them_too(bench: Bench) -> None:
    """As agents are: whatever was trained may have memorised the mail."""
    bench.rival(AdapterKind.NAIVE)
    reader = Reader()
    try:
        mailbox = Mailbox(bench.database, reader)
        forgetting = Forgetting(bench.database, mailbox, Exclude())
        forgetting._forget_learned([])
        assert AdapterRepository(bench.database).all() == ()
        assert JobRepository(bench.database).keys("learn/") == ()
    finally:
        reader.close()
