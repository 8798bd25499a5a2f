"""Tries a frozen program as its user will have it: no Python, no network, a profile that is thrown away.

python packaging/smoke.py PROGRAM [--without-training]
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PARTS = ("reader", "model", "learning", "scores", "keychain", "window")
_LIMIT = 600  # seconds for everything; a machine that builds is busy


def smoke(program: Path, version: str, learns: bool = True) -> dict[str, str]:
    """Raises SystemExit with what did not work; returns what each part told."""
    told = _run(program, "--version").strip()
    if told != f"longhand, version {version}":
        raise SystemExit(f"It says it is '{told}', not {version}.")
    _run(program, "--help")
    doctor = json.loads(_run(program, "doctor", "--json"))
    if doctor["wrong"] or not doctor["engine"]["features"]:
        raise SystemExit(f"doctor found: {doctor['wrong'] or 'a llama.cpp that computes with nothing'}")
    tried = {
        one["name"]: one for one in json.loads(_run(program, "doctor", "--parts", "--json", fails=not learns))
    }
    expected = {name: learns or name != "learning" for name in PARTS}
    if (found := {name: one["works"] for name, one in tried.items()}) != expected:
        raise SystemExit(f"Parts: {found}, told: {[one['told'] for one in tried.values()]}")
    return {name: one["told"] for name, one in tried.items()}


def _run(program: Path, *arguments: str, fails: bool = False) -> str:
    with tempfile.TemporaryDirectory(prefix="longhand-smoke-") as folder:
        done = subprocess.run(
            [*_walls(), str(program), *arguments],
            cwd=folder,
            env=_environment(Path(folder)),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LIMIT,
            check=False,
        )
    if done.returncode != int(fails):
        raise SystemExit(
            f"'longhand {' '.join(arguments)}' ended with {done.returncode}: {done.stderr[-2000:]}"
        )
    return done.stdout


def _walls() -> list[str]:
    """On Linux a network of nothing but loopback, where the system allows making one."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return []
    bare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    walled = [*bare, "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh"]
    return (
        walled if subprocess.run([*walled, "true"], capture_output=True, check=False).returncode == 0 else []
    )


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the builder's: what is found must be in the program."""
    kept = ("SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "NUMBER_OF_PROCESSORS", "LANG", "USERPROFILE")
    path = os.environ["PATH"] if platform.system() == "Windows" else "/usr/bin:/bin"
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PATH": path,
        "HOME": str(folder),
        "LONGHAND_HOME": str(folder / "profile"),
        "LONGHAND_PASSPHRASE": "smoke",
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def main(program: Path, learns: bool) -> None:
    own = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text("utf-8"))
    print(f"network: {'nothing but loopback' if _walls() else 'as it is, none can be taken away here'}")
    for name, told in smoke(program, own["project"]["version"], learns).items():
        print(f"{name}: {told}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), "--without-training" not in sys.argv)
