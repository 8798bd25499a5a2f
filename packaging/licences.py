"""Writes one file with the licences of everything that is bundled. Runs in the environment that is frozen.

python packaging/licences.py FILE
"""

import json
import subprocess
import sys
from pathlib import Path

# They build the program and are no part of it.
TOOLS = {"pip", "setuptools", "wheel", "pyinstaller-hooks-contrib", "pip-licenses", "prettytable", "altgraph"}
_LLAMA = "llama.cpp and ggml, compiled into llama-cpp-python: MIT License, Copyright (c) The ggml authors"
_BOOT = (
    "The program starts through PyInstaller's bootloader: GPL-2.0-or-later with an exception that lets"
    " programs frozen with it have any licence"
)
_QT = "Qt, in PySide6: LGPL-3.0; its libraries are separate files here, which you may replace by your own"


def main(target: Path) -> None:
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-license-file",
               "--no-license-path", "--with-system"]  # fmt: skip
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    bundled = [one for one in listed if one["Name"].lower() not in TOOLS]
    if unknown := [one["Name"] for one in bundled if one["License"] == "UNKNOWN" and not _has_text(one)]:
        raise SystemExit(f"Nobody knows the licence of: {', '.join(unknown)}")
    target.write_text(told(bundled), "utf-8")


def told(bundled: list[dict[str, str]]) -> str:
    """A list first, then the texts."""
    lines = ["Longhand is under the Apache License 2.0. It contains:", ""]
    lines += [f"{one['Name']} {one['Version']}: {one['License']}" for one in bundled]
    lines += ["Python: PSF License Agreement", _LLAMA, _BOOT, _QT, ""]
    for one in bundled:
        if _has_text(one):
            lines += ["=" * 100, f"{one['Name']} {one['Version']}", "=" * 100, one["LicenseText"].strip(), ""]
    return "\n".join(lines)


def _has_text(one: dict[str, str]) -> bool:
    return one["LicenseText"] not in {"", "UNKNOWN"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
