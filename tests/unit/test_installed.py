"""What a frozen Longhand finds beside itself, and how it starts its children, on each platform."""

import subprocess
import sys
from pathlib import Path

import pytest

from core import cli, messages
from core.engine import installed, launch
from core.errors import LearningError
from core.preference.trainer import Trainer
from core.sample import server

PLACES = {
    "linux": ("usr/lib/longhand/longhand", "usr/lib/longhand/training/longhand-training"),
    "win32": ("Programs/Longhand/longhand.exe", "Programs/Longhand/training/longhand-training.exe"),
    "darwin": (
        "Applications/Longhand.app/Contents/MacOS/longhand",
        "Applications/Longhand Training.app/Contents/MacOS/longhand-training",
    ),
}


def put(folder: Path, platform: str, version: str) -> Path:
    """A program with its training part beside it, as an installer leaves them; the program."""
    own, training = (folder / place for place in PLACES[platform])
    for program in (own, training, installed.version_file(training, platform)):
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch()
    installed.version_file(training, platform).write_text(f"{version}\n")
    return own


@pytest.mark.parametrize("platform", PLACES)
def test_the_training_part_lies_at_a_fixed_place(platform: str, tmp_path: Path) -> None:
    own, training = (tmp_path / place for place in PLACES[platform])
    assert installed.training_program(own, platform) == training
    assert installed.training_fault(own, platform, "1.0") == messages.learning.no_training_part(platform)
    put(tmp_path, platform, "1.0")
    assert installed.training_fault(own, platform, "1.0") == ""


@pytest.mark.parametrize("platform", PLACES)
def test_a_training_part_of_another_version_is_told(platform: str, tmp_path: Path) -> None:
    own = put(tmp_path, platform, "0.9")
    assert installed.training_fault(own, platform, "1.0") == messages.learning.other_training_part(platform)
    installed.version_file(installed.training_program(own, platform), platform).unlink()
    assert installed.training_fault(own, platform, "1.0") == messages.learning.other_training_part(platform)


def test_each_platform_is_told_what_it_can_do() -> None:
    told = {platform: messages.learning.no_training_part(platform) for platform in PLACES}
    assert "longhand-training" in told["linux"]
    assert "installer" in told["win32"]
    assert "disk image" in told["darwin"]


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process taken for the program at this path, which is reached through a link as from /usr/bin."""
    own = tmp_path / PLACES["linux"][0]
    own.parent.mkdir(parents=True)
    own.touch()
    link = tmp_path / "longhand"
    link.symlink_to(own)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(link))
    monkeypatch.setattr(sys, "platform", "linux")
    return own


def test_a_frozen_program_starts_itself_as_a_child_and_torch_elsewhere(frozen: Path) -> None:
    training = frozen.parent / "training" / "longhand-training"
    assert launch.command("llama", 300) == [str(frozen), "--child", "llama", "300"]
    assert launch.command("reader", None) == [str(frozen), "--child", "reader", "0"]
    assert launch.command("trainer", 5) == [str(training), "--child", "trainer", "5"]
    assert server._command() == [sys.executable, "--child", "imap-sample"]


def test_a_window_of_windows_starts_children_that_have_a_console(
    frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(frozen.with_name("longhand-window.exe")))
    assert launch.command("llama", 0)[0] == str(frozen.with_name("longhand.exe"))
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0x4000, raising=False)
    assert launch.creation_flags() == 0x08004000


def test_without_the_part_that_learns_training_says_how_to_add_it(frozen: Path) -> None:
    with pytest.raises(LearningError, match="longhand-training"):
        installed.require_training()
    trainer = Trainer.__new__(Trainer)  # nothing of it is reached
    with pytest.raises(LearningError, match="longhand-training"):
        trainer.teach([], None)  # type: ignore[arg-type]


def test_from_python_nothing_is_missing() -> None:
    installed.require_training()
    assert launch.command("trainer", 5)[1:4] == ["-P", "-m", "core.engine.child"]


def test_a_child_branches_off_before_click_and_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own: `--child` reaches the role with neither the window nor the other commands."""
    code = (
        "import sys, types\n"
        "seen = []\n"
        "for name in ('core.engine.child', 'core.sample.server_child'):\n"
        "    fake = types.ModuleType(name)\n"
        "    fake.main = lambda *given, name=name: seen.append((name, *given))\n"
        "    sys.modules[name] = fake\n"
        "from core.cli import main\n"
        "main(['--child', 'llama', '300'])\n"
        "main(['--child', 'imap-sample'])\n"
        "loaded = [name for name in sys.modules if name.startswith(('PySide6', 'desktop', 'core.app'))]\n"
        "print(seen, loaded)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == (
        "[('core.engine.child', ['llama', '300']), ('core.sample.server_child',)] []"
    )


def test_usage_is_untouched_by_children() -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--children"])
    assert ended.value.code == 2
