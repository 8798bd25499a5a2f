"""Examples by a real model through llama.cpp: made once each, however often the run is broken off."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.engine.llama import LlamaEngine
from core.errors import Cancelled
from core.models.chat import Completion, Question
from core.models.local import LocalModel
from core.preference.agent import PreferenceAgent
from core.preference.examples import GROUP, ExampleMaker, form_of
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, NewExchange
from core.tasks import CancelToken
from core.traits import OTHER, TRAITS
from tests.lessons import example, exchange


class Counted(LocalModel):
    """The real model, writing down which prompts it was given."""

    asked: list[str]

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        self.asked += [one.prompt.name for one in questions]
        return super().complete_all([replace(one, max_tokens=60) for one in questions], cancel)


@pytest.fixture
def large(engine: LlamaEngine, repository: Path) -> Counted:
    path = repository / "core/models/embedded/weights/mini-large.gguf"
    model = Counted(engine, path, "mini-large", "mini")
    model.asked = []
    return model


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "longhand.db", bytes(32))
    yield database
    database.close()


def test_each_exchange_is_worked_on_once(large: Counted, database: Database) -> None:
    store = ExchangeRepository(database)
    for number in range(2 * GROUP):
        one = exchange(number)
        store.add(NewExchange(one.incoming, one.sent, one.date, one.thread))
    exchanges = store.all()
    examples = ExampleRepository(database)
    cancel = CancelToken()

    class Stopping(ExampleMaker):
        def make(self, *arguments: Any) -> Any:
            made = super().make(*arguments)
            cancel.cancel()
            return made

    with pytest.raises(Cancelled):
        Stopping(large, examples).build(exchanges, cancel=cancel)
    kept = examples.all()
    assert len(kept) == GROUP  # those whose last answers came as the user stopped
    large.asked.clear()
    ExampleMaker(large, examples).build(exchanges)
    assert [one for one in examples.all() if one.exchange in {k.exchange for k in kept}] == list(kept)
    assert large.asked.count("rules") == large.asked.count("zero_shot") == GROUP
    assert {(one.exchange, one.brief_form) for one in examples.all()} == {
        (e.id, form_of(e)) for e in exchanges
    }
    assert {bool(one.context.notes) for one in examples.all() if one.brief_form == "empty"} == {False}
    large.asked.clear()
    large.family = "another"
    ExampleMaker(large, examples).build(exchanges[:1])
    assert large.asked.count("rules") == 1  # rules of one family are not learned as another's
    assert examples.of(exchanges[0].id)[0].family == "another"


def test_the_agent_gives_rules_in_their_form(large: Counted) -> None:
    """The grammar holds whatever the model is worth."""
    rules = PreferenceAgent(large).rules_for(example(1).context)
    assert rules
    assert {rule.trait for rule in rules} <= {OTHER, *(trait.name for trait in TRAITS)}
