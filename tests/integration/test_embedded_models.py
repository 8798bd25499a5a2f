"""The embedded models as shipped: their sizes, forms that hold the same numbers, and token ids that are
equal in training and in use."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.engine.llama import GenerationRequest, LlamaEngine
from core.models import prompts
from core.models.catalogue import embedded_path
from core.models.embedded.corpus import Corpus
from core.models.embedded.export import read_gguf
from core.models.embedded.llama import SHAPES
from core.models.embedded.tokenizer import Encoder
from core.sample import situations
from core.sample.style import NEUTRAL

WORDS = ("alder", "copper", "lantern", "café", "naïve", "über", "пример", "邮件", "🙂")
TASKS = {"guided": 1.0, "few_shot": 1.0, "rules": 1.0, "zero_shot": 1.0, "brief": 1.0, "agent": 1.0}


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    engine = LlamaEngine(threads=2)
    yield engine
    engine.close()


def test_sizes() -> None:
    files = [embedded_path("mini-large"), embedded_path("mini-small")]
    files += list((embedded_path("mini-small").parent / "mini-small").iterdir())
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) <= 15_000_000
    assert sum(sizes) <= 30_000_000


def test_both_forms_of_mini_small_hold_the_same_numbers() -> None:
    tensors = load_file(embedded_path("mini-small").parent / "mini-small" / "model.safetensors")
    stored = read_gguf(embedded_path("mini-small"), SHAPES["small"])
    assert {f"model.{name}" for name in stored} == set(tensors)
    for name, weight in stored.items():
        assert np.array_equal(weight.numpy(), tensors[f"model.{name}"].astype(np.float32))


def test_training_and_drafting_see_the_same_tokens(engine: LlamaEngine) -> None:
    model = embedded_path("mini-large")
    encoder = Encoder(model.parent / "mini-small" / "tokenizer.json")
    corpus = Corpus(situations.load(), WORDS, 5)
    for sample in islice(corpus.stream(TASKS), 60):
        assert encoder.prompt(sample) == engine.tokenize_prompt(model, sample.prompt, sample.prefill)


def test_mini_large_writes_a_reply(engine: LlamaEngine) -> None:
    """Not a measure of quality (that is the benchmark mini_models): the reply greets, says and signs."""
    case = Corpus(situations.load(), WORDS[:3], 9).case()
    model: Path = embedded_path("mini-large")
    text = engine.generate(GenerationRequest(model, prompts.zero_shot(case.context))).text
    assert NEUTRAL["greeting"].replace("[first name]", case.names.reader_first) in text
    assert text.rstrip().endswith(case.names.writer)
