"""GGUFs of random weights in the shapes of real models, for figures of speed: nothing is fetched. They have
mini-large's tokens, filled up to a real vocabulary, and its chat template, and never end by themselves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from core.models.catalogue import embedded_path

_CONTEXT = 8192


@dataclass(frozen=True)
class Shape:
    """`norms`: whether queries and keys are normalised, as Qwen3 does."""

    architecture: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    feed: int
    vocabulary: int
    norms: bool = False


LLAMA_100M = Shape("llama", 576, 30, 9, 3, 64, 1536, 49152)  # as SmolLM2-135M
QWEN_600M = Shape("qwen3", 1024, 28, 16, 8, 128, 3072, 151936, norms=True)  # as Qwen3-0.6B


def write(path: Path, shape: Shape, *, seed: int = 0) -> Path:
    """Writes the model, its matrices as Q8_0 (as small models are mostly served), its embeddings tied."""
    random = np.random.default_rng(seed)
    writer: Any = gguf.GGUFWriter(str(path), shape.architecture)
    writer.add_name(f"random {shape.architecture}")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_vocab_size(shape.vocabulary)
    end = _add_tokenizer(writer, shape.vocabulary)
    for name, size in _tensors(shape).items():
        if name.endswith("norm.weight"):
            writer.add_tensor(name, np.ones(size, np.float32))
            continue
        weight = random.standard_normal(size, np.float32) / np.float32(size[-1] ** 0.5)
        if name == "token_embd.weight":
            weight[end] = 0  # its logit stays 0, below the best of the others
        kind = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(name, gguf.quants.quantize(weight, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: Any, size: int) -> int:
    """Returns the id of the token that ends an answer."""
    mini = gguf.GGUFReader(embedded_path("mini-large")).fields
    tokens: list[str] = mini["tokenizer.ggml.tokens"].contents()
    types: list[int] = mini["tokenizer.ggml.token_type"].contents()
    filled = [f"<unused{number}>" for number in range(size - len(tokens))]
    end = int(mini["tokenizer.ggml.eos_token_id"].contents())
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([*tokens, *filled])
    writer.add_token_types([*types, *(gguf.TokenType.UNUSED for _ in filled)])
    writer.add_token_merges(mini["tokenizer.ggml.merges"].contents())
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_chat_template(mini["tokenizer.chat_template"].contents())
    return end


def _tensors(shape: Shape) -> dict[str, tuple[int, ...]]:
    queries, keys = shape.heads * shape.head, shape.kv_heads * shape.head
    found: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (shape.vocabulary, shape.width),
        "output_norm.weight": (shape.width,),
    }
    for layer in range(shape.layers):
        here = f"blk.{layer}."
        found |= {
            f"{here}attn_norm.weight": (shape.width,),
            f"{here}attn_q.weight": (queries, shape.width),
            f"{here}attn_k.weight": (keys, shape.width),
            f"{here}attn_v.weight": (keys, shape.width),
            f"{here}attn_output.weight": (shape.width, queries),
            f"{here}ffn_norm.weight": (shape.width,),
            f"{here}ffn_gate.weight": (shape.feed, shape.width),
            f"{here}ffn_up.weight": (shape.feed, shape.width),
            f"{here}ffn_down.weight": (shape.width, shape.feed),
        }
        if shape.norms:
            found |= {f"{here}attn_q_norm.weight": (shape.head,), f"{here}attn_k_norm.weight": (shape.head,)}
    return found
