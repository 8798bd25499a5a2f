"""How a child process is started: the command line, its environment, its streams."""

import os
import subprocess
import sys
from pathlib import Path

from core.privacy.environment import child_environment

_ROOT = Path(__file__).resolve().parents[2]


def start(role: str, idle: float | None) -> "subprocess.Popen[bytes]":
    """Raises OSError when the system has no room for another process."""
    return subprocess.Popen(
        command(role, idle),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Libraries print there what they like, file names included; errors come through the pipe.
        stderr=None if os.environ.get("LONGHAND_CHILD_STDERR") else subprocess.DEVNULL,
        env=_environment(),
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )


def command(role: str, idle: float | None) -> list[str]:
    """A frozen build starts itself with `--child`, and branches off before Qt is imported."""
    tail = [role, f"{idle or 0:g}"]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--child", *tail]
    # -P: a folder the user happens to stand in must not be searched for modules.
    return [sys.executable, "-P", "-m", "core.engine.child", *tail]


def _environment() -> dict[str, str]:
    environment = dict(child_environment())
    if "site-packages" not in _ROOT.parts:  # run from a checkout, installed or not
        environment["PYTHONPATH"] = str(_ROOT)
    return environment
