"""The writing model's GGUF as a folder to train from, in this very process: what cannot be is told."""

import shutil
from pathlib import Path

import gguf
import pytest

from core.errors import LearningError, ModelError
from core.preference.encoding import Encoder
from core.preference.settings import load_settings

torch = pytest.importorskip("torch")

SETTINGS = load_settings(device="cpu")


@pytest.fixture(scope="module")
def mini(repository: Path) -> Path:
    return repository / "core/models/embedded/weights/mini-large.gguf"


def unpack(source: Path, target: Path) -> None:
    from core.preference.unpacked import unpack as made

    made(source, target, SETTINGS)


def test_the_weights_and_the_tokenizer_are_the_models_own(
    mini: Path, repository: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    from core.models.embedded.export import read_gguf
    from core.models.embedded.llama import SHAPES

    (tmp_path / "there.partial").mkdir()  # what a kill left
    unpack(mini, tmp_path / "there")
    assert [one.name for one in tmp_path.iterdir()] == ["there"]
    found = load_file(tmp_path / "there" / "model.safetensors")
    shipped = read_gguf(mini, SHAPES["large"])
    assert found.keys() == {f"model.{name}" for name in shipped}
    assert all(torch.equal(found[f"model.{name}"].float(), one) for name, one in shipped.items())
    ours = Encoder(tmp_path / "there")
    theirs = Encoder(repository / "core/models/embedded/weights/mini-small")  # of the same tokenizer
    text = "<|im_start|>Hi  Bo,\n\nI'll pay 1,250.50 EUR on 12 May 2031 <think> 👍 Größe<|im_end|>\n"
    for tokenizers in ((ours._ours, theirs._ours), (ours._data, theirs._data)):
        first, second = (one.encode(text, add_special_tokens=False).ids for one in tokenizers)
        assert first == second
    assert ours.end == theirs.end


def test_one_that_does_not_fit_into_memory_is_told_before_it_is_read(
    mini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.preference.unpacked.free_memory", lambda _device: 100_000_000)
    with pytest.raises(LearningError, match=r"takes about 0\.5 GB of memory, and 0\.1 GB are free"):
        unpack(mini, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_one_that_does_not_fit_onto_the_disk_is_told(
    mini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr("core.preference.unpacked.shutil.disk_usage", lambda _folder: full)
    with pytest.raises(LearningError, match=r"unpacked it takes 0\.0 GB of disk"):
        unpack(mini, tmp_path / "there")


@pytest.mark.parametrize("kind", ["gemma2", "mamba", "unheard-of"])
def test_one_of_another_kind_is_told(kind: str, tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "other.gguf", kind)
    writer.add_name("other")
    writer.add_block_count(1)
    writer.add_embedding_length(8)
    writer.add_head_count(1)
    writer.add_token_list(["a", "b"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ModelError, match="of a kind that Longhand cannot train"):
        unpack(tmp_path / "other.gguf", tmp_path / "there")
