"""What this machine trains on: the device, the form of the frozen weights, the arithmetic. Runs in the
training child. Only a CPU was at hand to try this on; the rest is after the libraries' documents."""

from collections.abc import Callable
from dataclasses import replace

import torch

from core import messages
from core.errors import LearningError
from core.preference.settings import TrainingSettings

_PROBED = 64  # a layer of so many inputs and outputs tells whether there are kernels


def resolved(settings: TrainingSettings) -> tuple[TrainingSettings, tuple[str, ...]]:
    """`settings` with nothing left open, and what to tell the user of it. Takes no random number of the
    run's. Raises LearningError for a device that is asked for and not there."""
    device = _device(settings.device)
    compute = settings.compute
    if compute == "auto":
        compute = "bfloat16" if device != "cpu" and _has_bfloat16(device) else "float32"
    found = replace(settings, device=device, compute=compute)
    if settings.quantization == "nf4" and not has_nf4(device, compute):
        return replace(found, quantization="16bit"), (messages.learning.NO_NF4,)
    return found, ()


def has_nf4(device: str, compute: str) -> bool:
    """Whether bitsandbytes can calculate with four-bit weights there: tried on one small layer."""
    before = torch.get_rng_state()
    try:
        import bitsandbytes

        layer = bitsandbytes.nn.Linear4bit(
            _PROBED, _PROBED, bias=False, quant_type="nf4", compute_dtype=getattr(torch, compute)
        ).to(device)
        told = layer(torch.ones(1, _PROBED, device=device, requires_grad=True)).sum()
        told.backward()
    except (ImportError, OSError, RuntimeError, AttributeError, NotImplementedError, ValueError):
        return False
    finally:
        torch.set_rng_state(before)
    return bool(torch.isfinite(told))


def half(device: str) -> torch.dtype:
    """The 16-bit numbers a device calculates with: bfloat16 needs no scaling of the loss."""
    return torch.bfloat16 if device == "cpu" or _has_bfloat16(device) else torch.float16


def free_memory(device: str) -> int:
    """Bytes that the device has to spare now; this process's own count as taken."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    import psutil  # the memory of Apple's GPU is the machine's

    return int(psutil.virtual_memory().available)


def is_out_of_memory(error: BaseException) -> bool:
    """torch has a class of its own for GPUs; on a CPU it raises a RuntimeError that says so, and what is
    allocated beside it a MemoryError."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    told = str(error).lower()
    words = ("can't allocate memory", "out of memory", "bad_alloc", "cannot allocate memory")
    return isinstance(error, RuntimeError) and any(word in told for word in words)


def give_back(device: str) -> None:
    """Frees what torch keeps for later."""
    empty: Callable[[], None] | None = {"cuda": torch.cuda.empty_cache, "mps": torch.mps.empty_cache}.get(
        device
    )
    if empty:
        empty()


def random_state(device: str) -> dict[str, torch.Tensor]:
    """Of the CPU, and of the device where it has one of its own."""
    state = {"cpu": torch.get_rng_state()}
    if device == "cuda":
        state["cuda"] = torch.cuda.get_rng_state()
    elif device == "mps":
        state["mps"] = torch.mps.get_rng_state()
    return state


def set_random_state(state: dict[str, torch.Tensor], device: str) -> None:
    """One of another device is left alone: a run that goes on elsewhere draws anew."""
    torch.set_rng_state(state["cpu"])
    if device == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])
    elif device == "mps" and "mps" in state:
        torch.mps.set_rng_state(state["mps"])


def _device(wanted: str) -> str:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, found in there.items() if found)
    if not there[wanted]:
        raise LearningError(messages.learning.no_device(wanted))
    return wanted


def _has_bfloat16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device != "mps" or bool(torch.backends.mps.is_macos_or_newer(14, 0))
