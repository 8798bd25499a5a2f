"""What this build of llama.cpp can compute with: instruction sets and devices. For the llama child alone."""

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

import llama_cpp

from core.engine import messages as m

_GRAPHICS = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU, with memory of its own, and _IGPU


class _Ggml:
    """The functions of ggml, which the bindings load but do not declare. Windows looks for a function in the
    library that is asked alone, the others in what that one was linked with too."""

    def __init__(self) -> None:
        self._libraries: list[Any] = [llama_cpp.llama_cpp._lib]
        if sys.platform == "win32":
            self._libraries += [ctypes.CDLL(str(_folder() / name)) for name in ("ggml.dll", "ggml-base.dll")]

    def __getattr__(self, name: str) -> Any:
        for library in self._libraries:
            if (function := getattr(library, name, None)) is not None:
                setattr(self, name, function)
                return function
        raise AttributeError(name)


def load_backends() -> None:
    """A portable build keeps what computes in libraries of its own, one for each set of instructions, and
    ggml loads the best this processor knows. From its own folder alone: left to itself it would also look
    into the folder the user stands in. A build for one processor has it linked in, and nothing to load."""
    ggml: Any = _Ggml()
    ggml.ggml_backend_reg_count.restype = ctypes.c_size_t
    if not ggml.ggml_backend_reg_count():
        ggml.ggml_backend_load_all_from_path(os.fsencode(_folder()))


def _folder() -> Path:
    return Path(llama_cpp.__file__).parent / "lib"


def describe_build() -> m.Build:
    told = llama_cpp.llama_print_system_info().decode("utf-8", "replace")
    ggml: Any = _Ggml()
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    found = [ggml.ggml_backend_dev_get(number) for number in range(ggml.ggml_backend_dev_count())]
    graphics = tuple(_device(ggml, ctypes.c_void_p(one)) for one in found if _kind(ggml, one) in _GRAPHICS)
    return m.Build(tuple(re.findall(r"(\w+) = 1", told)), graphics)


def _kind(ggml: Any, device: int) -> int:
    return int(ggml.ggml_backend_dev_type(ctypes.c_void_p(device)))


def _device(ggml: Any, device: ctypes.c_void_p) -> m.Graphics:
    ggml.ggml_backend_dev_name.restype = ctypes.c_char_p
    ggml.ggml_backend_dev_description.restype = ctypes.c_char_p
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
    name, told = ggml.ggml_backend_dev_name(device), ggml.ggml_backend_dev_description(device)
    return m.Graphics(
        name.decode("utf-8", "replace"), told.decode("utf-8", "replace"), total.value // 1_000_000
    )
