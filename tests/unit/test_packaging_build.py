"""The scripts that build installers, as far as they run without a build: pins, licences, keys."""

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "packaging"
PLATFORMS = ("linux-x86_64", "windows-x86_64", "macos-arm64")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """What each requirement is pinned to, a local part such as +cpu aside."""
    found = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==([^\s+;]+)", text)
    return {canonical(name): version for name, version in found}


def script(name: str) -> ModuleType:
    """A script of packaging/, loaded from its file: the folder's own name is that of a library."""
    specification = importlib.util.spec_from_file_location(f"_packaging_{name}", FOLDER / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield script("build")


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    return script("licences")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_shipped_is_what_is_tested(platform: str, repository: Path) -> None:
    shipped = pins((FOLDER / "requirements" / f"{platform}.txt").read_text("utf-8"))
    tested = pins((repository / "constraints.txt").read_text("utf-8"))
    assert len(shipped) > 80
    assert {name: (version, tested.get(name)) for name, version in shipped.items()} == {
        name: (version, version) for name, version in shipped.items()
    }
    assert "kernels" not in shipped


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_requirement_is_known_by_its_hash_and_names_no_host(platform: str) -> None:
    text = (FOLDER / "requirements" / f"{platform}.txt").read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert len(entries) == len(pins(text))
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry.partition("\n")[0]
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert options == []  # no index, no link, no other file


def test_each_direct_need_is_among_the_requirements(repository: Path) -> None:
    import tomllib

    wanted = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*wanted["dependencies"], *wanted["optional-dependencies"]["package"]]
    names = {canonical(re.split(r"[^A-Za-z0-9_.-]", line)[0]) for line in named}
    for platform in PLATFORMS:
        shipped = pins((FOLDER / "requirements" / f"{platform}.txt").read_text("utf-8"))
        assert names <= set(shipped)


def test_torch_on_linux_is_its_cpu_build() -> None:
    assert re.search(
        r"(?m)^torch==[\d.]+\+cpu ", (FOLDER / "requirements/linux-x86_64.txt").read_text("utf-8")
    )


def test_a_compiled_llama_is_taken_up_for_the_same_version_and_arguments_alone(build: ModuleType) -> None:
    one = build.llama_key("linux", "llama-cpp-python==1 --hash=sha256:a")
    assert one == build.llama_key("linux", "llama-cpp-python==1 --hash=sha256:a")
    assert len({one, build.llama_key("macos", "llama-cpp-python==1 --hash=sha256:a")}) == 2
    assert len({one, build.llama_key("linux", "llama-cpp-python==2 --hash=sha256:b")}) == 2


@pytest.mark.parametrize("system", ["linux", "windows", "macos"])
def test_llama_is_never_built_for_the_builders_own_processor(build: ModuleType, system: str) -> None:
    given = build.llama_arguments(system).split()
    assert "-DGGML_NATIVE=OFF" in given
    assert ("-DGGML_CPU_ALL_VARIANTS=ON" in given) == ("-DGGML_BACKEND_DL=ON" in given) == (system != "macos")


def test_the_version_stands_in_one_place(build: ModuleType, repository: Path) -> None:
    from importlib.metadata import version

    assert build.version() == version("longhand")
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.parent.name not in {"requirements", "licences", "__pycache__"}:
            lines = path.read_text("utf-8").splitlines()
            own = re.compile(rf"(?<![\d.])v?{re.escape(build.version())}(?![\d.])")
            told = [line for line in lines if own.search(line) and "/DVERSION=" not in line]  # an example
            assert told == [], path.name


def test_commands_for_the_man_page_are_read_from_the_help(build: ModuleType) -> None:
    listed = "Usage: x\n\nCommands:\n  demo     Try it.\n  open     Open the window\n           and read.\n"
    assert build.commands_of(listed) == (("demo", "Try it."), ("open", "Open the window and read."))


def row(name: str, licence: str, text: str) -> dict[str, str]:
    return {"Name": name, "Version": "1", "License": licence, "LicenseText": text}


def test_nothing_is_bundled_whose_licence_nobody_knows(licences: ModuleType) -> None:
    with pytest.raises(SystemExit, match="licence of thing"):
        list(licences.libraries([row("thing", "UNKNOWN", "a text")]))
    with pytest.raises(SystemExit, match="thing brings no"):
        list(licences.libraries([row("thing", "MIT", "UNKNOWN")]))


def test_the_licence_of_the_imap_library_is_told(licences: ModuleType) -> None:
    [part] = licences.libraries([row("IMAPClient", "UNKNOWN", "Redistribution ..."), row("pip", "MIT", "x")])
    assert part.licence == "BSD-3-Clause"


def test_the_file_lists_all_parts_and_holds_their_texts(licences: ModuleType, repository: Path) -> None:
    own = (repository / "LICENSE").read_text("utf-8")
    parts = [*licences.libraries([row("thing", "MIT", "Copyright A Thing")]), *licences.carried()]
    told = licences.told(parts, own)
    for name in ("thing 1: MIT", "Python: ", "llama.cpp and ggml", "SQLCipher", "OpenSSL", "Qt, PySide6"):
        assert name in told
    for text in ("Copyright A Thing", "The ggml authors", "ZETETIC LLC", "GNU LESSER GENERAL PUBLIC LICENSE",
                 "PYTHON SOFTWARE FOUNDATION LICENSE", "Apache License"):  # fmt: skip
        assert text in told


def test_no_kind_of_model_is_left_out_that_training_imports() -> None:
    """Of transformers' architectures the training part carries a few; what the rest imports at once, and what
    those few import, has to be among them, and every kind that can be trained."""
    from importlib.util import find_spec

    specification = (FOLDER / "longhand.spec").read_text("utf-8")
    [line] = re.findall(r"(?m)^KINDS = \((.*)\)$", specification)
    kinds = set(re.findall(r'"(\w+)"', line))
    found = find_spec("transformers")
    assert found
    assert found.origin
    home = Path(found.origin).parent
    wanted: set[str] = set()
    for path in home.rglob("*.py"):
        place = path.relative_to(home)
        if place.parts[0] != "models":
            wanted |= set(re.findall(r"(?m)^from \.+models\.(\w+)", path.read_text("utf-8")))
        elif place.parts[1] in kinds and not path.name.startswith("modular_"):
            wanted |= set(re.findall(r"(?m)^from \.\.(\w+)", path.read_text("utf-8")))
    assert wanted <= kinds
    trained = (FOLDER.parent / "core/preference/unpacked.py").read_text("utf-8")
    [line] = re.findall(r"(?m)^_KINDS = \((.*)\)$", trained)
    assert set(re.findall(r'"(\w+)"', line)) <= kinds


def test_the_frozen_program_leaves_its_library_path_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that it starts must find the system's libraries, a child of its own the program's: to these
    PyInstaller's bootloader points a child only when told to begin anew."""
    entry = script("entry/longhand")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/longhand/_internal:/opt/lib")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/lib")
    monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "0")
    entry._give_back_library_path()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"
