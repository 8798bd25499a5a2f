"""The quantised base's weights as a GGUF of full numbers: what an adapter was trained on, to be served on
where the shipped base is too far from it. Runs in the training child."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import bitsandbytes
import gguf
import numpy as np

from core.errors import ModelError
from core.preference.adapter_gguf import permuted
from core.preference.qlora import load_base
from core.preference.settings import TrainingSettings

_FULL = (gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16)


def write_dequantised(base: Path, settings: TrainingSettings, shipped: Path, target: Path) -> None:
    """Copies the GGUF `shipped` to `target`, with the weights of every quantised layer in place of its
    own. Both hold the same model as the folder `base`.

    Raises ModelError where `shipped` is itself quantised, or not of this model; OSError."""
    config = json.loads((base / "config.json").read_text("utf-8"))
    model = load_base(base, replace(settings, device="cpu"))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, int(config["num_hidden_layers"]))
    partial = target.with_name(target.name + ".partial")
    shutil.copyfile(shipped, partial)
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(partial, "r+").tensors}
    for name, module in model.named_modules():
        if not isinstance(module, bitsandbytes.nn.Linear4bit):
            continue
        weight = module.weight
        full = bitsandbytes.functional.dequantize_4bit(weight.data, weight.quant_state).float().numpy()
        tensor = stored.get(f"{names.get_name(name)}.weight")
        if tensor is None or tensor.tensor_type not in _FULL or tensor.data.shape != full.shape:
            raise ModelError("The small model's GGUF does not match its folder; get the model again.")
        tensor.data[:] = permuted(name, np.ascontiguousarray(full), config)
        tensor.data.flush()
    partial.replace(target)
