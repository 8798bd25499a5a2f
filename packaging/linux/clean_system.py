"""Installs the packages in a new Debian as its user would, uses, upgrades and removes them, with no network.

    python packaging/linux/clean_system.py SUITE ... [--work FOLDER]

Needs root, debootstrap, Xvfb, xdotool and ImageMagick; the network for the Debian alone, before anything of
Longhand's is touched. FOLDER is that of packaging/build.py. One JSON object a suite; pictures beside it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
MINUTES = 10  # from .deb to the first guided draft
USER = "ann"
_SETTINGS = {"LONGHAND_PASSPHRASE": "a passphrase of the test", "LANG": "C.UTF-8", "HOME": f"/home/{USER}",
             "PATH": "/usr/bin:/bin"}  # fmt: skip
_MAIL = """From: Ann <ann@example.org>
To: bob@example.org
Subject: Monday
Message-ID: <1@example.org>
Date: Mon, 2 Jun 2025 10:00:00 +0000

Hello Bob,

Monday it is.

Ann
"""
# What a running system writes by itself, with or without Longhand.
_PASSING = ("proc/", "sys/", "dev/", "tmp/", "run/", "packages/", "var/log/", "var/cache/", "var/lib/dpkg/",
            "var/lib/apt/")  # fmt: skip


@dataclass(frozen=True)
class Clean:
    """A Debian in a folder."""

    root: Path
    display: str

    def as_root(self, *command: str) -> str:
        return self._run(
            command, {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        )

    def as_user(self, *command: str, **more: str) -> str:
        return self._run(("runuser", "-u", USER, "--", *command), _SETTINGS | more)

    def window(self) -> "subprocess.Popen[bytes]":
        """The program as the menu starts it, on the display."""
        return subprocess.Popen(
            self._entered("runuser", "-u", USER, "--", "longhand"),
            env=_SETTINGS | {"DISPLAY": self.display},
            stderr=subprocess.DEVNULL,
        )

    def files(self) -> set[str]:
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*"))
        return {name for name in found if not name.startswith(_PASSING)}

    def _run(self, command: tuple[str, ...], settings: dict[str, str]) -> str:
        done = subprocess.run(
            self._entered(*command), env=settings, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _entered(self, *command: str) -> list[str]:
        """In namespaces of its own: nothing of the machine's network, mounts or processes but the display."""
        enter = (
            'ip link set lo up; mount --rbind /dev "$0/dev"; mount -t proc proc "$0/proc"; '
            'mkdir -p "$0/tmp/.X11-unix"; mount --bind /tmp/.X11-unix "$0/tmp/.X11-unix"; '
            'exec chroot "$0" env --chdir=/home "$@"'
        )
        return ["/usr/bin/unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-ec",
                f"export PATH=/usr/sbin:/usr/bin:/sbin:/bin; {enter}", str(self.root), *command]  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--work", type=Path, default=ROOT / "build/installers")
    given = parser.parse_args(arguments)
    work = given.work.absolute()
    packages = sorted(work.glob("longhand*.deb"))
    if len(packages) != 2:
        raise SystemExit(f"The two packages are not in {work}: make package first.")
    with _display() as display:
        for suite in given.suites:
            clean = Clean(_made(suite, packages, work / "clean"), display)
            told = tried(clean, packages, work / "clean" / suite)
            print(json.dumps({"suite": suite} | told, indent=1), flush=True)


def tried(clean: Clean, packages: list[Path], pictures: Path) -> dict[str, object]:
    """Raises SystemExit with what did not hold."""
    before, began = clean.files(), time.monotonic()
    _install(clean, packages)
    installed = time.monotonic() - began
    demo = json.loads(clean.as_user("sh", "-c", f"cd /home/{USER} && longhand demo --json"))
    drafted = time.monotonic() - began
    if not demo["drafts"] or drafted > 60 * MINUTES:
        raise SystemExit(
            f"No guided draft within {MINUTES} minutes: {len(demo['drafts'])} in {drafted:.0f} s."
        )
    shutil.copy(clean.root / f"home/{USER}/longhand-demo.png", pictures.with_suffix(".demo.png"))
    (clean.root / f"home/{USER}/longhand-demo.png").unlink()
    _say(f"installed after {installed:.0f} s, drafted after {drafted:.0f} s")
    parts = json.loads(clean.as_user("longhand", "doctor", "--parts", "--json"))
    if broken := [one for one in parts if not one["works"]]:
        raise SystemExit(f"Parts that do not work: {broken}")
    _look(clean, pictures)
    _say("window drawn and closed")
    kept = _profile(clean)
    _install(clean, [_relabelled(package, clean.root / "tmp/newer") for package in packages])
    upgraded = _shown(clean)
    if upgraded != kept:
        raise SystemExit(f"The upgrade changed the rules: {kept} became {upgraded}")
    _say("upgraded")
    farewell = clean.as_root("apt-get", "-y", "remove", "longhand", "longhand-training")
    clean.as_root("apt-get", "-y", "purge", "longhand", "longhand-training")
    left = sorted(clean.files() - before)
    if strange := [name for name in left if not name.startswith(f"home/{USER}/")]:
        raise SystemExit(f"Left behind: {strange}")
    return {
        "installed_seconds": round(installed, 1),
        "first_guided_draft_seconds_at_most": round(drafted, 1),
        "parts": {one["name"]: one["told"] for one in parts},
        "rules_kept": len(json.loads(kept)),
        "told_on_removal": [line for line in farewell.splitlines() if "rofile" in line],
        "left": left,
    }


def _made(suite: str, packages: list[Path], folder: Path) -> Path:
    """A new copy of the suite, with what the packages declare that they need, and no more."""
    base, root = folder / f"{suite}-base", folder / f"{suite}-root"
    folder.mkdir(parents=True, exist_ok=True)
    if not (base / "usr/bin/apt-get").exists():
        _do("debootstrap", "--variant=minbase", suite, base, MIRROR)
    shutil.rmtree(root, ignore_errors=True)
    _do("cp", "-a", base, root)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    needs = ", ".join(_needs(package) for package in packages if package.name.startswith("longhand_"))
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "--no-install-recommends"]
    _do("chroot", root, *quiet, "update")
    _do("chroot", root, *quiet, "satisfy", needs)
    _do("chroot", root, "useradd", "--create-home", "--shell", "/bin/sh", USER)
    return root


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _needs(package: Path) -> str:
    asked = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def _install(clean: Clean, packages: list[Path]) -> None:
    place = clean.root / "packages"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for package in packages:
        shutil.copy(package, place)
    clean.as_root("apt-get", "-y", "--no-install-recommends", "install",
                  *(f"/packages/{package.name}" for package in packages))  # fmt: skip
    shutil.rmtree(place)


def _relabelled(package: Path, folder: Path) -> Path:
    """The same package as a later version, without one of its files and with another."""
    tree = folder / package.stem
    folder.mkdir(exist_ok=True)
    _do("dpkg-deb", "-R", package, tree)
    control = tree / "DEBIAN/control"
    version = subprocess.run(
        ["dpkg-deb", "-f", package, "Version"], capture_output=True, text=True, check=True
    )
    later = f"{version.stdout.strip()}+later"
    control.write_text(control.read_text("utf-8").replace(version.stdout.strip(), later), "utf-8")
    (tree / f"usr/share/doc/{package.name.partition('_')[0]}/changelog.gz").unlink()
    (tree / f"usr/share/doc/{package.name.partition('_')[0]}/news").write_text("later\n", "utf-8")
    made = folder / f"{package.name.partition('_')[0]}_{later}_amd64.deb"
    _do("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, made)
    shutil.rmtree(tree)
    return made


def _profile(clean: Clean) -> str:
    """A profile of the user's own, where it lies without any setting, with a mail and a rule."""
    mail = clean.root / f"home/{USER}/one.eml"
    mail.write_text(_MAIL, "utf-8")
    clean.as_user("longhand", "import", f"/home/{USER}/one.eml", "--own", "ann@example.org")
    clean.as_user("longhand", "rules", "add", "Close with 'Yours, Ann'.", "--trait", "sign_off")
    mail.unlink()
    return _shown(clean)


def _shown(clean: Clean) -> str:
    return clean.as_user("longhand", "rules", "list", "--json")


def _look(clean: Clean, pictures: Path) -> None:
    """The window on the display, until it has drawn itself; closed as a person would."""
    program = clean.window()
    try:
        shown = _do("timeout", "60", "xdotool", "search", "--sync", "--onlyvisible", "--name", "Longhand",
                    display=clean.display)  # fmt: skip
        time.sleep(3)
        _do("import", "-window", "root", pictures.with_suffix(".window.png"), display=clean.display)
        _do("xdotool", "windowfocus", "--sync", shown.split()[-1], "key", "ctrl+q", display=clean.display)
        program.wait(30)
    finally:
        program.kill()
        program.wait()


@contextmanager
def _display() -> Iterator[str]:
    """A screen of its own, reached by a socket that the clean system is shown."""
    name = f":{50 + os.getpid() % 900}"
    server = subprocess.Popen(
        ["Xvfb", name, "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-ac"], stderr=subprocess.DEVNULL
    )
    try:
        while not Path(f"/tmp/.X11-unix/X{name[1:]}").exists():  # noqa: S108 - where X has it
            time.sleep(0.1)
        yield name
    finally:
        server.terminate()
        server.wait()


def _do(*command: object, display: str | None = None) -> str:
    settings = os.environ | ({"DISPLAY": display} if display else {})
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=settings, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
