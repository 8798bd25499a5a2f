"""The same model twice: PEFT on torch, which trains, and llama.cpp, which serves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.engine.llama import GenerationRequest, LlamaEngine
from core.errors import ModelError
from core.models import prompts
from core.models.prompts import Frame, Mail, Prompt
from core.preference.adapter_gguf import adapter_gguf
from core.preference.encoding import Encoder
from core.preference.lessons import lesson, segments
from core.preference.settings import load_settings
from tests.lessons import example

torch = pytest.importorskip("torch")

# peft asks transformers a question by a name that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.*:FutureWarning")

TOKENS = 48


@pytest.fixture(scope="module")
def base(repository: Path) -> Path:
    return repository / "core/models/embedded/weights/mini-small"


@pytest.fixture(scope="module")
def base_gguf(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base as an F32 GGUF: the shipped one may be of a smaller kind, which rounds."""
    import gguf
    from safetensors.torch import load_file

    from core.models.embedded.export import write_gguf
    from core.models.embedded.llama import Shape

    state = {
        name.removeprefix("model."): t.float() for name, t in load_file(base / "model.safetensors").items()
    }
    config = json.loads((base / "config.json").read_text())
    shape = Shape(**{name: config[name] for name in Shape().to_dict()})
    path = tmp_path_factory.mktemp("f32") / "mini-small.gguf"
    write_gguf(path, state, shape, base / "tokenizer.json", "mini-small", gguf.GGMLQuantizationType.F32)
    return path


@pytest.fixture(scope="module")
def adapted(base: Path) -> Any:
    """The base in PEFT with an adapter trained on every layer."""
    from core.preference.qlora import Qlora

    torch.set_num_threads(1)
    encoder, settings = Encoder(base), load_settings(quantization="none", steps=40, learning_rate=5e-3)
    # Trained for real: answers it is sure of leave no two tokens so close that rounding decides.
    lessons = [encoder.lesson(lesson(example(number), 1.0), settings.max_length) for number in range(20)]
    run = Qlora(base, settings, lessons, [])
    while not run.done:
        run.advance()
    run.model.eval()
    return run


@pytest.fixture(scope="module")
def llama() -> Iterator[LlamaEngine]:
    engine = LlamaEngine(threads=1)
    yield engine
    engine.close()


def test_same_greedy_text_in_peft_and_llama_cpp(
    adapted: Any, base: Path, base_gguf: Path, llama: LlamaEngine
) -> None:
    encoder = Encoder(base)
    adapter, _ = adapted.adapter()
    changed = 0
    for number in range(20):
        prompt = prompts.agent(example(number).context)
        there = llama.generate(GenerationRequest(base_gguf, prompt, adapter=adapter, max_tokens=TOKENS))
        bare = llama.generate(GenerationRequest(base_gguf, prompt, max_tokens=TOKENS))
        mine = adapted.greedy(encoder.prompt(segments(prompt)), TOKENS, encoder.end)
        assert there.text == encoder.text(mine)
        changed += there.text != bare.text
    assert changed >= 15


def test_same_tokens(base: Path, repository: Path, llama: LlamaEngine) -> None:
    encoder = Encoder(base)
    gguf_file = repository / "core/models/embedded/weights/mini-small.gguf"
    for text in texts():
        prompt = Prompt(
            "test", "1", (Frame("Write.\n\n# Mail\n"), Mail(text), Frame("\n# Notes\n"), Mail("none"))
        )
        assert encoder.prompt(segments(prompt)) == llama.tokenize_prompt(gguf_file, prompt)


def test_a_base_of_unknown_kind_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be converted"):
        adapter_gguf({}, {"model_type": "no-such-model", "num_hidden_layers": 1}, 16)


def texts() -> list[str]:
    """200 texts: scripts, emoji, white space, digits, special tokens written out."""
    pieces = (
        "Hello Ann,", "Größe und Straße", "naïve café", "Привет, мир", "你好，世界", "こんにちは",
        "مرحبا بالعالم", "שלום", "🙂👍🏽", "👩‍👩‍👧‍👦", "e\u0301 é", "a\u00a0b", "tab\tand  two spaces",
        "line\n\n\nlines", "1234567 3.14", "12:30, 2031-02-03", "<|im_end|>", "<think>no</think>",
        "<|im_start|>user\n", "“quotes” — dash…", "€1,200.50", "foo_bar@baz.example", "ALL CAPS!!!",
        "https://x.example/?q=1&r=2", "\u200bzero\u200dwidth",
    )  # fmt: skip
    joints = (" ", "\n", "", "  ")
    count = len(pieces)
    return [pieces[i % count] + joints[i % 4] + pieces[(i * 7 + i // count) % count] for i in range(200)]
