"""Where every child process begins: `python -m core.engine.child ROLE IDLE_SECONDS`.

Order matters: lower priority, die with the parent, no network, and only then the heavy imports.
"""

import ctypes
import importlib
import os
import signal
import sys
import traceback
from typing import Protocol, cast

from core.engine.pipe import Failed, Pipe
from core.privacy.egress import deny_all_network

# By dotted name, not by import: a role's code may lie in a room above this one (the trainer), and
# no child may pay for the imports of another.
_ROLES = {
    "llama": "core.engine.llama_child",
    "reader": "core.engine.reader_child",
    "trainer": "core.preference.training_child",
}
_PR_SET_PDEATHSIG = 1


class Role(Protocol):
    """The module of a role. `main` reads requests from the pipe until its end; `idle` is the
    number of seconds without a request after which it returns, None for never."""

    def main(self, pipe: Pipe, idle: float | None) -> None: ...


def main(arguments: list[str]) -> None:
    """Does not return before the parent closes the pipe or the role's idle time is over."""
    role, idle = arguments[0], float(arguments[1]) or None
    _humble()
    pipe = _claim_streams()
    deny_all_network()
    try:
        cast(Role, importlib.import_module(_ROLES[role])).main(pipe, idle)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        pipe.send(failure(error))
        os._exit(1)
    # Not sys.exit: no destructor of a native library may keep the process, or crash it, now.
    os._exit(0)


def failure(error: BaseException) -> Failed:
    """What may be told of a bug: its type and places. The text of an exception may quote mail."""
    places = traceback.extract_tb(error.__traceback__)
    return Failed("bug", " ".join([type(error).__name__, *(f"{p.name}:{p.lineno}" for p in places)]))


def _humble() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then cancels
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if hasattr(os, "nice"):
        os.nice(5)


def _claim_streams() -> Pipe:
    """Keeps stdin and stdout for the pipe alone: what a library prints goes to stderr."""
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return Pipe(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb"))


if __name__ == "__main__":
    main(sys.argv[1:])
