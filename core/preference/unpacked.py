"""A GGUF that writes, unpacked into a folder to train it from: its weights in 16 bits, its tokenizer, its
template. Runs in the training child."""

import shutil
from pathlib import Path
from typing import Any

import gguf
import torch
from safetensors.torch import save_file
from tokenizers import pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from core import messages
from core.errors import LearningError, ModelError
from core.preference.backend import free_memory, resolved
from core.preference.footprint import LIBRARIES, Load, Shape, planned
from core.preference.settings import TrainingSettings

# Whose layers bear the names that adapters go by, and whose scores are those of the last layer alone.
_KINDS = ("llama", "qwen2", "qwen3")
_SMOLLM = "smollm"  # a way of parting text that transformers reads as GPT-2's: numbers are parted too
_WIDTH = 2  # bytes of a weight


def unpack(source: Path, target: Path, settings: TrainingSettings) -> None:
    """Makes the folder `target` of the GGUF `source`, to be trained by `settings`; nothing is read but the
    head where it does not fit.

    Raises ModelError for a kind of model or of tokenizer that cannot be trained, LearningError where memory
    or disk are too small, OSError."""
    config = _config(source)
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _check_room(Shape.of(config.to_dict()), settings, partial)
    _write_weights(source, partial)
    _write_tokenizer(source, partial)
    config.to_json_file(partial / "config.json", use_diff=False)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _config(source: Path) -> Any:
    try:
        config = AutoConfig.from_pretrained(source.parent, gguf_file=source.name, local_files_only=True)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise ModelError(messages.learning.CANNOT_BE_TRAINED) from error
    if config.model_type not in _KINDS or _stretched(source):
        raise ModelError(messages.learning.CANNOT_BE_TRAINED)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    return config


def _stretched(source: Path) -> bool:
    """Whether places of tokens are told otherwise than the config can say: Llama 3.1's, for long texts."""
    return any(tensor.name.startswith("rope_freqs") for tensor in gguf.GGUFReader(source).tensors)


def _check_room(shape: Shape, settings: TrainingSettings, folder: Path) -> None:
    settings, _ = resolved(settings)
    weights = _WIDTH * (shape.linear + shape.embedded)
    whole, free = LIBRARIES + weights, free_memory("cpu")
    if whole > free:
        raise LearningError(messages.learning.large_does_not_fit(whole, free))
    # By the longest lesson there can be: which there are is known only once there is a tokenizer.
    load = Load(settings.max_length, settings.max_length // 2)
    planned(shape, settings, load, free_memory(settings.device))
    disk = shutil.disk_usage(folder).free
    if weights > disk:
        raise LearningError(messages.learning.large_has_no_room(weights, disk))


def _write_weights(source: Path, folder: Path) -> None:
    try:
        model = AutoModelForCausalLM.from_pretrained(
            source.parent, gguf_file=source.name, dtype=torch.float16, local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(messages.learning.CANNOT_BE_TRAINED) from error
    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    weights = {name: one.contiguous() for name, one in model.state_dict().items() if name not in tied}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _write_tokenizer(source: Path, folder: Path) -> None:
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(messages.learning.CANNOT_BE_TRAINED) from error
    field = gguf.GGUFReader(source).fields.get("tokenizer.ggml.pre")
    if field is not None and field.contents() == _SMOLLM:
        parts = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(tokenizer.chat_template or "", "utf-8")
