"""The benchmark runner: names, lines, resuming."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench import planted_habits
from tests.bench.controls import interval
from tests.bench.figure import Kept, at_least, at_most, reported
from tests.bench.planted_mail import bank, mailbox


def bench(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60, check=False)


def test_list_names_every_benchmark_and_what_it_measures(repository: Path) -> None:
    lines = bench(repository, "--list").stdout.splitlines()
    named = {line.split(maxsplit=1)[0] for line in lines}
    assert {"demo_seeds", "controls"} <= named
    assert named.isdisjoint({"figure", "program", "__main__"})
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


def test_an_unknown_name_is_wrong_usage(repository: Path) -> None:
    done = bench(repository, "no_such_benchmark")
    assert done.returncode == 2
    assert done.stderr.startswith("no such benchmark: no_such_benchmark")


def test_a_figure_is_one_line_of_json() -> None:
    figure = at_least("a.b", 0.81234, 0.8, "share", seeds=[1, 2])
    assert json.loads(figure.line()) == {
        "name": "a.b",
        "value": 0.8123,
        "unit": "share",
        "target": ">= 0.8",
        "holds": True,
        "detail": {"seeds": [1, 2]},
    }
    assert at_most("c", 0.2, 0.1).holds is False
    assert reported("d", 3).holds is None


def test_kept_results_are_made_once(tmp_path: Path) -> None:
    calls: list[int] = []

    def make(seed: int) -> dict[str, Any]:
        calls.append(seed)
        return {"seed": seed, "calls": len(calls)}

    assert Kept("x", tmp_path).get(7, make) == {"seed": 7, "calls": 1}
    assert Kept("x", tmp_path).get(7, make) == {"seed": 7, "calls": 1}
    assert Kept("x", tmp_path).get(8, make) == {"seed": 8, "calls": 2}


def test_the_interval_holds_the_mean_and_narrows_to_a_constant() -> None:
    low, high = interval([0.1, 0.2, 0.3, 0.4])
    assert low < 0.25 < high
    assert interval([0.3, 0.3]) == (0.3, 0.3)


def test_planted_mail_follows_from_its_seed() -> None:
    assert mailbox(1, bank("open")) == mailbox(1, bank("open"))
    assert mailbox(1, bank("open")) != mailbox(2, bank("open"))
    assert mailbox(1, bank("open"), habits=False).habits == ()


def test_the_banks_of_planted_mail_share_no_sentence() -> None:
    def sentences(name: str) -> set[str]:
        groups = ("thanks", "pleasantry", "offer", "hedge", "statement")
        return {one for group in groups for said in bank(name)[group].values() for one in said}

    assert not sentences("open") & sentences("held")


def test_planted_habits_are_found() -> None:
    figures = [one for one in planted_habits.run(quick=True) if one.name.startswith("planted_habits.open")]
    assert len(figures) == 8
    assert [one.name for one in figures if one.holds is False] == []
