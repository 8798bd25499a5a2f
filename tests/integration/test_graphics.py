"""A graphics card that fails: the processor writes, and the user is told."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core import cli, messages
from core.app import App
from core.engine.llama import GenerationRequest, LlamaEngine
from core.errors import ModelError
from core.models.prompts import Frame, Mail, Prompt
from core.store.paths import Profile
from tests.bench.program import PASSPHRASE
from tests.failing_card import failing_card

PROMPT = Prompt("test", "1", (Frame("Answer: "), Mail("Could we meet on Monday?")))


@pytest.fixture
def cardless(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: LlamaEngine
) -> Iterator[LlamaEngine]:
    """An engine whose child has a card that fails as the parameter says."""
    engine.facts()  # the one that all tests share has its own child by now
    failing_card(monkeypatch, request.param)
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


# What the user is told of it, where they look


def test_the_models_and_the_doctor_tell_of_it_until_it_works(
    profile_home: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Path, tmp_path: Path
) -> None:
    own = tmp_path / "Own-8B.gguf"
    shutil.copy(tiny_model, own)
    letter = tmp_path / "mail.eml"
    letter.write_text("From: ann@a.example\nTo: tom@t.example\nSubject: Monday\n\nCould we meet on Monday?\n")
    with monkeypatch.context() as patch:
        failing_card(patch, "load")
        with closing(App.open(Profile(profile_home), PASSPHRASE, "a test")) as app:
            told = app.models.use(str(own))
            assert told.startswith("Own-8B.gguf writes from now on. The graphics card did not run Own-8B, ")
            [entry] = [one for one in app.models.all() if one.in_use and one.role == "large"]
            assert "so the processor does" in entry.told
            assert app.drafts.write(letter).notices  # it says so, too
            assert app.models.graphics.faults() == (messages.models.card_gave_up("", "Own-8B", ""),)
            app.models.use("mini-large")  # the card is tried again, with another model
            assert not app._engine.graphics_failed
            assert app.drafts.write(letter).notices
            assert len(app.models.graphics.faults()) == 2
    with closing(App.open(Profile(profile_home), PASSPHRASE, "a test")) as app:
        assert len(app.models.graphics.faults()) == 2
        app.drafts.write(letter)
        assert app.models.graphics.faults() == (messages.models.card_gave_up("", "Own-8B", ""),)
        app.models.use(str(own))
        assert app.models.graphics.faults() == ()


def doctor(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["doctor", "--json"])
    assert not ended.value.code
    wrong = json.loads(capsys.readouterr().out)["wrong"]
    assert isinstance(wrong, list)
    return wrong


@pytest.mark.parametrize("how", ["load", "crash"])
def test_the_doctor_tries_the_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    monkeypatch.setenv("LONGHAND_PASSPHRASE", PASSPHRASE)
    assert doctor(capsys) == []
    failing_card(monkeypatch, how)
    assert doctor(capsys) == [messages.models.card_does_not_work("")]
