"""The Debian packages, made of a stand-in for the frozen program and looked into with dpkg's own tools."""

import gzip
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "packaging"
pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    specification = importlib.util.spec_from_file_location("_packaging_deb", FOLDER / "linux/deb.py")
    assert specification
    assert specification.loader
    deb = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = deb
    specification.loader.exec_module(deb)
    work = tmp_path_factory.mktemp("deb")
    for name in ("app/longhand", "training/longhand-training"):
        program = work / name
        (program.parent / "_internal").mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o700)
        (program.parent / "_internal/a.so").write_bytes(b"\x7fELF GLIBC_2.17 GLIBC_2.34 GLIBC_2.4")
    (work / "icons").mkdir()
    for size in (16, 256):
        (work / f"icons/longhand-{size}.png").write_bytes(b"png")
    (work / "icons/longhand.svg").write_text("<svg/>")
    (work / "licences").write_text("all of them")
    release = deb.Release("1.2.3", "2026-01-31", "amd64", (("demo", "Try it."),), 3)
    made = deb.build(release, work / "app", work / "training", work / "icons", work / "licences", work)
    return {path.name.partition("_")[0]: path for path in made}


def field(package: Path, name: str) -> str:
    asked = subprocess.run(["dpkg-deb", "-f", package, name], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def unpacked(package: Path, folder: Path) -> Path:
    subprocess.run(["dpkg-deb", "-R", package, folder], check=True)
    return folder


def test_learning_is_a_package_that_goes_with_one_version(packages: Mapping[str, Path]) -> None:
    assert set(packages) == {"longhand", "longhand-training"}
    assert field(packages["longhand-training"], "Depends") == "longhand (= 1.2.3)"
    assert "longhand-training (= 1.2.3)" in field(packages["longhand"], "Recommends")


def test_the_oldest_c_library_is_read_off_the_programs(packages: Mapping[str, Path]) -> None:
    assert field(packages["longhand"], "Depends").startswith("libc6 (>= 2.34), ")


def test_no_placeholder_is_left(packages: Mapping[str, Path], tmp_path: Path) -> None:
    for name, package in packages.items():
        tree = unpacked(package, tmp_path / name)
        for path in tree.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                text = gzip.decompress(data) if path.suffix == ".gz" else data
                for mark in (b"@VERSION@", b"@DATE@", b"@COMMANDS@", b"@NAME@", b"@ARCH@", b"@NEEDS@"):
                    assert mark not in text, path.name


def test_what_a_desktop_looks_for_lies_in_its_places(packages: Mapping[str, Path], tmp_path: Path) -> None:
    share = unpacked(packages["longhand"], tmp_path / "tree") / "usr/share"
    for place in ("applications/longhand.desktop", "metainfo/io.longhand.Longhand.metainfo.xml",
                  "mime/packages/longhand.xml", "man/man1/longhand.1.gz", "doc/longhand/copyright",
                  "doc/longhand/LICENCES.txt.gz", "icons/hicolor/256x256/apps/longhand.png",
                  "icons/hicolor/scalable/apps/longhand.svg"):  # fmt: skip
        assert (share / place).is_file(), place
    assert gzip.decompress((share / "doc/longhand/LICENCES.txt.gz").read_bytes()) == b"all of them"
    assert (share.parent / "bin/longhand").resolve() == share.parent / "lib/longhand/longhand"


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_the_desktop_entry_is_valid(packages: Mapping[str, Path], tmp_path: Path) -> None:
    tree = unpacked(packages["longhand"], tmp_path / "tree")
    subprocess.run(["desktop-file-validate", tree / "usr/share/applications/longhand.desktop"], check=True)


@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="needs appstreamcli (Debian's appstream)")
def test_the_appstream_data_is_valid(packages: Mapping[str, Path], tmp_path: Path) -> None:
    tree = unpacked(packages["longhand"], tmp_path / "tree")
    data = tree / "usr/share/metainfo/io.longhand.Longhand.metainfo.xml"
    subprocess.run(["appstreamcli", "validate", "--no-net", data], check=True, stdout=subprocess.DEVNULL)


def test_programs_run_for_everybody_and_the_rest_is_only_read(
    packages: Mapping[str, Path], tmp_path: Path
) -> None:
    tree = unpacked(packages["longhand-training"], tmp_path / "tree")
    training = tree / "usr/lib/longhand/training"
    assert (training / "longhand-training").stat().st_mode & 0o777 == 0o755
    assert (training / "_internal/a.so").stat().st_mode & 0o777 == 0o644
    assert (training / "VERSION").read_text() == "1.2.3\n"  # by which the program knows its part


def test_removal_says_where_the_profile_lies_and_an_upgrade_says_nothing(
    packages: Mapping[str, Path], tmp_path: Path
) -> None:
    script = unpacked(packages["longhand"], tmp_path / "tree") / "DEBIAN/postrm"
    told = {
        action: subprocess.run([script, action], capture_output=True, text=True, check=True).stdout
        for action in ("remove", "purge", "upgrade")
    }
    assert "~/.local/share/Longhand" in told["remove"]
    assert told["purge"] == told["upgrade"] == ""
    assert "rm -r" not in script.read_text()
