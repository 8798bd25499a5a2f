"""A GGUF is a stranger's file: cut short, or with anything in any place, it is one clear line at worst. The
app lives on, whatever the child does."""

import contextlib
import os
import random
import shutil
import signal
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.gguf_file import check_gguf, check_whole
from core.engine.llama import GenerationRequest, LlamaEngine
from core.engine.supervisor import UnfitProcessor
from core.errors import ChildDied, ModelError
from core.models.catalogue import embedded_path
from core.models.prompts import Frame, Mail, Prompt
from tests.gguf_mutations import mutate
from tests.tiny_models import write_model

PROMPT = Prompt("test", "1", (Frame("Write.\n"), Mail("Could we meet on Monday?")))
CASES = 300


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copy(embedded_path("mini-small"), tmp_path / "stranger.gguf"))


def test_mutated_files_are_one_clear_line_at_worst(engine: LlamaEngine, model: Path) -> None:
    whole = model.read_bytes()
    outcomes: dict[str, int] = {}
    for seed in range(CASES):
        model.write_bytes(mutate(whole, random.Random(seed)))
        try:
            engine.generate(GenerationRequest(model, PROMPT, max_tokens=3))
            said = "runs"
        except (ModelError, ChildDied) as error:
            said = str(error)
            assert said.endswith(".")
            assert "\n" not in said
        outcomes[said] = outcomes.get(said, 0) + 1
    assert outcomes.pop("runs") > CASES / 10  # much of a file is weights, which may be anything
    assert sum(outcomes.values()) > CASES / 3
    model.write_bytes(whole)
    assert engine.generate(GenerationRequest(model, PROMPT, max_tokens=3)).text


def test_another_file_of_the_same_name_is_noticed(engine: LlamaEngine, model: Path) -> None:
    asked = GenerationRequest(model, PROMPT, max_tokens=20)
    small = engine.generate(asked).text
    fresh = Path(shutil.copy(embedded_path("mini-large"), model.with_suffix(".new")))
    fresh.replace(model)
    assert engine.generate(asked).text not in {"", small}


def test_a_child_that_is_let_see_them_all_takes_nothing_down(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, past the look at the header."""
    monkeypatch.setattr("core.engine.llama.check_whole", check_gguf)
    whole, engine = model.read_bytes(), LlamaEngine(threads=1)
    try:
        for seed in range(1000, 1000 + CASES // 3):
            model.write_bytes(mutate(whole, random.Random(seed)))
            with contextlib.suppress(ModelError, ChildDied):
                engine.generate(GenerationRequest(model, PROMPT, max_tokens=3))
        model.write_bytes(whole)
        assert engine.generate(GenerationRequest(model, PROMPT, max_tokens=3)).text
    finally:
        engine.close()


def test_a_template_that_never_ends_is_given_up(
    engine: LlamaEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.llama.PATIENCE", 3.0)
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(ModelError, match="choose another"):
        engine.inspect(write_model(tmp_path / "loop.gguf", template=loops))


def test_a_processor_without_the_instructions_is_told(engine: LlamaEngine, tiny_model: Path) -> None:
    """What the kernel does to a process that meets one it does not know."""

    def die(_done: int, _total: int) -> None:
        os.kill(engine.pid or 0, signal.SIGILL)

    with pytest.raises(UnfitProcessor, match="AVX2"):
        engine.generate(GenerationRequest(tiny_model, PROMPT, max_tokens=1000), on_prompt=die)
    assert engine.generate(GenerationRequest(tiny_model, PROMPT, max_tokens=3)).text


def header(*pairs: bytes, tensors: bytes = b"", count: int = 1) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", 3, count, len(pairs)) + b"".join(pairs) + tensors


def pair(key: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value


def tensor(sizes: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    form = f"<Q1sI{len(sizes)}QIQ"
    return struct.pack(form, 1, b"t", len(sizes), *sizes, kind, offset)


NAME = pair(b"a", 8, struct.pack("<Q", 1) + b"x")
HUGE = 1 << 62


@pytest.mark.parametrize(
    "data",
    [
        header(pair(b"a", 8, struct.pack("<Q", HUGE)), tensors=tensor((4,))),
        header(pair(b"a", 9, struct.pack("<IQ", 4, HUGE)), tensors=tensor((4,))),
        header(pair(b"a", 9, struct.pack("<IQ", 9, 1)), tensors=tensor((4,))),
        header(pair(b"a", 77, b""), tensors=tensor((4,))),
        header(pair(b"general.alignment", 4, struct.pack("<I", 0)), tensors=tensor((4,))),
        header(NAME, tensors=tensor((HUGE, HUGE))),
        header(NAME, tensors=tensor((4,), offset=HUGE)),
        header(NAME, tensors=tensor((1, 1, 1, 1, 1))),
        header(NAME, tensors=tensor((3,), kind=8)),
        header(NAME, tensors=tensor((4,)), count=2),
    ],
)
def test_no_length_or_count_is_followed_out_of_the_file(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "crafted.gguf"
    path.write_bytes(data + bytes(64))
    with pytest.raises(ModelError, match="damaged"):
        check_whole(path)


def test_what_is_whole_passes(tiny_model: Path) -> None:
    for path in (embedded_path("mini-small"), embedded_path("mini-large"), tiny_model):
        check_whole(path)


@given(st.binary(max_size=300))
def test_any_bytes_after_the_magic_are_a_clear_error_or_a_header(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
        file.write(b"GGUF" + data)
        file.flush()
        with contextlib.suppress(ModelError):
            check_whole(Path(file.name))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05, 0.3, 0.9, 0.9999])
def test_a_file_cut_short_costs_no_child(share: float, model: Path) -> None:
    whole = model.read_bytes()
    model.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match=r"stranger\.gguf .*(choose|fetch it again)"):
        check_whole(model)
