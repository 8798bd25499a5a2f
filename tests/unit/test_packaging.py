"""What can be told of the installers' sources without building anything."""

import plistlib
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "packaging"


def test_the_folder_is_no_package() -> None:
    assert not list(FOLDER.rglob("__init__.py"))  # it would hide the library `packaging`


def test_the_specification_is_python() -> None:
    compile((FOLDER / "longhand.spec").read_text("utf-8"), "longhand.spec", "exec")


def test_property_lists_and_xml_are_well_formed() -> None:
    for path in (FOLDER / "macos").glob("*.plist"):
        assert plistlib.loads(path.read_bytes())
    for path in (FOLDER / "linux").glob("*.xml"):
        ET.parse(path)


def test_the_workflow_builds_each_platform(repository: Path) -> None:
    flow = yaml.safe_load((repository / ".github/workflows/installers.yml").read_text("utf-8"))
    assert set(flow["jobs"]) == {"linux", "windows", "macos"}
    for job in flow["jobs"].values():
        assert any("packaging/build.py" in step.get("run", "") for step in job["steps"])


@pytest.mark.skipif(not shutil.which("makensis"), reason="needs makensis (Debian's package nsis)")
def test_the_windows_installer_compiles(tmp_path: Path) -> None:
    for name in ("longhand.exe", "longhand-window.exe", "_internal/a.dll", "training/longhand-training.exe"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("stand-in")
    made = tmp_path / "Longhand-0.1.0-setup.exe"
    given = ["-DVERSION=0.1.0", f"-DTREE={tmp_path / 'tree'}", f"-DOUT={made}"]
    subprocess.run(["makensis", "-V2", "-WX", *given, str(FOLDER / "windows/longhand.nsi")], check=True)
    assert made.stat().st_size > 50_000
