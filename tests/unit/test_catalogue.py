"""The catalogue reads, names what it should, and is weighed against a machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import InputError, ModelError
from core.models.catalogue import catalogue, embedded_path, embedded_weights, find
from core.models.hardware import Machine, check_memory, estimated_pace, fit, machine

SMALL = Machine("Linux x86_64", cores=2, memory_mb=4000, memory_free_mb=3000, disk_free_mb=1000)


def test_every_entry_is_either_ours_or_can_be_fetched() -> None:
    entries = catalogue()
    assert [entry.name for entry in entries[:2]] == ["mini-large", "mini-small"]
    for entry in entries:
        assert bool(entry.embedded) != bool(entry.repo and entry.file)
        assert entry.role in {"large", "small"}


def test_embedded_files() -> None:
    assert embedded_path("mini-large").name == "mini-large.gguf"
    assert embedded_weights("mini-small").name == "mini-small"
    with pytest.raises(InputError, match="'longhand models get qwen3-4b' downloads it"):
        embedded_path("qwen3-4b")
    with pytest.raises(InputError, match="mini-small"):
        embedded_weights("mini-large")
    with pytest.raises(InputError, match="mini-large, mini-small"):
        find("nothing")


def test_a_model_is_weighed_against_the_machine() -> None:
    assert fit(find("mini-large"), SMALL, fetched=True).runs
    assert "memory" in fit(find("qwen3-8b"), SMALL, fetched=True).why
    roomy = Machine("Linux x86_64", cores=8, memory_mb=16_000, memory_free_mb=3000, disk_free_mb=1000)
    assert "disk" in fit(find("qwen3-4b"), roomy, fetched=False).why
    assert fit(find("qwen3-4b"), roomy, fetched=True).why.startswith("Close other programs")


def test_too_little_memory_is_told_with_the_next_best_choice() -> None:
    roomy = Machine("Linux x86_64", cores=8, memory_mb=8000, memory_free_mb=6000, disk_free_mb=50_000)
    check_memory(2_500_000_000, roomy)
    with pytest.raises(ModelError, match=r"about 7\.5 GB .* has 8\.0 GB.*'longhand models get qwen3-4b'"):
        check_memory(5_030_000_000, roomy)
    with pytest.raises(ModelError, match="What runs here is mini-large"):
        check_memory(5_030_000_000, SMALL)


def test_this_machine(tmp_path: Path) -> None:
    here = machine(tmp_path / "not" / "there")
    assert here.cores >= 1
    assert here.memory_mb > 100
    assert here.disk_free_mb > 0
    assert 100 < here.memory_mb_per_second < 10_000_000


def test_the_pace_is_that_of_reading_all_weights_for_each_token() -> None:
    here = replace(SMALL, memory_mb=16_000, disk_free_mb=50_000, memory_mb_per_second=10_000)
    assert estimated_pace(2_500_000_000, here) == pytest.approx(3.0)
    small, large = (
        fit(find(name), here, fetched=False).words_per_second for name in ("qwen3-4b", "qwen3-8b")
    )
    assert small > large > 1
    assert fit(find("mini-large"), here, fetched=True).words_per_second == 0
