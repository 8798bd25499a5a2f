"""Writes requirements/: what is shipped on each platform and what freezes it, each version that of
constraints.txt, each file known by its hash. Needs uv, and the network of a package client.

    python packaging/requirements.py [PLATFORM ...]

No file names an index: whoever installs says where from (packaging/build.py does), the hashes say what.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYTHON = "3.11"
# uv's name of each; Linux as old as PySide6 allows, macOS as old as macos/Info.plist says.
PLATFORMS = {
    "linux-x86_64": "x86_64-manylinux_2_34",
    "windows-x86_64": "x86_64-pc-windows-msvc",
    "macos-arm64": "aarch64-apple-darwin",
}
HEADER = "# Made by packaging/requirements.py from pyproject.toml and constraints.txt: change those.\n"


def main(arguments: Sequence[str]) -> None:
    folder = HERE / "requirements"
    folder.mkdir(exist_ok=True)
    for name in arguments or PLATFORMS:
        (folder / f"{name}.txt").write_text(HEADER + compiled(name), "utf-8")
        print(folder / f"{name}.txt")


def compiled(platform: str) -> str:
    """The lines for one of PLATFORMS. On Linux torch is its CPU build, of PyTorch's own index."""
    command = ["uv", "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate",
               "--no-emit-index-url", "--generate-hashes", "--extra", "package", "--python-version", PYTHON,
               "--python-platform", PLATFORMS[platform], "-c", ROOT / "constraints.txt"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        tools = Path(folder) / "tools.in"  # to build Longhand's own wheel with
        tools.write_text("setuptools\n", "utf-8")
        if platform.startswith("linux"):
            override = Path(folder) / "override.txt"
            override.write_text(f"torch=={pinned('torch')}+cpu\n", "utf-8")
            command += ["--override", override, *cpu_torch()]
        command += [ROOT / "pyproject.toml", tools]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True,
            env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"},
        )  # fmt: skip
    return done.stdout


def pinned(name: str) -> str:
    """Its version in constraints.txt."""
    found = re.search(rf"(?mi)^{re.escape(name)}==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"))
    if found is None:
        raise SystemExit(f"constraints.txt has no {name}.")
    return found.group(1)


def cpu_torch() -> list[str]:
    """Options of a package client: folders of wheels this machine has, and the index in scripts/setup.sh."""
    found = re.search(r"https://\S+/whl/cpu", (ROOT / "scripts/setup.sh").read_text("utf-8"))
    here = os.environ.get("PIP_FIND_LINKS", "").split()
    places = [option for place in here for option in ("--find-links", place)]
    return places or (["--extra-index-url", found.group()] if found else [])


if __name__ == "__main__":
    main(sys.argv[1:])
