"""Loads the window's program in the order that takes least time."""

import gc
import importlib
from collections.abc import Callable


def load() -> Callable[..., int]:
    """`main` of desktop.application. Raises ImportError where Qt is missing."""
    gc.disable()  # next to nothing that is made at the start is garbage; desktop.garbage sees to it later
    importlib.import_module("core.app")  # before Qt, which reads the source of every module imported after it
    main: Callable[..., int] = importlib.import_module("desktop.application").main
    return main
