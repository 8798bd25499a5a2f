"""A PEFT LoRA adapter as a GGUF LoRA adapter, the form llama.cpp reads. All in memory."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError

Weights = Mapping[str, NDArray[np.float32]]
_LORA = re.compile(r"(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight$")


def adapter_gguf(weights: Weights, config: Mapping[str, Any], alpha: float) -> bytes:
    """`weights` by PEFT's names: `...lora_A.weight` (rank, in) and `...lora_B.weight` (out, rank).
    `config` is the base's config.json as a mapping. Stored as F32, so nothing is lost on the way.

    Raises ModelError for a base whose layers llama.cpp names are not known of."""
    import gguf

    kind = str(config["model_type"])
    arch = next((key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == kind), None)
    if arch is None:
        raise ModelError(
            f"Adapters for models of the kind '{kind}' cannot be converted; choose another base."
        )
    tensors: list[NDArray[np.float32]] = []
    names = gguf.get_tensor_name_map(arch, int(config["num_hidden_layers"]))
    writer = gguf.GGUFWriter(None, kind)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(alpha))
    for name, tensor in sorted(weights.items()):
        found = _LORA.fullmatch(name)
        target = names.get_name(found["module"]) if found else None
        if found is None or target is None:
            raise ModelError("The adapter holds a layer that llama.cpp does not know; choose another base.")
        side = found["side"].lower()
        if kind == "llama" and side == "b":
            tensor = permuted(found["module"], tensor, config)
        tensors.append(np.ascontiguousarray(tensor, np.float32))
        writer.add_tensor(f"{target}.weight.lora_{side}", tensors[-1])
    return _written(writer, gguf.gguf_writer.WriterState.EMPTY, tensors)


def permuted(module: str, tensor: NDArray[np.float32], config: Mapping[str, Any]) -> NDArray[np.float32]:
    """The rows (of a weight, or of what an adapter adds to it) as llama.cpp orders them: of q and k it
    keeps the two halves of each rotary pair side by side."""
    heads = int(config["num_attention_heads"])
    if module.endswith("k_proj"):
        heads = int(config.get("num_key_value_heads") or heads)
    elif not module.endswith("q_proj"):
        return tensor
    rows, rank = tensor.shape
    return tensor.reshape(heads, 2, rows // heads // 2, rank).swapaxes(1, 2).reshape(rows, rank)


def _written(writer: Any, empty: Any, tensors: Sequence[NDArray[np.float32]]) -> bytes:
    # The writer opens files by path alone, and its tensors go to file descriptors alone. Handed an open
    # stream it is content with that for the head; the tensors, in the same order, follow by hand.
    stream = io.BytesIO()
    writer.fout, writer.state = [stream], empty
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for data in (b"", *(tensor.tobytes() for tensor in tensors)):
        stream.write(data)
        stream.write(bytes(-stream.tell() % writer.data_alignment))
    return stream.getvalue()
