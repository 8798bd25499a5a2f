"""Tiny real models, made once, for every test that runs through llama.cpp."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engine.llama import LlamaEngine
from tests.tiny_models import write_adapter, write_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="session")
def tiny_adapter(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_adapter(tmp_path_factory.mktemp("adapters") / "adapter.gguf").read_bytes()


@pytest.fixture(scope="session")
def engine() -> Iterator[LlamaEngine]:
    engine = LlamaEngine(threads=1)
    yield engine
    engine.close()
