"""The licences of what Longhand is made of: in an installed program the file that was made with it, otherwise
what the libraries that are installed say of themselves."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from core.engine.installed import is_frozen, own_program
from core.errors import InputError

FILE = "LICENCES.txt"  # packaging/licences.py makes it, packaging/build.py places it
_TELLS_NOTHING = {"", "UNKNOWN", "Other/Proprietary License"}
_LONGEST = 60  # letters of a name; some give a whole text in its place
_ALSO = (
    "Python: PSF License Agreement",
    "llama.cpp and ggml, compiled into llama-cpp-python: MIT",
    "Qt, in PySide6: LGPL-3.0",
)


def licences() -> str:
    """A line for each part, then whole texts: of all parts in an installed program, otherwise of those that
    give their licence no name. Reads some hundred files. Raises InputError where the installed program's file
    is gone."""
    if not is_frozen():
        return _of_the_installed()
    for path in places(Path(getattr(sys, "_MEIPASS", "")), own_program()):
        if path.is_file():
            return path.read_text("utf-8")
    raise InputError(f"The file {FILE} is not in this program any more; install Longhand again.")


def places(inside: Path, program: Path) -> tuple[Path, ...]:
    """Where the file may lie: among the frozen program's own (`inside`), in macOS's resources, beside it."""
    return inside / FILE, inside.parent / "Resources" / FILE, program.parent / FILE


def _of_the_installed() -> str:
    lines, texts = ["Longhand is under the Apache License 2.0. It uses:", ""], [""]
    for one in sorted(parts("longhand"), key=lambda one: one.name.lower()):
        called = licence(one)
        lines.append(f"{one.name} {one.version}: {called or 'see below'}")
        if not called:
            texts += ["=" * 100, f"{one.name} {one.version}", "=" * 100, text(one), ""]
    return "\n".join([*lines, *_ALSO, *texts])


def parts(name: str) -> list[Distribution]:
    """What an installed library takes along, and what that takes along in turn, itself left out. What is for
    other platforms is not installed; what is for an extra is not looked at."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        try:
            one = distribution(waiting.pop())
        except PackageNotFoundError:
            continue
        if _plain(one.name) not in found:
            found[_plain(one.name)] = one
            waiting += [needed(line) for line in one.requires or () if not re.search(r";.*\bextra\b", line)]
    found.pop(_plain(name), None)
    return list(found.values())


def needed(requirement: str) -> str:
    """'llama-cpp-python' for 'llama-cpp-python[server]==0.3; python_version > "3"'."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def licence(one: Distribution) -> str:
    """As its maker calls it: by an SPDX expression, by the classifiers of old, or in a few words. Empty where
    that tells nothing."""
    if expressions := one.metadata.get_all("License-Expression"):
        return str(expressions[0])
    classified = [
        line.rpartition(" :: ")[2]
        for line in one.metadata.get_all("Classifier") or ()
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    told = ", ".join(classified)
    if told in _TELLS_NOTHING:
        told = str((one.metadata.get_all("License") or [""])[0])
    return "" if told in _TELLS_NOTHING or len(told) > _LONGEST or "\n" in told else told


def text(one: Distribution) -> str:
    """Of its licence; empty where it brings none."""
    names = re.compile(r"(licen[cs]e|copying)", re.IGNORECASE)
    paths = [Path(str(path.locate())) for path in one.files or () if names.match(path.name)]
    return "\n\n".join(path.read_text("utf-8", "replace").strip() for path in paths if path.is_file())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
