"""Which weights the agent is served on, and which family of models writes, by the settings alone."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.engine.llama import LlamaEngine
from core.errors import InputError, ModelError
from core.models.catalogue import embedded_path
from core.models.choice import ModelChoice
from core.models.download import Downloads
from core.models.hardware import Machine
from core.models.hub import Hub
from core.models.service import Mailboxes, Service
from core.privacy.keychain import PassphraseKeychain
from core.privacy.policy import Policy
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.settings import Cloud, LargeModel, Settings


@pytest.fixture
def engine() -> Iterator[LlamaEngine]:
    engine = LlamaEngine()
    yield engine
    engine.close()


@pytest.fixture
def downloads(tmp_path: Path) -> Iterator[Downloads]:
    """Of a profile in `tmp_path`, with no hub to speak to."""

    def connect() -> Hub:
        raise AssertionError("nothing here is downloaded")

    with closing(Database.open(tmp_path / "longhand.db", bytes(32))) as database:
        yield Downloads(tmp_path, JobRepository(database), connect)


def choice(settings: Settings, downloads: Downloads, engine: LlamaEngine) -> ModelChoice:
    keychain = PassphraseKeychain(downloads.folder / "keys", "a passphrase of the tests")
    mail = Mailboxes(own=tuple, people=tuple)
    service = Service(settings.cloud, keychain, lambda *_: None, downloads._jobs, Policy(), mail)
    return ModelChoice(settings, downloads, engine, service)


def test_an_agent_trained_on_other_weights_is_served_on_those(
    tmp_path: Path, downloads: Downloads, engine: LlamaEngine
) -> None:
    models = choice(Settings(), downloads, engine)
    assert models.agent(b"", "mini-small").name == models.agent(b"").name == "mini-small"
    assert models.dequantised.parent == tmp_path
    with pytest.raises(ModelError, match="learn again"):
        models.agent(b"", models.dequantised.stem)
    models.dequantised.write_bytes(b"GGUF")
    assert models.agent(b"", models.dequantised.stem).name == "mini-small"


def test_the_family_of_the_writer(tmp_path: Path, downloads: Downloads, engine: LlamaEngine) -> None:
    embedded = Settings()
    assert choice(embedded, downloads, engine).family == "longhand-mini"
    file = replace(embedded, large=LargeModel("file", str(tmp_path / "Qwen3-4B-Q4_K_M.gguf")))
    assert choice(file, downloads, engine).family == "qwen3"
    cloud = Cloud(True, base_url="https://models.example/v1", model="Some/Model-7")
    service = replace(embedded, cloud=cloud, large=LargeModel("cloud", cloud.model))
    assert choice(service, downloads, engine).family == "model-7"


def test_a_built_in_model_never_judges_whatever_it_is_called(
    tmp_path: Path, downloads: Downloads, engine: LlamaEngine
) -> None:
    disguised = tmp_path / "Big-70B.gguf"
    disguised.write_bytes(embedded_path("mini-large").read_bytes())
    for large in (LargeModel("catalogue", "mini-large"), LargeModel("file", str(disguised))):
        with pytest.raises(InputError, match="too small to judge"):
            choice(replace(Settings(), large=large), downloads, engine).judge()
    with pytest.raises(InputError, match="too small to judge"):
        choice(Settings(), downloads, engine).judge(str(disguised))
    served = Cloud(True, base_url="http://127.0.0.1:1/v1", model="own/mini-large")
    with pytest.raises(InputError, match="too small to judge"):
        choice(replace(Settings(), cloud=served), downloads, engine).judge("cloud")


def test_a_file_judges_under_its_own_name(tmp_path: Path, downloads: Downloads, engine: LlamaEngine) -> None:
    file = tmp_path / "Qwen3-4B-Q4_K_M.gguf"
    file.write_bytes(b"GGUF")
    judge = choice(replace(Settings(), large=LargeModel("file", str(file))), downloads, engine).judge()
    assert (judge.name, judge.family) == ("Qwen3-4B-Q4_K_M", "qwen3")


def test_a_file_of_the_catalogue_has_one_name_however_it_is_named(
    downloads: Downloads, engine: LlamaEngine
) -> None:
    file = downloads.folder / "Qwen3-4B-Q4_K_M.gguf"
    file.write_bytes(b"GGUF")
    names = ("qwen3-4b", file.name, str(file), f"Qwen/Qwen3-4B-GGUF:{file.name}")
    chosen = LargeModel("catalogue", "qwen3-4b")
    for name in names:
        assert choice(Settings(), downloads, engine).use(name) == chosen
    in_use = choice(replace(Settings(), large=chosen), downloads, engine)
    for name in (names[0], names[1], names[3]):
        with pytest.raises(InputError, match="writes now"):
            in_use.remove(name)
    assert file.exists()


def test_the_list_tells_what_this_machine_can_run(downloads: Downloads, engine: LlamaEngine) -> None:
    here = Machine("Linux x86_64", 2, 6000, 5000, disk_free_mb=50_000, memory_mb_per_second=10_000)
    entries = {one.name: one for one in choice(Settings(), downloads, engine).entries(here)}
    assert entries["qwen3-4b"].download == "2500 MB, Apache-2.0"
    assert entries["qwen3-4b"].words_per_second == pytest.approx(3.0)
    assert not entries["qwen3-8b"].runs
    assert "this machine has 6.0 GB" in entries["qwen3-8b"].told
    assert entries["qwen3-8b"].download == ""
