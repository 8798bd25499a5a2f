"""How a child process is started: the command line, its environment, its streams."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from core.engine.installed import console_program, is_frozen, own_program, training_program
from core.privacy.environment import child_environment

_ROOT = Path(__file__).resolve().parents[2]


def start(role: str, idle: float | None, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """`settings` go into its environment. Raises OSError when the system has no room for another process."""
    return subprocess.Popen(
        command(role, idle),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Libraries print there what they like, file names included; errors come through the pipe.
        stderr=None if os.environ.get("LONGHAND_CHILD_STDERR") else subprocess.DEVNULL,
        env={**_environment(), **settings},
        creationflags=creation_flags(),
    )


def creation_flags() -> int:
    """Of Windows alone: behind the program, and with no console of its own on the screen."""
    names = ("BELOW_NORMAL_PRIORITY_CLASS", "CREATE_NO_WINDOW")
    return sum(getattr(subprocess, name, 0) for name in names)


def command(role: str, idle: float | None) -> list[str]:
    """A frozen build starts itself with `--child`, and branches off before Qt is imported; for training, the
    program of its own that holds torch."""
    tail = [role, f"{idle or 0:g}"]
    if is_frozen():
        own = own_program()
        program = (
            training_program(own, sys.platform) if role == "trainer" else console_program(own, sys.platform)
        )
        return [str(program), "--child", *tail]
    # -P: a folder the user happens to stand in must not be searched for modules.
    return [sys.executable, "-P", "-m", "core.engine.child", *tail]


def _environment() -> dict[str, str]:
    environment = dict(child_environment())
    if "site-packages" not in _ROOT.parts:  # run from a checkout, installed or not
        environment["PYTHONPATH"] = str(_ROOT)
    return environment
