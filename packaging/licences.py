"""Writes one file with the licences of everything that is bundled. Runs in the environment that is frozen.

python packaging/licences.py FILE [FROZEN_FOLDER ...]
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_TEXTS = HERE / "licences"
_OWN = HERE.parent / "LICENSE"
# They build the program and are no part of it. PyInstaller itself leaves its bootloader in it.
TOOLS = {"pip", "setuptools", "wheel", "pyinstaller-hooks-contrib", "pip-licenses", "prettytable", "altgraph",
         "macholib", "pefile", "pywin32-ctypes", "longhand"}  # fmt: skip
# What wheels do not tell of themselves, read off the texts in them.
TOLD = {"imapclient": "BSD-3-Clause", "locate": "MIT", "sqlcipher3": "Zlib"}
# They bring no text: it stands in the file all the same, Longhand's own (Apache) and the LGPL of Qt.
SILENT = {"pyside6-essentials", "shiboken6", "tokenizers"}


@dataclass(frozen=True)
class Part:
    """One thing that is bundled; `text` is empty where the whole text stands with another part."""

    name: str
    licence: str
    text: str


def main(target: Path, frozen: list[Path]) -> None:
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-license-file",
               "--no-license-path", "--with-system"]  # fmt: skip
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    parts = [*libraries(listed), *carried(), *of_the_system(frozen)]
    target.write_text(told(parts, _OWN.read_text("utf-8")), "utf-8")


def libraries(listed: list[dict[str, str]]) -> Iterator[Part]:
    """Of what pip-licenses lists, all that is shipped. Raises SystemExit where a licence or its text is
    missing: nothing goes out that nobody has looked at."""
    for one in listed:
        name = one["Name"].lower().replace("_", "-")
        if name in TOOLS:
            continue
        licence, text = TOLD.get(name, one["License"]), one["LicenseText"].strip()
        if text in {"", "UNKNOWN"}:
            if name not in SILENT:
                raise SystemExit(
                    f"{one['Name']} brings no text of its licence: add one to packaging/licences."
                )
            text = ""
        if licence in {"", "UNKNOWN"}:
            raise SystemExit(f"Nobody knows the licence of {one['Name']}: say it in packaging/licences.py.")
        yield Part(f"{one['Name']} {one['Version']}", licence, text)


def carried() -> Iterator[Part]:
    """What is inside other things and has no package of its own here."""
    for name, licence, file in (
        ("Python", "PSF License Agreement", "python"),
        ("llama.cpp and ggml, in llama-cpp-python", "MIT", "llama.cpp"),
        ("SQLCipher, in sqlcipher3, with SQLite (public domain)", "BSD-3-Clause", "sqlcipher"),
        ("OpenSSL, in Python, sqlcipher3 and cryptography", "Apache-2.0, as Longhand's own, above", ""),
        ("zlib, in Python and Qt", "Zlib", "zlib"),
        ("bzip2, in Python", "bzip2", "bzip2"),
        ("Expat, in Python", "MIT", "expat"),
        ("libffi, in Python", "MIT", "libffi"),
        ("XZ Utils' liblzma, in Python", "public domain", ""),
        ("Qt, PySide6 and Shiboken, whose libraries are separate files here that you may replace by your own",
         "LGPL-3.0", "lgpl-3.0"),
        ("GNU General Public License 3, which the LGPL builds on", "", "gpl-3.0"),
    ):  # fmt: skip
        yield Part(name, licence, (_TEXTS / f"{file}.txt").read_text("utf-8").strip() if file else "")


def of_the_system(frozen: list[Path]) -> Iterator[Part]:
    """Debian's own word on the libraries of the system that PyInstaller has put into these folders. Elsewhere
    nothing of the system is taken."""
    packages: set[str] = set()
    for library in (file for folder in frozen for file in folder.glob("_internal/lib*.so*")):
        asked = subprocess.run(
            ["dpkg", "-S", f"*/{library.name}"], capture_output=True, text=True, check=False
        )
        packages.update(line.split(":")[0] for line in asked.stdout.splitlines())
    for name in sorted(packages):
        file = Path("/usr/share/doc", name, "copyright")
        if file.is_file():
            yield Part(f"{name}, of Debian", "see its text", file.read_text("utf-8").strip())


def told(parts: list[Part], own: str) -> str:
    """A list first, then the texts, Longhand's own before the others."""
    lines = ["Longhand is under the Apache License 2.0. It contains:", ""]
    lines += [f"{one.name}: {one.licence}" for one in parts if one.licence]
    for title, text in [("Longhand", own.strip()), *((one.name, one.text) for one in parts if one.text)]:
        lines += ["", "=" * 100, title, "=" * 100, text]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]])
