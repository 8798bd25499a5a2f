"""CHANGELOG.md is as Keep a Changelog 1.1.0 has it, and tells of the version that pyproject.toml names."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from core.updates.desk import OURS

KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
NUMBER = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
RELEASED = re.compile(rf"## \[({NUMBER})\] - (\d{{4}}-\d\d-\d\d)( \[YANKED\])?")


@dataclass
class Release:
    """`number` and `day` are None for what is unreleased; `entries` by kind."""

    number: tuple[int, ...] | None
    day: date | None
    entries: dict[str, list[str]] = field(default_factory=dict)


def releases(text: str) -> list[Release]:
    """Newest first. Raises ValueError naming the line that is out of order."""
    found: list[Release] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            read_line(line, found)
        except (ValueError, IndexError) as error:
            raise ValueError(f"line {number}: {error}") from None
    for one in found:
        if empty := [kind for kind, entries in one.entries.items() if not entries]:
            raise ValueError(f"nothing under {empty[0]}")
    check_order(found)
    return found


def read_line(line: str, found: list[Release]) -> None:
    if line == "## [Unreleased]":
        if found:
            raise ValueError("what is unreleased comes first, and once")
        found.append(Release(None, None))
    elif line.startswith("## "):
        if (heading := RELEASED.fullmatch(line)) is None:
            raise ValueError("no version and day")
        numbers = tuple(int(one) for one in heading[1].split("."))
        found.append(Release(numbers, date.fromisoformat(heading[5])))
    elif line.startswith("### "):
        kind, entries = line.removeprefix("### "), found[-1].entries
        if kind not in KINDS or kind in entries:
            raise ValueError("no kind of change, or one for the second time")
        entries[kind] = []
    elif line.startswith("- "):
        list(found[-1].entries.values())[-1].append(line)
    elif found and line and not line.startswith(("  ", "[")):  # links may stand at the end
        raise ValueError("neither heading nor entry")


def check_order(found: list[Release]) -> None:
    done = [one for one in found if one.number]
    for newer, older in pairwise(done):
        if not (newer.number > older.number and newer.day >= older.day):  # type: ignore[operator]
            raise ValueError(f"{older.number} stands below {newer.number}")


@pytest.fixture
def changelog(repository: Path) -> str:
    return (repository / "CHANGELOG.md").read_text("utf-8")


def test_it_is_in_the_form(changelog: str) -> None:
    found = releases(changelog)
    assert found[0].number is None
    assert any(one.entries for one in found)
    assert changelog.startswith("# Changelog\n")
    assert "keepachangelog.com/en/1.1.0" in changelog


def test_its_newest_version_is_that_of_the_program(changelog: str, repository: Path) -> None:
    """Where none was released yet there is nothing to compare, but nothing may point at one either."""
    version = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert re.fullmatch(NUMBER, version)
    numbers = [one.number for one in releases(changelog) if one.number]
    assert numbers[:1] in ([], [tuple(int(one) for one in version.split("."))])
    assert OURS.is_set_up or not numbers, "a release needs an address for new versions: docs/releasing.md"


GOOD = """# Changelog

## [Unreleased]

## [0.10.0] - 2026-03-01

### Added

- A thing that
  takes two lines.
- Another.

### Fixed

- A fault.

## [0.9.1] - 2026-02-01 [YANKED]

### Security

- A hole.

[0.9.1]: https://longhand.example/0.9.1
"""


def test_a_changelog_with_releases_is_read() -> None:
    newest, yanked = releases(GOOD)[1:]
    assert (newest.number, newest.day) == ((0, 10, 0), date(2026, 3, 1))
    assert {kind: len(entries) for kind, entries in newest.entries.items()} == {"Added": 2, "Fixed": 1}
    assert yanked.number == (0, 9, 1)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2026-03-01", "2026-02-30"),
        ("2026-03-01", "1 March 2026"),
        ("2026-03-01", "2026-01-01"),  # before the version below it
        ("[0.10.0] - 2026-03-01", "[0.10.0]"),
        ("[0.10.0]", "0.10.0"),
        ("[0.10.0]", "[0.10]"),
        ("[0.10.0]", "[0.9.0]"),
        ("### Fixed", "### Repaired"),
        ("### Fixed", "### Added"),
        ("- A fault.\n", ""),
        ("- A fault.", "A fault."),
        ("## [0.9.1] - 2026-02-01 [YANKED]", "## [Unreleased]"),
        ("## [0.10.0] - 2026-03-01\n\n### Added\n", ""),
    ],
)
def test_a_slip_is_noticed(good: str, bad: str) -> None:
    assert GOOD.count(good) == 1
    with pytest.raises(ValueError, match=r"line|nothing|stands"):
        releases(GOOD.replace(good, bad))
