"""Another base for the preference agent: a GGUF that was fetched, made ready, trained over and served, and
gone back from. A larger model of Longhand's own stands in for the one of the hub."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gguf
import pytest

from core.app import App
from core.domain import Address, Context, Example, ExchangeId, Incoming, RuleLine
from core.errors import InputError, Known, ModelError
from core.models.catalogue import embedded_path, find
from core.models.chat import Question
from core.models.prompts import agent
from core.preference.settings import load_settings
from core.preference.trainer import Trainer
from core.store.checkpoints import CheckpointRepository
from core.store.jobs import JobRepository
from core.store.paths import Profile
from tests.bench.program import PASSPHRASE

NAME = "qwen3-0.6b"
pytestmark = pytest.mark.slow


@pytest.fixture
def app(profile_home: Path) -> Iterator[App]:
    with closing(App.open(Profile(profile_home), PASSPHRASE, "a test")) as app:
        yield app


@pytest.fixture
def file(app: App) -> Path:
    """As if it had been downloaded."""
    made = app.home / "models" / find(NAME).file
    shutil.copy(embedded_path("mini-large"), made)
    return made


def example(number: int) -> Example:
    ann, you = Address("Ann Field", "ann@example.org"), Address("You", "you@example.org")
    incoming = Incoming(ann, you, "Monday", f"Could we meet at {number}?")
    rules = (RuleLine("greeting", 'Open with "Hi [first name],".'),)
    return Example(ExchangeId(number), Context(incoming, "yes"), "Yes.", "", rules, "full", "1")


def in_use(app: App) -> str:
    return next(one.name for one in app.models.all() if one.role == "small" and one.in_use)


def test_a_fetched_base_is_made_ready_trained_over_and_served(app: App, file: Path) -> None:
    assert in_use(app) == "mini-small"
    assert "when you learn next" in app.models.use(NAME)
    assert in_use(app) == NAME
    base = app.models.now.small_base()
    assert (base / "model.safetensors").is_file()
    assert app.models.now.shipped == file

    trainer = Trainer(base, CheckpointRepository(app._database), JobRepository(app._database))
    with closing(trainer):
        settings = load_settings(steps=2, batch=2, max_length=160, checkpoint_every=1, validate_every=0)
        made = trainer.train([example(number) for number in range(4)], settings)
    assert len(made.losses) == 2
    served = app.models.now.agent(made.gguf, base.name)
    assert served.name == NAME
    plain = app.models.now.agent(b"", base.name)
    question = Question(agent(example(1).context), 12)
    assert served.complete(question).new_tokens > 0
    assert plain.complete(question).new_tokens > 0

    # What was learned on the built-in one goes on being served on that.
    before = app.models.now.agent(b"", "mini-small")
    assert (before.name, before.complete(question).new_tokens > 0) == ("mini-small", True)

    with pytest.raises(InputError, match="learns now"):
        app.models.remove(NAME)
    app.models.use("mini-small")
    assert in_use(app) == "mini-small"
    app.downloads.remove(file)
    with pytest.raises(ModelError, match="learn again"):
        app.models.now.agent(made.gguf, NAME)


def test_one_that_is_not_there_or_not_ready_is_told(app: App, file: Path) -> None:
    app.models.use(NAME)
    shutil.rmtree(app.models.now.base_folder(NAME))
    with pytest.raises(InputError, match=f"'longhand models use {NAME}' makes it so"):
        app.models.now.small_base()
    app.models.use(NAME)
    assert app.models.now.small_base().is_dir()
    app.models.use("mini-small")
    file.unlink()
    with pytest.raises(InputError, match=f"'longhand models get {NAME}' downloads it"):
        app.models.use(NAME)


def test_one_that_cannot_be_trained_changes_nothing(app: App, file: Path) -> None:
    file.unlink()
    writer = gguf.GGUFWriter(file, "mamba")
    writer.add_name("other")
    writer.add_block_count(1)
    writer.add_embedding_length(8)
    writer.add_token_list(["a", "b"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(Known, match="cannot train"):
        app.models.use(NAME)
    assert in_use(app) == "mini-small"
    assert not app.models.now.base_folder(NAME).exists()


def test_what_training_would_read_otherwise_is_refused(
    app: App, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tokenizer that transformers and llama.cpp read differently would be trained on other words than it is
    asked with."""
    monkeypatch.setattr("core.models.choice.ModelChoice.small_ids", lambda *_: [1, 2, 3])
    with pytest.raises(ModelError):
        app.models.use(NAME)
    assert in_use(app) == "mini-small"
    assert not app.models.now.base_folder(NAME).exists()
