"""The licences of what Longhand is made of: nothing is left out, and none without words of its own."""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from core.errors import InputError
from core.licences import FILE, licences, needed, places


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed() -> dict[str, str]:
    lines = licences().partition("\n\n")[2].partition("\n\n")[0].splitlines()
    return {plain(line.split(" ")[0].strip(":,")): line.partition(": ")[2] for line in lines}


def test_every_library_of_ours_is_listed_and_what_it_takes_along(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    found = listed()
    assert {plain(needed(line)) for line in project["dependencies"]} <= set(found)
    assert {"certifi", "shiboken6", "pydantic-core", "llama-cpp", "python", "qt"} <= set(found)
    assert not {"pytest", "ruff", "mypy", "longhand"} & set(found)  # nothing of ours, or for developers
    assert all(found.values())


def test_what_has_no_name_for_its_licence_shows_its_text() -> None:
    whole = licences()
    nameless = [name for name, called in listed().items() if called == "see below"]
    assert nameless  # IMAPClient is one
    for name in nameless:
        text = whole.partition(f"{'=' * 100}\n{distribution(name).name} ")[2].partition("=" * 100)[2]
        assert len(text.partition("=" * 100)[0]) > 500


def test_an_installed_program_shows_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "Contents/Frameworks"), raising=False)
    with pytest.raises(InputError, match="install Longhand again"):
        licences()
    for path in places(tmp_path / "Contents/Frameworks", tmp_path / "elsewhere/longhand")[:2]:
        path.parent.mkdir(parents=True)
        path.write_text("as bundled in " + path.parent.name, "utf-8")
        assert licences() == "as bundled in Frameworks"
    (tmp_path / "Contents/Frameworks" / FILE).unlink()
    assert licences() == "as bundled in Resources"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("llama-cpp-python[server]==0.3.36", "llama-cpp-python"),
        ('importlib-metadata (>=1) ; python_version < "3.12"', "importlib-metadata"),
        ("ruamel.yaml~=0.18", "ruamel.yaml"),
        ("torch", "torch"),
    ],
)
def test_the_name_of_a_requirement(line: str, name: str) -> None:
    assert needed(line) == name


def test_what_is_not_installed_is_no_error() -> None:
    with pytest.raises(PackageNotFoundError):
        distribution("pywin32-ctypes")  # keyring wants it, on Windows
    assert "pywin32-ctypes" not in listed()
