"""The arithmetic of training in this very process: in parts, with layers calculated twice, in 16 bits."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import LearningError
from core.messages.learning import NO_NF4, memory_short
from core.preference.encoding import Encoder, Ids
from core.preference.lessons import lesson
from core.preference.settings import TrainingSettings, from_toml, load_settings, to_toml
from tests.lessons import example

torch = pytest.importorskip("torch")

# peft asks transformers a question by a name that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.*:FutureWarning")

SETTINGS = load_settings(steps=4, batch=4, max_length=160, device="cpu")


@pytest.fixture(scope="module")
def base(repository: Path) -> Path:
    return repository / "core/models/embedded/weights/mini-small"


@pytest.fixture(scope="module")
def lessons(base: Path) -> list[Ids]:
    """Of unlike weight, so that parts of a batch are unlike shares of it."""
    torch.set_num_threads(1)
    encoder = Encoder(base)
    return [encoder.lesson(lesson(example(number), 1.0 + number % 2), 160) for number in range(10)]


def run(base: Path, settings: TrainingSettings, lessons: Sequence[Ids], at_once: int = 0) -> Any:
    from core.preference.qlora import Qlora

    return Qlora(base, settings, lessons, [], at_once)


def losses(found: Any) -> list[float]:
    return [found.advance() for _ in range(found.step, found.total)]


@pytest.fixture(scope="module")
def usual(base: Path, lessons: list[Ids]) -> list[float]:
    found = run(base, SETTINGS, lessons)
    assert found.told == ()
    return losses(found)


def test_a_batch_in_parts_is_the_same_batch(base: Path, lessons: list[Ids], usual: list[float]) -> None:
    for at_once in (1, 3):
        found = run(base, SETTINGS, lessons, at_once)
        assert found.told == (memory_short(at_once, 4, twice=False),)
        assert losses(found) == pytest.approx(usual, rel=1e-3)


def test_layers_calculated_twice_are_the_same_layers(
    base: Path, lessons: list[Ids], usual: list[float]
) -> None:
    found = run(base, replace(SETTINGS, gradient_checkpointing="on"), lessons)
    calls: list[int] = []
    layer = found.model.get_base_model().model.layers[0].self_attn
    layer.register_forward_pre_hook(lambda *_: calls.append(found.step))
    assert losses(found) == pytest.approx(usual, rel=1e-4)
    assert calls == [0, 0, 1, 1, 2, 2, 3, 3]


def test_where_memory_ends_less_is_worked_on_until_nothing_is_left_to_try(
    base: Path, lessons: list[Ids]
) -> None:
    found = run(base, SETTINGS, lessons)
    told = [found.ease() for _ in range(3)]
    assert told == [memory_short(2, 4, False), memory_short(1, 4, False), memory_short(1, 4, True)]
    with pytest.raises(LearningError, match="close other programs"):
        found.ease()


def test_a_run_that_was_eased_goes_on_as_it_was(base: Path, lessons: list[Ids]) -> None:
    first = run(base, SETTINGS, lessons)
    first.ease()
    first.advance()
    state = first.state()
    second = run(base, SETTINGS, lessons)
    second.restore(state)
    assert losses(second) == losses(first)


def test_in_16_bits_it_learns_too(base: Path, lessons: list[Ids], usual: list[float]) -> None:
    found = run(base, replace(SETTINGS, quantization="16bit"), lessons)
    weights = dict(found.model.named_parameters())
    kinds = {parameter.dtype for parameter in weights.values() if not parameter.requires_grad}
    assert kinds == {torch.bfloat16}
    assert {one.dtype for one in weights.values() if one.requires_grad} == {torch.float32}
    assert losses(found) == pytest.approx(usual, rel=0.15)
    assert found.adapter()[0][:4] == b"GGUF"


def test_without_kernels_for_four_bits_16_take_their_place(
    base: Path, lessons: list[Ids], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where bitsandbytes cannot be imported: on a system it has no build for."""
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    found = run(base, SETTINGS, lessons)
    assert found.told == (NO_NF4,)
    assert (found.settings.quantization, found.settings.device) == ("16bit", "cpu")
    assert from_toml(to_toml(found.settings)) == found.settings
    assert found.advance() > found.advance() > 0


def test_what_is_left_open_is_chosen_by_the_machine() -> None:
    from core.preference.backend import resolved

    before = torch.get_rng_state()
    found, told = resolved(load_settings())
    assert torch.equal(torch.get_rng_state(), before)  # the run's own random numbers are all still to come
    assert told == ()
    assert found.device == ("cuda" if torch.cuda.is_available() else "cpu")
    assert found.device != "cpu" or found.compute == "float32"
    with pytest.raises(LearningError, match="no 'mps' to train on"):
        resolved(load_settings(device="mps"))


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_lack_of_memory_is_known_by_its_words(error: Exception, short: bool) -> None:
    from core.preference.backend import is_out_of_memory

    assert is_out_of_memory(error) is short
    with pytest.raises(RuntimeError) as asked:
        torch.empty(1 << 60, dtype=torch.uint8)  # what torch really says
    assert is_out_of_memory(asked.value)
