"""The wheel, installed where nothing of the checkout is in reach, does the whole job in an empty folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

ARMS = ("zero_shot", "few_shot", "guided")
SCORES = {"style_match", "likeness", "authorship", "fact_recall", "unsupported_facts", "brief_copy"}


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves a build folder, whose old files would find their way in."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, source)
    for name in ("core", "desktop"):
        shutil.copytree(
            repository / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "runs")
        )
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    options = [
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--wheel-dir",
        str(source / "out"),
        str(source),
    ]
    subprocess.run([*pip, *options], check=True, timeout=300)
    return next((source / "out").glob("longhand-*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`longhand` of a fresh environment that holds this wheel, and sees the pinned libraries (so that nothing
    is fetched) by a .pth line: lines of .pth files over there, the editable checkout's, are not followed."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(folder / "bin" / "python"),
    ]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120
    )
    [packages] = (folder / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "longhand"


def run(program: Path, folder: Path, *arguments: str, timeout: float = 60) -> str:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env={**outside, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_the_wheel_holds_the_whole_program_and_nothing_else(wheel: Path, repository: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(repository).as_posix()
        for name in ("core", "desktop")
        for path in (repository / name).rglob("*")
        if path.is_file() and not {"__pycache__", "runs"} & set(path.parts)
    }
    assert expected <= packed
    assert any(name.endswith("mini-large.gguf") for name in packed)
    assert {name.partition("/")[0] for name in packed if ".dist-info/" not in name} == {"core", "desktop"}


def test_the_installed_program_is_the_one_of_the_wheel(program: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [
            str(program.with_name("python")),
            "-c",
            "import core, desktop; print(core.__file__, desktop.__file__)",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Path(name).is_relative_to(program.parents[1]) for name in where.stdout.split()] == [True, True]


def test_it_says_its_version(program: Path, tmp_path: Path) -> None:
    assert "0.1.0" in run(program, tmp_path, "--version")


@pytest.mark.slow
def test_the_demo_runs_in_an_empty_folder(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    result: dict[str, Any] = json.loads(run(program, folder, "demo", "--json", timeout=900))
    assert {"seed", "persona", "synced", "learned", "drafts", "screenshot", "seconds"} <= set(result)
    assert result["synced"]["sent"] >= 150
    assert result["synced"]["received"] > result["synced"]["sent"] / 2
    learned = result["learned"]
    assert learned["examples"] > 0
    assert learned["quantization"] == "nf4"
    assert learned["peak_rss_mb"] < 3072
    gate = learned["gate"]
    assert gate["count"] > 0
    assert 0 <= gate["floor"] < gate["ceiling"] <= 1
    for arm in ARMS:
        assert set(gate[arm]) >= SCORES
    assert len(result["drafts"]) == 3
    for draft in result["drafts"]:
        assert draft["guided"].strip()
        assert draft["zero_shot"].strip()
        assert draft["saved_uid"] > 0
    assert sum(1 for draft in result["drafts"] if draft["notes"]) == 2
