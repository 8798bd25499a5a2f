"""Runs `longhand` as its user would: as a program, in a folder of its own, with a throwaway profile."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PASSPHRASE = "a passphrase of the tests"


def environment(home: Path) -> dict[str, str]:
    """This process's environment, with a profile of its own, a passphrase for a keychain, and no display."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LONGHAND_")}
    return {
        **kept,
        "LONGHAND_HOME": str(home),
        "LONGHAND_PASSPHRASE": PASSPHRASE,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "QT_QPA_PLATFORM": "offscreen",
    }


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("longhand")), *arguments]


def longhand(
    home: Path, *arguments: str, typed: str | None = None, timeout: float = 1800
) -> subprocess.CompletedProcess[str]:
    """One command to its end, whatever its exit status; `typed` comes on its standard input."""
    return subprocess.run(
        command(*arguments),
        env=environment(home),
        cwd=home.parent,
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def demo(seed: int, *options: str) -> dict[str, Any]:
    """The object that `longhand demo --json` prints. Raises RuntimeError with its last line on failure."""
    with tempfile.TemporaryDirectory(prefix="longhand-bench-") as folder:
        done = longhand(Path(folder) / "profile", "demo", "--json", "--seed", str(seed), *options)
    if done.returncode != 0:
        raise RuntimeError(f"demo --seed {seed}: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
