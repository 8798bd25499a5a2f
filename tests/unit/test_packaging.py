"""What can be told of the installers' sources without building anything."""

import plistlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "packaging"


def test_the_folder_is_no_package() -> None:
    assert not list(FOLDER.rglob("__init__.py"))  # it would hide the library `packaging`


def test_the_specification_is_python() -> None:
    compile((FOLDER / "longhand.spec").read_text("utf-8"), "longhand.spec", "exec")


def test_xml_is_well_formed() -> None:
    for path in (FOLDER / "linux").glob("*.xml"):
        ET.parse(path)


def test_the_macos_bundle_offers_mail_files_and_says_what_it_needs() -> None:
    told = plistlib.loads((FOLDER / "macos/Info.plist").read_bytes())
    assert "com.apple.mail.email" in told["CFBundleDocumentTypes"][0]["LSItemContentTypes"]
    assert (
        told["CFBundleDocumentTypes"][0]["LSHandlerRank"] == "Alternate"
    )  # the mail program stays the first
    assert told["LSArchitecturePriority"] == ["arm64"]
    # what the pinned libraries were chosen for
    assert f'"MACOSX_DEPLOYMENT_TARGET": "{told["LSMinimumSystemVersion"]}"' in (
        FOLDER / "requirements.py"
    ).read_text("utf-8")
    assert not [key for key in told if "Version" in key and key != "LSMinimumSystemVersion"]  # one place


def test_the_macos_program_asks_for_no_more_rights_than_it_needs() -> None:
    rights = plistlib.loads((FOLDER / "macos/entitlements.plist").read_bytes())
    assert rights == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.allow-jit": True,
    }


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.fixture(scope="module")
def flow() -> dict[str, Any]:
    text = (FOLDER.parent / ".github/workflows/installers.yml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_the_workflow_builds_each_platform_and_keeps_what_it_made(flow: dict[str, Any]) -> None:
    assert set(flow["jobs"]) == {"linux", "windows", "macos"}
    made = {"linux": ".deb", "windows": ".exe", "macos": ".dmg"}
    for name, job in flow["jobs"].items():
        commands = [step.get("run", "") for step in steps(job)]
        built = [number for number, run in enumerate(commands) if "packaging/build.py" in run]
        kept = [number for number, step in enumerate(steps(job)) if "upload-artifact" in step.get("uses", "")]
        assert len(built) == len(kept) == 1
        assert built < kept
        work = re.findall(r"--work (\S+)", commands[built[0]])
        assert steps(job)[kept[0]]["with"]["path"] == f"{work[0]}/*{made[name]}"


def test_the_workflow_uses_the_python_of_the_pins(flow: dict[str, Any]) -> None:
    pinned = re.findall(r'^PYTHON = "(.*)"', (FOLDER / "requirements.py").read_text("utf-8"), re.MULTILINE)
    for job in flow["jobs"].values():
        [chosen] = [step for step in steps(job) if "setup-python" in step.get("uses", "")]
        assert [chosen["with"]["python-version"]] == pinned


def test_the_workflow_names_only_files_that_exist(repository: Path) -> None:
    text = (repository / ".github/workflows/installers.yml").read_text("utf-8")
    named = re.findall(r"(?<![\w/])((?:packaging|scripts|docs)/[\w./-]+\w)", text)
    assert named
    for name in named:
        assert (repository / name).exists(), name


def test_the_workflow_may_only_read_and_shows_no_secret(flow: dict[str, Any]) -> None:
    assert flow["permissions"] == {"contents": "read"}
    for job in flow["jobs"].values():
        for step in steps(job):
            assert "secrets." not in step.get("run", "")  # by the environment: a command line is shown
            assert "secrets" not in step.get("if", "")  # which may not look at them
            if action := step.get("uses"):
                assert re.fullmatch(r"actions/[\w-]+@v\d+", action)


_MACH_O = bytes.fromhex("cffaedfe0c000001000000000600000012000000") + bytes(64)
_LOGGING = '#!/bin/sh\necho "$(basename "$0") $*" >>"$LOG"\n'


@pytest.fixture
def macos(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Two bundles, and Apple's tools as programs that only write down how they were called."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("codesign", "hdiutil", "xcrun", "spctl"):
        (tools / name).write_text(_LOGGING)
        (tools / name).chmod(0o755)
    for bundle, program in (("Longhand.app", "longhand"), ("Longhand Training.app", "longhand-training")):
        contents = tmp_path / "dist" / bundle / "Contents"
        for place in (f"MacOS/{program}", "Frameworks/deep/libinner.dylib", "Frameworks/libouter.dylib"):
            (contents / place).parent.mkdir(parents=True, exist_ok=True)
            (contents / place).write_bytes(_MACH_O)
        (contents / "Resources").mkdir()
        (contents / "Resources/VERSION").write_text("1")
    return tmp_path, {"PATH": f"{tools}:/usr/bin:/bin", "LOG": str(tmp_path / "log")}


def packed(macos: tuple[Path, dict[str, str]], **keys: str) -> list[str]:
    folder, settings = macos
    script = ["bash", str(FOLDER / "macos/package.sh"), str(folder / "dist"), "1.0", str(folder)]
    subprocess.run(script, env=settings | keys, check=True, capture_output=True)
    lines = Path(settings["LOG"]).read_text().splitlines()
    return [line.replace(str(folder), "") for line in lines]


needs_file = pytest.mark.skipif(not shutil.which("file"), reason="needs the program file")


@needs_file
def test_bundles_are_signed_from_the_inside_out(macos: tuple[Path, dict[str, str]]) -> None:
    lines = packed(macos)
    for bundle, program in (("Longhand.app", "longhand"), ("Longhand Training.app", "longhand-training")):
        root = f"/dist/{bundle}"
        places = ("/Contents/Frameworks/libouter.dylib", f"/Contents/MacOS/{program}", "")
        order = [next(at for at, line in enumerate(lines) if line.endswith(root + one)) for one in places]
        assert order == sorted(order)
        assert any(line.endswith("/Contents/Frameworks/deep/libinner.dylib") for line in lines[: order[1]])
        for number in order[1:]:
            assert "--entitlements" in lines[number]
    signed = [line for line in lines if line.startswith("codesign --force")]
    assert all("--options runtime" in line for line in signed)
    assert not [line for line in signed if line.endswith("VERSION")]
    assert not [line for line in lines if line.startswith("xcrun")]  # no key: nothing is sent to Apple


@needs_file
def test_with_keys_the_image_is_time_stamped_and_notarised(macos: tuple[Path, dict[str, str]]) -> None:
    identity = "Developer ID Application: Nobody"
    lines = packed(macos, SIGN_IDENTITY=identity, NOTARY_KEY="k.p8", NOTARY_KEY_ID="1", NOTARY_ISSUER="2")
    signed = [line for line in lines if line.startswith("codesign --force")]
    assert all(f"--sign {identity} --timestamp" in line for line in signed)
    assert [line.split()[0] for line in lines[-4:]] == ["codesign", "xcrun", "xcrun", "spctl"]
    assert "notarytool submit" in lines[-3]
    assert "stapler staple" in lines[-2]


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


def test_the_windows_installer_needs_no_administrator_and_takes_no_mail_away() -> None:
    script = (FOLDER / "windows/longhand.nsi").read_text("utf-8")
    assert "RequestExecutionLevel user" in script
    assert "HKLM" not in script
    removed = re.findall(r"(?m)^ *(?:RMDir|Delete) (.*)$", script)
    assert removed
    for place in removed:
        assert "$INSTDIR" in place or "$SMPROGRAMS" in place, place
    for extension in (".eml", ".mbox"):
        assert f'!insertmacro FileType "{extension}"' in script
        assert f'!insertmacro NoFileType "{extension}"' in script
