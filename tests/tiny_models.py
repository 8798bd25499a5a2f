"""Makes a tiny Llama of random weights and a random LoRA adapter for it, as GGUF files: real enough
for every path through llama.cpp, made in milliseconds."""

from pathlib import Path
from typing import Any

import gguf
import numpy as np

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
USER_DEFINED = ("<think>", "</think>")
START, END, THINK = 1, 2, 3  # token ids
WIDTH, HEADS, LAYERS, FEED, CONTEXT = 64, 4, 2, 128, 2048


def byte_alphabet() -> list[str]:
    """The 256 characters by which GPT-2's tokenizer writes bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    written = {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    return [written[byte] for byte in range(256)]


def write_model(
    path: Path,
    *,
    seed: int = 0,
    template: str | None = TEMPLATE,
    layers: int = LAYERS,
    vocabulary: tuple[list[str], list[str]] | None = None,
) -> Path:
    """A model whose greedy output is arbitrary but fixed, and never ends by itself. `vocabulary` is
    (tokens, merges) of a byte-level BPE that begins with CONTROL and USER_DEFINED."""
    random = np.random.default_rng(seed)
    tokens, merges = vocabulary or (
        [*CONTROL, *USER_DEFINED, *byte_alphabet(), "th", "the"],
        ["t h", "th e"],
    )
    writer: Any = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(CONTROL) + [4] * len(USER_DEFINED) + [1] * (len(tokens) - 5))
    writer.add_token_merges(merges)
    writer.add_eos_token_id(END)
    writer.add_bos_token_id(0)
    writer.add_add_bos_token(False)
    if template is not None:
        writer.add_chat_template(template)
    for name, shape in _shapes(len(tokens), layers).items():
        weight = np.ones(shape) if "norm" in name else random.normal(0, 0.3, shape)
        if name == "output.weight":
            weight[[0, END]] = 0  # never the end: its logit stays 0, below the best of the others
        writer.add_tensor(name, weight.astype(np.float32))
    _write(writer)
    return path


def write_adapter(path: Path, *, seed: int = 1, scale: float = 0.5, rank: int = 4) -> Path:
    """A LoRA over the attention's q and v; `scale` 0 makes one that changes nothing."""
    random = np.random.default_rng(seed)
    writer: Any = gguf.GGUFWriter(str(path), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_v"):
            for side, shape in (("lora_a", (rank, WIDTH)), ("lora_b", (WIDTH, rank))):
                weight = random.normal(0, scale, shape).astype(np.float32)
                writer.add_tensor(f"blk.{layer}.{part}.weight.{side}", weight)
    _write(writer)
    return path


def _shapes(vocabulary: int, layers: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (vocabulary, WIDTH),
        "output_norm.weight": (WIDTH,),
        "output.weight": (vocabulary, WIDTH),
    }
    for layer in range(layers):
        here = f"blk.{layer}."
        shapes |= {f"{here}attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        shapes |= {f"{here}attn_norm.weight": (WIDTH,), f"{here}ffn_norm.weight": (WIDTH,)}
        shapes |= {f"{here}ffn_{part}.weight": (FEED, WIDTH) for part in ("gate", "up")}
        shapes[f"{here}ffn_down.weight"] = (WIDTH, FEED)
    return shapes


def _write(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
