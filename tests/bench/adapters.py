"""LoRA adapters of random weights for an embedded model: as costly to put on as a trained one."""

import tempfile
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from core.models.catalogue import embedded_path

RANK, SCALE = 16, 1e-3  # so small that the model still does what it was taught
_TARGETS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def random_adapter(model: str, seed: int = 0) -> bytes:
    """GGUF bytes, over all matrices of every layer."""
    random = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="longhand-bench-") as folder:
        path = Path(folder) / "adapter.gguf"
        writer: Any = gguf.GGUFWriter(str(path), "llama")
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", float(RANK))
        for tensor in gguf.GGUFReader(embedded_path(model)).tensors:
            if any(f".{part}.weight" in tensor.name for part in _TARGETS):
                inputs, outputs = (int(size) for size in tensor.shape)
                for side, shape in (("lora_a", (RANK, inputs)), ("lora_b", (outputs, RANK))):
                    weight = random.normal(0, SCALE, shape).astype(np.float32)
                    writer.add_tensor(f"{tensor.name}.{side}", weight)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()
