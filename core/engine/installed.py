"""What an installed Longhand consists of. In a frozen build learning is a part of its own, with torch in it,
which lies at a fixed place beside the program, or does not. From Python everything is always there."""

import sys
from pathlib import Path

from core import messages
from core.errors import LearningError


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def training_program(executable: Path, platform: str) -> Path:
    """Where the program that trains lies, or would, beside the program `executable` (its links followed)."""
    if platform == "darwin":  # Longhand.app/Contents/MacOS/longhand: nothing may be added to a signed bundle
        return executable.parents[3] / "Longhand Training.app" / "Contents" / "MacOS" / "longhand-training"
    name = "longhand-training.exe" if platform == "win32" else "longhand-training"
    return executable.parent / "training" / name


def console_program(executable: Path, platform: str) -> Path:
    """What children are started from: on Windows the window has a program of its own, without streams."""
    return executable.with_name("longhand.exe") if platform == "win32" else executable


def version_file(program: Path, platform: str) -> Path:
    """The text file that tells the version of a training program."""
    if platform == "darwin":
        return program.parents[1] / "Resources" / "VERSION"
    return program.parent / "VERSION"


def training_fault(executable: Path, platform: str, own: str) -> str:
    """Why the program `executable` of version `own` cannot learn, as a sentence that says what to do; empty
    where it can."""
    program = training_program(executable, platform)
    if not program.is_file():
        return messages.learning.no_training_part(platform)
    try:
        found = version_file(program, platform).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    return "" if found == own else messages.learning.other_training_part(platform)


def require_training() -> None:
    """Raises LearningError where this Longhand has no part to learn with."""
    if not is_frozen():
        return
    from importlib.metadata import version  # late: 5 ms of every start

    if fault := training_fault(own_program(), sys.platform, version("longhand")):
        raise LearningError(fault)


def own_program() -> Path:
    return Path(sys.executable).resolve()
