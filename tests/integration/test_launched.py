"""A training that was exported, in two processes that `accelerate launch` starts, and what comes back."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

import msgspec
import pytest

from core.errors import InputError
from core.preference import parcel
from core.preference.lessons import lesson
from core.preference.settings import load_settings
from core.preference.trainer import TrainedAdapter, Trainer
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from tests.lessons import example

# The last batch of an epoch is one lesson: one of two processes then has none.
SETTINGS = load_settings(
    steps=8, batch=3, max_length=160, checkpoint_every=3, validate_every=4, device="cpu", quantization="none"
)
LESSONS = tuple(lesson(example(number), 1.0 + number % 2) for number in range(7))
CHECKS = tuple(lesson(example(number), 1.0) for number in range(7, 12))


@pytest.fixture(scope="module")
def base(repository: Path) -> Path:
    return repository / "core/models/embedded/weights/mini-small"


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Iterator[Trainer]:
    database = Database.open(tmp_path_factory.mktemp("store") / "longhand.db", bytes(32))
    trainer = Trainer(base, CheckpointRepository(database), JobRepository(database), threads=1)
    yield trainer
    trainer.close()
    database.close()


@pytest.fixture(scope="module")
def here(trainer: Trainer) -> TrainedAdapter:
    """The same, as `longhand learn` does it."""
    return trainer.teach(LESSONS, SETTINGS, CHECKS)


@pytest.fixture
def request_of(trainer: Trainer, base: Path) -> parcel.Request:
    run = trainer.run_of(LESSONS, SETTINGS, CHECKS)
    return parcel.Request(run, base.name, parcel.weights_digest(base), SETTINGS, LESSONS, CHECKS)


def launch(repository: Path, processes: int, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    accelerate = [sys.executable, "-m", "accelerate.commands.accelerate_cli", "launch"]
    # With --cpu it starts one process, however many are asked for.
    many = ["--multi_gpu"] if processes > 1 else ["--cpu"]
    options = [*many, "--num_processes", str(processes), "--num_machines", "1", "--mixed_precision", "no"]
    return subprocess.run(
        [*accelerate, *options, "--dynamo_backend", "no", "-m", "core.preference.launched", *arguments,
         "--threads", "1"],
        cwd=repository, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip


def test_two_processes_do_what_one_does(
    repository: Path, tmp_path: Path, here: TrainedAdapter, request_of: parcel.Request
) -> None:
    file, out = tmp_path / "training", tmp_path / "trained"
    parcel.write(file, request_of)
    ended = launch(repository, 2, file, out)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("step 8 of 8") == 1  # told by one of them
    assert sorted(one.name for one in tmp_path.iterdir()) == ["trained", "training"]
    assert {S_IMODE(one.stat().st_mode) for one in (file, out)} == {0o600}
    found = parcel.trained(parcel.read(out, parcel.Result), request_of)
    assert found.losses == pytest.approx(here.losses, rel=1e-3)
    assert (found.run, found.examples, found.gguf[:4]) == (here.run, 7, b"GGUF")

    from safetensors.numpy import load

    theirs, ours = load(found.peft), load(here.peft)
    assert theirs.keys() == ours.keys()
    assert all(abs(theirs[name] - ours[name]).max() < 0.01 for name in ours)


def test_what_is_none_is_told_in_one_line(
    repository: Path, tmp_path: Path, request_of: parcel.Request
) -> None:
    file = tmp_path / "training"
    parcel.write(file, msgspec.structs.replace(request_of, weights="other"))
    line = "exported for another small model; name its folder with --base"
    ended = launch(repository, 1, file, tmp_path / "trained")
    assert ended.returncode != 0
    assert ended.stderr.count(line) == 1
    assert not (tmp_path / "trained").exists()
    file.write_bytes(b"\x00 no training")
    for kind, told in ((parcel.Request, "training to be done"), (parcel.Result, "finished training")):
        with pytest.raises(InputError, match=f"holds no {told}"):
            parcel.read(file, kind)
    with pytest.raises(InputError, match="cannot be read"):
        parcel.read(tmp_path / "nowhere", parcel.Request)
    with pytest.raises(InputError, match="cannot be written"):
        parcel.write(tmp_path / "nowhere" / "training", request_of)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights": "other"}, "another small model"),
        ({"asked": "rank = 1"}, "other settings"),
        ({"run": "other"}, "Your mail"),
    ],
)
def test_what_comes_back_of_something_else_is_told(
    request_of: parcel.Request, change: dict[str, str], told: str
) -> None:
    from core.preference.settings import to_toml

    asked = to_toml(SETTINGS)
    kept = {"run": request_of.run, "weights": request_of.weights, "asked": asked} | change
    result = parcel.Result(
        **kept, settings=asked, gguf=b"", peft=b"", loss=0.0, losses=(), examples=7, seconds=0.0, peak_mb=0.0,
        told=(),
    )  # fmt: skip
    with pytest.raises(InputError, match=told):
        parcel.trained(result, request_of)


def test_settings_that_differ_make_another_request(trainer: Trainer, request_of: parcel.Request) -> None:
    other = replace(SETTINGS, rank=8)
    assert trainer.run_of(LESSONS, other, CHECKS) != request_of.run
