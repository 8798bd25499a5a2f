"""A graphics card that fails: the processor writes, and the user is told."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import messages
from core.engine import launch
from core.engine.llama import GenerationRequest, LlamaEngine
from core.errors import ModelError
from core.models.prompts import Frame, Mail, Prompt

PROMPT = Prompt("test", "1", (Frame("Answer: "), Mail("Could we meet on Monday?")))


@pytest.fixture
def cardless(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: LlamaEngine
) -> Iterator[LlamaEngine]:
    """An engine whose child has a card that fails as the parameter says."""
    engine.facts()  # the one that all tests share has its own child by now
    how = [sys.executable, "-P", "-m", "tests.cardless_child", request.param]
    monkeypatch.setattr(launch, "command", lambda role, idle: [*how, role, f"{idle or 0:g}"])
    failing = LlamaEngine(threads=1)
    yield failing
    failing.close()


@pytest.mark.parametrize("cardless", ["load", "context", "compute", "crash", "crash later"], indirect=True)
def test_the_processor_writes_where_the_card_fails(
    cardless: LlamaEngine, engine: LlamaEngine, tiny_model: Path, tiny_adapter: bytes
) -> None:
    request = GenerationRequest(tiny_model, PROMPT, adapter=tiny_adapter, max_tokens=12)
    pieces: list[str] = []
    made = cardless.generate(request, pieces.append)
    assert made.graphics_failed
    assert messages.drafts.on_processor(made.graphics_failed)
    assert made.text == engine.generate(request).text == "".join(pieces)
    pid = cardless.pid
    assert [one.graphics_failed for one in cardless.generate_all([request] * 2)] == [True] * 2
    assert cardless.pid == pid  # the card is not tried for every answer


@pytest.mark.parametrize("cardless", ["load", "crash"], indirect=True)
def test_a_bad_file_is_not_taken_for_the_cards_fault(
    cardless: LlamaEngine, tiny_model: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(tiny_model.read_bytes().replace(b"token_embd.weight", b"token_embx.weight"))
    with pytest.raises(ModelError, match=r"bad\.gguf"):
        cardless.inspect(bad)
    assert cardless.generate(GenerationRequest(tiny_model, PROMPT, max_tokens=3)).graphics_failed


def test_without_a_card_nothing_is_said_of_one(engine: LlamaEngine, tiny_model: Path) -> None:
    made = engine.generate(GenerationRequest(tiny_model, PROMPT, max_tokens=3))
    assert not made.graphics_failed
    assert not messages.drafts.on_processor(made.graphics_failed)
