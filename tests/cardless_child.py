"""A llama child on a machine whose graphics card fails, which the machines these tests run on do not have: as
if llama.cpp had been built for a card, its calls fail until the processor alone is to compute.
`python -m tests.cardless_child HOW ROLE IDLE`."""

import os
import sys
from typing import Any

import llama_cpp

from core.engine.child import main
from core.engine.messages import NO_GRAPHICS


def give_up(how: str) -> None:
    """The `how`s of llama.cpp: no model, no context, no computing, or the end of the process."""
    bindings: Any = llama_cpp
    bindings.llama_supports_gpu_offload = lambda: True
    if NO_GRAPHICS in os.environ:
        return
    match how:
        case "load":
            bindings.llama_model_load_from_file = lambda *_: None
        case "context":
            bindings.llama_init_from_model = lambda *_: None
        case "compute":
            bindings.llama_decode = lambda *_: -3
        case "crash":
            bindings.llama_model_load_from_file = lambda *_: os.abort()
        case "crash later":
            bindings.llama_decode = lambda *_: os.abort()


if __name__ == "__main__":
    give_up(sys.argv[1])
    main(sys.argv[2:])
