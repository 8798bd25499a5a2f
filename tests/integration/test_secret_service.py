"""The keychain on a real Secret Service: GNOME's keyring on a session bus of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Of one session: unlocks the keyring by the password on standard input, and does what is asked of it.
SESSION = 'gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
STORE = "keychain.set('mail', 'pass wörd')"
READ = "print(keychain.get('mail'))"
REMOVE = "keychain.delete('mail')"


def in_session(home: Path, *steps: str) -> str:
    """What the steps print, done by a program and in a session of its own on the keychain of `home`."""
    program = "\n".join(
        (
            "import sys",
            "from pathlib import Path",
            "from core.privacy.keychain import open_keychain",
            "keychain = open_keychain(Path(sys.argv[1]), None)",
            *steps,
        )
    )
    kept = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, "sh", sys.executable, "-c", program, str(home)],
        env={**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "XDG_RUNTIME_DIR": str(home)},
        input="the keyring's own password",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_secret_outlives_the_session_and_can_be_removed(tmp_path: Path) -> None:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (dbus, gnome-keyring), which the set-up installs where it may")
    tmp_path.chmod(0o700)
    assert in_session(tmp_path, STORE, READ) == "pass wörd"
    assert in_session(tmp_path, READ, REMOVE, READ) == "pass wörd\nNone"
    assert in_session(tmp_path, READ) == "None"
    assert not (tmp_path / "keychain").exists()  # nothing lies in a file of ours
