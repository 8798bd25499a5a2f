"""`longhand models`: from the hub's offer to a model that writes, and away with it again."""

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import cli
from tests.hub import FILE, REPO, REVISION, Fault, StandIn, stand_in

NAME = f"{REPO}:{FILE}"


@pytest.fixture
def hub(tiny_model: Path, profile_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Named as the hub in the settings of this test's profile."""
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    with stand_in(tiny_model.read_bytes()) as hub:
        profile_home.mkdir(mode=0o700)
        (profile_home / "settings.toml").write_text(f'[download]\nhub = "{hub.url}"\n')
        yield hub


@pytest.fixture
def longhand(capsys: pytest.CaptureFixture[str]) -> "Longhand":
    return Longhand(capsys)


class Longhand:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """(exit status, stdout, stderr) of one `longhand models` command."""
        with pytest.raises(SystemExit) as ended:
            cli.main(["models", *arguments])
        said = self._capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    def list(self) -> dict[str, dict[str, Any]]:
        status, out, _ = self("list", "--json")
        assert status == 0
        return {one["name"]: one for one in json.loads(out)}


def test_get_use_and_remove(hub: StandIn, longhand: Longhand) -> None:
    status, out, err = longhand("get", NAME, "--yes", "--json")
    assert status == 0, err
    got = json.loads(out)
    assert (got["repo"], got["revision"], got["bytes"]) == (REPO, REVISION, len(hub.content))
    assert f"{FILE} of {REPO}, from 127.0.0.1" in err
    assert "licence, says its page, is 'mit'" in err
    assert longhand.list()[FILE] | {"where": "file", "in_use": False} == longhand.list()[FILE]

    status, out, err = longhand("get", NAME, "--json")  # what is there needs no question
    assert (status, json.loads(out), err) == (0, got, "")

    assert longhand("use", NAME)[0] == 0
    assert longhand.list()[FILE]["in_use"]
    assert longhand("use", FILE)[0] == 0
    status, out, err = longhand("remove", NAME)
    assert (status, out) == (1, "")
    assert "choose another" in err

    assert longhand("use", "mini-large")[0] == 0
    assert longhand("remove", FILE)[0] == 0
    assert FILE not in longhand.list()
    status, _, err = longhand("remove", FILE)
    assert status == 1
    assert "no downloaded model" in err


def test_nothing_is_fetched_unasked(
    hub: StandIn, longhand: Longhand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, out, err = longhand("get", NAME)
    assert (status, out) == (1, "")
    assert "Download it?" in err
    assert hub.asked == []


def test_what_is_not_whole_cannot_be_used(hub: StandIn, longhand: Longhand) -> None:
    hub.faults = [Fault(wrong=True)]
    status, out, err = longhand("get", NAME, "--yes")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith("longhand: What came is not the file")
    assert longhand("use", NAME)[0] == 1
    assert FILE not in longhand.list()


def test_what_cannot_be_removed(hub: StandIn, longhand: Longhand, profile_home: Path) -> None:
    (profile_home / "models").mkdir()
    (profile_home / "models" / "mine.gguf").write_bytes(b"GGUF")
    for name, told in {
        "mini-small": "part of Longhand",
        "qwen3-4b": "no downloaded model",
        "mine.gguf": "no downloaded model",
        "../longhand.db": "no downloaded model",
    }.items():
        status, _, err = longhand("remove", name)
        assert (status, err.count("\n")) == (1, 1)
        assert told in err
    assert (profile_home / "models" / "mine.gguf").exists()


def test_a_killed_download_goes_on(hub: StandIn, longhand: Longhand, profile_home: Path) -> None:
    hub.faults = [Fault(wait=0.2)]
    program = [sys.executable, "-c", "from core.cli import main; main()", "models", "get", NAME, "--yes"]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not any(one.stat().st_size for one in (profile_home / "models").glob("*.partial")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    (partial,) = (profile_home / "models").iterdir()
    there = partial.stat().st_size
    assert 0 < there < len(hub.content)
    assert FILE not in longhand.list()
    assert longhand("get", NAME, "--yes")[0] == 0
    assert hub.asked[-1] == f"bytes={there}-"
    assert (profile_home / "models" / FILE).read_bytes() == hub.content
