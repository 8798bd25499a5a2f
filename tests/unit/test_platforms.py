"""Branches for Windows and macOS, run here as far as they can be: places, the lock, memory."""

import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import platformdirs.macos
import platformdirs.unix
import platformdirs.windows
import psutil
import pytest

from core.engine import memory
from core.privacy.policy import policy_path
from core.store.paths import Profile

PACKAGING = Path(__file__).parents[2] / "packaging"


def test_the_profile_lies_where_the_packages_tell_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an uninstaller leaves and names has to be what the program uses."""
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: (
        platformdirs.unix.Unix(name, appauthor).user_data_path))  # fmt: skip
    place = Profile.locate({}).home
    assert place == Path.home() / ".local/share/Longhand"
    told = (PACKAGING / "linux/longhand.postrm").read_text() + (PACKAGING / "linux/longhand.1").read_text()
    assert told.count("~/.local/share/Longhand") == 2


def test_the_profile_on_windows_is_the_folder_its_uninstaller_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", "/c/Users/ann/AppData/Local")
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", lambda name: (
        "/c/Users/ann/AppData/Local" if name == "CSIDL_LOCAL_APPDATA" else "elsewhere"))  # fmt: skip
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: (
        platformdirs.windows.Windows(name, appauthor).user_data_path))  # fmt: skip
    assert Profile.locate({}).home == Path("/c/Users/ann/AppData/Local/Longhand")
    script = (PACKAGING / "windows/longhand.nsi").read_text()
    assert "stays in $LOCALAPPDATA\\Longhand;" in script
    assert "$LOCALAPPDATA\\Programs\\Longhand" in script  # the program lies apart from it


def test_the_profile_on_macos_lies_with_other_programs_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: (
        platformdirs.macos.MacOS(name, appauthor).user_data_path))  # fmt: skip
    assert Profile.locate({}).home == Path.home() / "Library/Application Support/Longhand"


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", "/etc/longhand/policy.toml"),
        ("win32", "C:\\ProgramData\\Longhand\\policy.toml"),
        ("darwin", "/Library/Application Support/Longhand/policy.toml"),
    ],
)
def test_an_administrators_policy_lies_where_users_do_not_write(
    platform: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert PureWindowsPath(str(policy_path())) == PureWindowsPath(place)


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_memory_is_measured_everywhere(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert psutil.Process().memory_info().rss / 2e6 < memory.peak_rss_mb() < 100_000


# Windows' locking call on top of this system's, for a process that takes itself for one of Windows.
_AS_WINDOWS = """
import fcntl, sys, types
from pathlib import Path

def locking(handle, mode, count):
    fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, count, 0, 1)  # from where the file stands

import core.errors
sys.platform = "win32"
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
from core.errors import ProfileError
from core.store.lock import ProfileLock

try:
    with ProfileLock(Path(sys.argv[1]), sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
except ProfileError as error:
    print(error)
"""


def _holder(lock: Path, who: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _AS_WINDOWS, str(lock), who],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PACKAGING.parent)},
    )


def test_on_windows_a_second_program_is_told_who_holds_the_profile(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with _holder(lock, "the window") as first:
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        with _holder(lock, "longhand learn") as second:
            told, _ = second.communicate(timeout=60)
        assert "the window" in told
        assert str(first.pid) in told
        first.communicate(timeout=60)
    with _holder(lock, "longhand learn") as third:  # given back
        told, _ = third.communicate(timeout=60)
    assert told == "held\n"
