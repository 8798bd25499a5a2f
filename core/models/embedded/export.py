"""Writes trained weights in the forms the app uses: GGUF for llama.cpp, safetensors for QLoRA.

    python -m core.models.embedded.export --folder build/embedded

GGUF of a Llama: q and k rows permuted (heads, 2, half) -> (heads, half, 2), norms in F32, tied
output (no output.weight), tokenizer `gpt2` with pre-tokenizer `smollm`, no BOS.
"""

import argparse
import json
import shutil
from pathlib import Path

import gguf
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from core.models.embedded.llama import SHAPES, Llama, Shape
from core.models.embedded.tokenizer import CHAT_TEMPLATE, CONTROL, END, USER_DEFINED

WEIGHTS = Path(__file__).parent / "weights"
_LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name: str) -> str:
    """'layers.3.self_attn.q_proj.weight' -> 'blk.3.attn_q.weight'."""
    if name.startswith("layers."):
        _, layer, rest = name.split(".", 2)
        return f"blk.{layer}.{_LAYER_NAMES[rest.removesuffix('.weight')]}.weight"
    return {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}[name]


def permuted(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """q or k rows from the halves layout to llama.cpp's interleaved one; same shape."""
    rows, width = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width)


def write_gguf(
    path: Path,
    state: dict[str, Tensor],
    shape: Shape,
    tokenizer_json: Path,
    name: str,
    kind: gguf.GGMLQuantizationType,
) -> None:
    """Writes one model; matrices as `kind` (F32, F16 or Q8_0), norms as F32."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_context_length(shape.max_position_embeddings)
    writer.add_embedding_length(shape.hidden_size)
    writer.add_block_count(shape.num_hidden_layers)
    writer.add_feed_forward_length(shape.intermediate_size)
    writer.add_head_count(shape.num_attention_heads)
    writer.add_head_count_kv(shape.num_attention_heads)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_layer_norm_rms_eps(shape.rms_norm_eps)
    writer.add_vocab_size(shape.vocab_size)
    _add_tokenizer(writer, tokenizer_json)
    for key, tensor in state.items():
        array = tensor.float().numpy()
        if "q_proj" in key or "k_proj" in key:
            array = permuted(array, shape.num_attention_heads)
        stored = gguf.GGMLQuantizationType.F32 if array.ndim == 1 else kind
        writer.add_tensor(
            gguf_name(key), gguf.quantize(np.ascontiguousarray(array), stored), raw_dtype=stored
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(path: Path, shape: Shape) -> dict[str, Tensor]:
    """The state dict that `write_gguf` wrote, in full precision. KeyError for another kind of model."""
    names = {gguf_name(key): key for key in Llama(shape).state_dict()}
    state = {}
    for tensor in gguf.GGUFReader(path).tensors:
        array = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        key = names[tensor.name]
        if "q_proj" in key or "k_proj" in key:
            rows, width = array.shape
            heads = shape.num_attention_heads
            array = array.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)
        state[key] = torch.from_numpy(np.ascontiguousarray(array))
    return state


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer_json: Path) -> None:
    data = json.loads(tokenizer_json.read_text("utf-8"))
    vocabulary = {**data["model"]["vocab"], **{one["content"]: one["id"] for one in data["added_tokens"]}}
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    kinds = dict.fromkeys(CONTROL, gguf.TokenType.CONTROL) | dict.fromkeys(
        USER_DEFINED, gguf.TokenType.USER_DEFINED
    )
    merges = [one if isinstance(one, str) else " ".join(one) for one in data["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.get(text, gguf.TokenType.NORMAL) for text in tokens])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(vocabulary[END])
    writer.add_pad_token_id(vocabulary[CONTROL[0]])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def write_pretrained(folder: Path, state: dict[str, Tensor], shape: Shape, tokenizer_json: Path) -> None:
    """Writes a folder `transformers` can load: config, half-precision safetensors, tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    config = shape.to_dict() | {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "num_key_value_heads": shape.num_attention_heads,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": None,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    tensors = {f"model.{key}": tensor.half().contiguous() for key, tensor in state.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(tokenizer_json, folder / "tokenizer.json")
    options = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": CONTROL[0],
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(options, indent=1) + "\n", "utf-8")


def export(folder: Path, target: Path = WEIGHTS) -> None:
    """Writes mini-large.gguf, mini-small.gguf and mini-small/ from the checkpoints in `folder`."""
    target.mkdir(parents=True, exist_ok=True)
    tokenizer = folder / "tokenizer.json"
    for name, shape in SHAPES.items():
        state = torch.load(folder / f"{name}.pt", weights_only=True)["model"]
        # What is shipped is half precision everywhere: both forms of mini-small are the same numbers.
        state = {key: tensor.half().float() for key, tensor in state.items()}
        write_gguf(
            target / f"mini-{name}.gguf",
            state,
            shape,
            tokenizer,
            f"mini-{name}",
            gguf.GGMLQuantizationType.F16,
        )
        if name == "small":
            write_pretrained(target / "mini-small", state, shape, tokenizer)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("build/embedded"))
    parser.add_argument("--target", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    export(given.folder, given.target)


if __name__ == "__main__":
    main()
