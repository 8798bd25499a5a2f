"""The family matrix, with real training and drafts by the embedded models. There is one family here: a copy
of mini-large under another name stands for another, which tells that the cells are kept apart, not how
families differ."""

import functools
import json
import mailbox
import shutil
from pathlib import Path

import pytest

from core import cli
from core.evaluation import training
from core.preference.settings import load_settings
from core.sample.mailbox import make_mailbox
from core.store import settings
from core.store.paths import Profile
from core.store.settings import Learning, Settings


def longhand(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.slow
def test_each_model_s_rules_are_followed_by_each(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    profile_home: Path,
    tmp_path: Path,
    repository: Path,
) -> None:
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setattr(training, "load_settings", functools.partial(load_settings, steps=2))
    other = tmp_path / "other-copy.gguf"
    shutil.copy(repository / "core/models/embedded/weights/mini-large.gguf", other)
    assert longhand(capsys, "families", "mini-large")[0] == 1  # no mail yet
    box = mailbox.mbox(tmp_path / "mail.mbox")
    for message in make_mailbox(5, replies=16, unread=0).messages:
        box.add(message.raw)
    box.close()
    assert longhand(capsys, "import", str(tmp_path / "mail.mbox"))[0] == 0
    learning = Learning(examples=8, gate=8, on_battery=True)
    settings.save(Profile(profile_home).settings, Settings(learning=learning))
    assert longhand(capsys, "families", "mini-large", "no-such-model")[0] == 1

    status, out, err = longhand(capsys, "families", "mini-large", str(other), "--json")
    assert status == 0, err
    cells = json.loads(out)
    families = [(cell["made_by_family"], cell["writer_family"]) for cell in cells]
    mini = "longhand-mini"
    assert families == [(mini, mini), (mini, "other"), ("other", mini), ("other", "other")]
    folders = {one.name for one in (profile_home / "evaluations").iterdir()}
    assert len(folders) == 2
    made = {one: one.stat().st_mtime_ns for one in (profile_home / "evaluations").rglob("longhand.db")}
    assert json.loads(longhand(capsys, "families", "mini-large", str(other), "--json")[1]) == cells
    assert {one: one.stat().st_mtime_ns for one in made} == made  # nothing was done again
    assert json.loads(longhand(capsys, "adapters", "list", "--json")[1]) == []  # the user's own
    _, out, err = longhand(capsys, "families", "mini-large")
    assert "written by mini-large" in out
    assert "one family" in err
    assert {one.name for one in (profile_home / "evaluations").iterdir()} < folders
