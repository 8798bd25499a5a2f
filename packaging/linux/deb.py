"""Makes the two Debian packages of the two frozen folders: `longhand` and `longhand-training`."""

import gzip
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
_MAINTAINER = "The Longhand contributors <maintainers@longhand.invalid>"
# What Qt and llama.cpp take from the system; t64 names are those of Debian 13 and Ubuntu 24.04.
_NEEDS = (
    "libc6 (>= @GLIBC@), libegl1, libgl1, libglib2.0-0 | libglib2.0-0t64, libxkbcommon0, libxkbcommon-x11-0,"
    " libdbus-1-3, libfontconfig1, libfreetype6, libx11-xcb1, libxcb-cursor0, libxcb-icccm4, libxcb-image0,"
    " libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-sync1, libxcb-xfixes0,"
    " libxcb-xkb1, zlib1g, hicolor-icon-theme"
)


@dataclass(frozen=True)
class Release:
    """`date` as YYYY-MM-DD; `commands`: name and one sentence of each command, for the man page;
    `compression`: zstd's level, 1 to 19."""

    version: str
    date: str
    architecture: str
    commands: tuple[tuple[str, str], ...]
    compression: int

    def filled(self, text: str) -> str:
        told = "".join(f".TP\n.B {name}\n{sentence}\n" for name, sentence in self.commands).rstrip()
        for name, value in (("VERSION", self.version), ("DATE", self.date), ("COMMANDS", told)):
            text = text.replace(f"@{name}@", value)
        return text


def build(release: Release, app: Path, training: Path, icons: Path, licences: Path, out: Path) -> list[Path]:
    """`app`, `training`: the frozen folders (either may be missing, then its package is too). Returns the
    packages made. `licences`: the file with those of everything bundled."""
    made = []
    for name, folder, fill in (("longhand", app, _app), ("longhand-training", training, _training)):
        if folder.is_dir():
            root = out / f"{name}-root"
            shutil.rmtree(root, ignore_errors=True)
            fill(root, folder, release, icons)
            _document(root, name, release, licences)
            made.append(_pack(root, name, release, out))
            shutil.rmtree(root)
    return made


def _app(root: Path, folder: Path, release: Release, icons: Path) -> None:
    share = root / "usr/share"
    _copy_tree(folder, root / "usr/lib/longhand")
    (root / "usr/bin").mkdir()
    (root / "usr/bin/longhand").symlink_to("../lib/longhand/longhand")
    _place(HERE / "longhand.desktop", share / "applications", release)
    _place(HERE / "io.longhand.Longhand.metainfo.xml", share / "metainfo", release)
    _place(HERE / "longhand.xml", share / "mime/packages", release)
    _press(release.filled((HERE / "longhand.1").read_text("utf-8")), share / "man/man1/longhand.1.gz")
    for icon in icons.glob("longhand-*.png"):
        size = icon.stem.rpartition("-")[2]
        place = share / f"icons/hicolor/{size}x{size}/apps/longhand.png"
        place.parent.mkdir(parents=True)
        shutil.copyfile(icon, place)
    place = share / "icons/hicolor/scalable/apps/longhand.svg"
    place.parent.mkdir(parents=True)
    shutil.copyfile(icons / "longhand.svg", place)


def _training(root: Path, folder: Path, release: Release, icons: Path) -> None:  # noqa: ARG001
    place = root / "usr/lib/longhand/training"
    _copy_tree(folder, place)
    (place / "VERSION").write_text(f"{release.version}\n", "utf-8")


def _document(root: Path, name: str, release: Release, licences: Path) -> None:
    folder = root / "usr/share/doc" / name
    folder.mkdir(parents=True)
    shutil.copyfile(HERE / "copyright", folder / "copyright")
    if licences.is_file():
        _press(licences.read_text("utf-8"), folder / "LICENCES.txt.gz")
    day = datetime.fromisoformat(release.date).strftime("%a, %d %b %Y 00:00:00 +0000")
    told = f"{name} ({release.version}) stable; urgency=medium\n\n  * What changed stands in CHANGELOG.md.\n"
    _press(f"{told}\n -- {_MAINTAINER}  {day}\n", folder / "changelog.gz")
    overrides = root / "usr/share/lintian/overrides" / name
    overrides.parent.mkdir(parents=True)
    overrides.write_text((HERE / "lintian-overrides").read_text("utf-8").replace("@NAME@", name), "utf-8")


def _pack(root: Path, name: str, release: Release, out: Path) -> Path:
    control = root / "DEBIAN"
    control.mkdir()
    size = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
    text = release.filled((HERE / f"{name}.control").read_text("utf-8"))
    for key, value in (("ARCH", release.architecture), ("SIZE", str(size)), ("NEEDS", _NEEDS),
                       ("MAINTAINER", _MAINTAINER), ("GLIBC", oldest_glibc(root))):  # fmt: skip
        text = text.replace(f"@{key}@", value)
    (control / "control").write_text(text, "utf-8")
    for script in HERE.glob(f"{name}.p*"):  # postrm
        target = control / script.suffix[1:]
        shutil.copyfile(script, target)
        target.chmod(0o755)
    _set_modes(root)
    made = out / f"{name}_{release.version}_{release.architecture}.deb"
    subprocess.run(
        [
            "dpkg-deb",
            "--root-owner-group",
            "-Zzstd",
            f"-z{release.compression}",
            "--build",
            str(root),
            str(made),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return made


def oldest_glibc(root: Path) -> str:
    """The oldest C library with which every program and library under `root` loads: the newest version of its
    symbols that any of them names."""
    found = {(2, 0)}
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if data.startswith(b"\x7fELF"):
                named = re.findall(rb"GLIBC_(\d+)\.(\d+)", data)
                found.update((int(major), int(minor)) for major, minor in named)
    major, minor = max(found)
    return f"{major}.{minor}"


def _set_modes(root: Path) -> None:
    """The builder's umask is nobody's business: 755 for folders and programs, 644 for the rest."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or _is_program(path)
            path.chmod(0o755 if runs else 0o644)


def _is_program(path: Path) -> bool:
    return path.name in {"longhand", "longhand-training", "postrm"} and os.access(path, os.X_OK)


def _place(source: Path, folder: Path, release: Release) -> None:
    folder.mkdir(parents=True)
    (folder / source.name).write_text(release.filled(source.read_text("utf-8")), "utf-8")


def _press(text: str, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _copy_tree(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, symlinks=True, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    """A second copy of a gigabyte is not needed; across disks it is."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
