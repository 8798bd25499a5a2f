"""Builds the installers of the platform it runs on, from the sources to the tested package.

    python packaging/build.py [--work FOLDER] [--skip STEP ...]

Steps: environment (pinned and hashed libraries, llama.cpp compiled for any processor), icons, freeze,
licences, smoke, package. Each can be skipped to use what an earlier run left in the work folder.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from requirements import PYTHON, ROOT, cpu_torch  # beside this file

HERE = Path(__file__).resolve().parent
STEPS = ("environment", "icons", "freeze", "licences", "smoke", "package")
_NAMES = {"win32": "windows", "darwin": "macos", "linux": "linux"}
_MACHINES = {"AMD64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_DEBIAN = {"x86_64": "amd64", "arm64": "arm64"}


@dataclass(frozen=True)
class Build:
    """One run on one platform; everything it makes lies under `work`."""

    work: Path
    system: str  # linux, windows, macos
    machine: str  # x86_64, arm64
    compression: int

    @property
    def python(self) -> Path:
        folder = self.work / "env"
        return folder / "Scripts/python.exe" if self.system == "windows" else folder / "bin/python"

    @property
    def app(self) -> Path:
        """The program of the frozen app."""
        if self.system == "macos":
            return self.work / "dist/Longhand.app/Contents/MacOS/longhand"
        return self.work / "dist/longhand" / ("longhand.exe" if self.system == "windows" else "longhand")

    @property
    def requirements(self) -> Path:
        return HERE / "requirements" / f"{self.system}-{self.machine}.txt"


def version() -> str:
    """Stands in pyproject.toml and nowhere else."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def llama_arguments(system: str) -> str:
    """How CMake builds llama.cpp: alone, and for any processor of the platform. On Linux and Windows there is
    a library for each set of instructions, and ggml chooses at run time; Apple's differ little, and
    have Metal."""
    off = ("TOOLS", "SERVER", "EXAMPLES", "TESTS", "APP")
    include = (ROOT / "scripts/llama-only.cmake").as_posix()
    alone = [f"-DCMAKE_PROJECT_llama.cpp_INCLUDE='{include}'", "-DLLAVA_BUILD=OFF", "-DLLAMA_OPENSSL=OFF",
             *(f"-DLLAMA_BUILD_{name}=OFF" for name in off)]  # fmt: skip
    portable = [
        "-DGGML_NATIVE=OFF",
        "-DCMAKE_INSTALL_BINDIR=llama_cpp/lib",
        "-DCMAKE_INSTALL_LIBDIR=llama_cpp/lib",
    ]
    if system == "macos":
        return " ".join([*alone, *portable, "-DGGML_METAL=ON", "-DGGML_METAL_EMBED_LIBRARY=ON"])
    return " ".join([*alone, *portable, "-DGGML_BACKEND_DL=ON", "-DGGML_CPU_ALL_VARIANTS=ON"])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=ROOT / "build/installers")
    parser.add_argument("--skip", nargs="*", choices=STEPS, default=[])
    parser.add_argument(
        "--compression", type=int, default=19, help="zstd's level for the .debs; 3 takes seconds"
    )
    given = parser.parse_args(arguments)
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise SystemExit(f"The pinned libraries are those of Python {PYTHON}: run this script with it.")
    build = Build(
        given.work.absolute(), _NAMES[sys.platform], _MACHINES[platform.machine()], given.compression
    )
    build.work.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        if step not in given.skip:
            print(f"-- {step}", flush=True)
            globals()[f"_{step}"](build)
    print(json.dumps(sizes(build), indent=1))


def _environment(build: Build) -> None:
    """Holds what is shipped, PyInstaller, and Longhand's own wheel; no package of the builder's."""
    _run(sys.executable, "-m", "venv", "--clear", build.work / "env")
    pip = [build.python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    lines = build.requirements.read_text("utf-8")
    llama = _entry(lines, "llama-cpp-python")
    (build.work / "llama.txt").write_text(llama, "utf-8")
    (build.work / "rest.txt").write_text(lines.replace(llama, ""), "utf-8")
    torch = cpu_torch() if build.system == "linux" else []
    _run(*pip, "install", "--no-deps", "--require-hashes", *torch, "-r", build.work / "rest.txt")
    wheels = build.work / "wheels"
    for old in (wheels, ROOT / "build/lib"):  # setuptools would pack files that are long gone
        shutil.rmtree(old, ignore_errors=True)
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, ROOT)
    _run(*pip, "install", "--no-deps", "--no-index", *wheels.glob("*.whl"), _llama_wheel(build, pip, llama))


def _llama_wheel(build: Build, pip: Sequence[object], requirement: str) -> Path:
    """Compiled once for each version and each way to compile it. Not left to pip's cache, which may hold one
    that was built for the builder's own processor."""
    folder = build.work / "llama" / llama_key(build.system, requirement)
    if not list(folder.glob("*.whl")):
        _run(*pip, "wheel", "--no-deps", "--require-hashes", "--no-cache-dir", "--no-binary",
             "llama-cpp-python", "-w", folder, "-r", build.work / "llama.txt",
             add={"CMAKE_ARGS": llama_arguments(build.system)})  # fmt: skip
    [wheel] = folder.glob("*.whl")
    return wheel


def llama_key(system: str, requirement: str) -> str:
    """Names what decides how a wheel of llama.cpp turns out, wherever the sources lie."""
    arguments = llama_arguments(system).replace(ROOT.as_posix(), "")
    recipe = (ROOT / "scripts/llama-only.cmake").read_text("utf-8")
    return hashlib.sha256(f"{requirement}\n{arguments}\n{recipe}".encode()).hexdigest()[:16]


def _entry(lines: str, name: str) -> str:
    """The lines of one requirement, its hashes included."""
    found = re.search(rf"(?ms)^{re.escape(name)}==.*?(?=^\S|\Z)", lines)
    if found is None:
        raise SystemExit(f"{name} is not among the requirements.")
    return found.group()


def _icons(build: Build) -> None:
    folder = build.work / "icons"
    (build.work / "pyinstaller").mkdir(exist_ok=True)  # where longhand.spec looks for them
    _run(build.python, HERE / "icons.py", ROOT / "desktop/icons/longhand.svg", folder)
    shutil.copy(folder / "longhand.ico", build.work / "pyinstaller")
    if build.system == "macos":
        _run("bash", HERE / "macos/icns.sh", folder, build.work / "pyinstaller/longhand.icns")


def _freeze(build: Build) -> None:
    dist, work = build.work / "dist", build.work / "pyinstaller"
    shutil.rmtree(dist, ignore_errors=True)
    _run(build.python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", dist,
         "--workpath", work / "longhand", HERE / "longhand.spec")  # fmt: skip
    if build.system == "linux":
        strip(dist)
    place_training(build)


def strip(dist: Path) -> None:
    """Takes out of libraries what only a debugger reads, a fifth of torch. Programs are left alone, since
    PyInstaller keeps Python's modules behind their ends, and so are libraries that auditwheel moved about."""
    libraries = [path for path in dist.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    for path in libraries:
        if not path.parent.name.endswith(".libs"):
            _run("strip", "--strip-unneeded", path)


def _licences(build: Build) -> None:
    """Beside the program's files, where its window shows them."""
    dist, file = build.work / "dist", build.work / "LICENCES.txt"
    if build.system == "macos":
        frozen, place = [], dist / "Longhand.app/Contents/Resources"
    else:
        frozen, place = [dist / "longhand", dist / "longhand-training"], dist / "longhand/_internal"
    _run(build.python, HERE / "licences.py", file, *(frozen if build.system == "linux" else ()))
    shutil.copy(file, place / "LICENCES.txt")


def place_training(build: Build) -> None:
    """Beside the program, where it looks for it (core/engine/installed.py), with its version."""
    dist = build.work / "dist"
    if build.system == "macos":
        (dist / "Longhand Training.app/Contents/Resources/VERSION").write_text(f"{version()}\n", "utf-8")
        return
    (dist / "longhand-training/VERSION").write_text(f"{version()}\n", "utf-8")
    link = dist / "longhand/training"
    if build.system == "windows":
        shutil.move(dist / "longhand-training", link)
    elif not link.is_symlink():
        link.symlink_to("../longhand-training")


def _smoke(build: Build) -> None:
    """With the training part, and (where it can be taken away for a moment) without."""
    _run(sys.executable, HERE / "smoke.py", build.app)
    link = build.work / "dist/longhand/training"
    if link.is_symlink():
        link.unlink()
        _run(sys.executable, HERE / "smoke.py", build.app, "--without-training")
        link.symlink_to("../longhand-training")


def _package(build: Build) -> None:
    if build.system == "linux":
        _debian(build)
    elif build.system == "windows":
        tree, out = build.work / "dist/longhand", build.work / f"Longhand-{version()}-setup.exe"
        _run("makensis", f"-DVERSION={version()}", f"-DTREE={tree}", f"-DOUT={out}",
             HERE / "windows/longhand.nsi")  # fmt: skip
    else:
        _run("bash", HERE / "macos/package.sh", build.work / "dist", version(), build.work)


def _debian(build: Build) -> None:
    sys.path.insert(0, str(HERE / "linux"))
    import deb

    listed = subprocess.run([build.app, "--help"], capture_output=True, text=True, check=True).stdout
    release = deb.Release(version(), _date(), _DEBIAN[build.machine], commands_of(listed), build.compression)
    link = build.work / "dist/longhand/training"
    link.unlink(missing_ok=True)
    dist = build.work / "dist"
    made = deb.build(release, dist / "longhand", dist / "longhand-training", build.work / "icons",
                     build.work / "LICENCES.txt", build.work)  # fmt: skip
    link.symlink_to("../longhand-training")
    for package in made:
        print(package)


def commands_of(listed: str) -> tuple[tuple[str, str], ...]:
    """(name, sentence) of each command in the text of `longhand --help`."""
    found: list[tuple[str, str]] = []
    for line in listed.partition("Commands:")[2].splitlines():
        if match := re.match(r"  (\w[\w-]*) +(\S.*)", line):
            found.append((match.group(1), match.group(2)))
        elif found and line.strip():
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    return tuple(found)


def _date() -> str:
    """Of the last commit, so that the same sources make the same package."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return told.stdout.strip()


def sizes(build: Build) -> dict[str, float]:
    """Megabytes (10^6 bytes) of what was made."""
    made = [*(build.work / "dist").glob("*"), *build.work.glob("*.deb"), *build.work.glob("*.exe"),
            *build.work.glob("*.dmg")]  # fmt: skip
    return {path.name: round(_bytes(path) / 1e6, 1) for path in made if not path.is_symlink()}


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    files = (one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
    return sum(one.stat().st_size for one in files if "training" not in one.relative_to(path).parts[:1])


def _run(*command: object, add: dict[str, str] | None = None) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([str(part) for part in command], check=True, env=outside | (add or {}))


if __name__ == "__main__":
    main()
