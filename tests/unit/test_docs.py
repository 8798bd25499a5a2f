"""What the documentation points at is there: files, tests, benchmarks, pages and their parts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = ("README.md", "CHANGELOG.md", "packaging/README.md")


def pages(repository: Path) -> list[Path]:
    return [*(repository / name for name in PAGES), *sorted((repository / "docs").glob("*.md"))]


def prose(page: Path) -> str:
    return page.read_text("utf-8")


def anchor(heading: str) -> str:
    """As the usual hosts make one of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(one) for one in re.findall(r"(?m)^#+ (.+)$", prose(page))}


def broken(page: Path) -> Iterator[str]:
    """Links to pages of ours that lead nowhere."""
    for there in re.findall(r"\]\((?!https?://)([^)\s]+)\)", prose(page)):
        path, _, part = there.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (part and part not in anchors(target)):
            yield there


def test_links_lead_somewhere(repository: Path) -> None:
    found = {page.name: wrong for page in pages(repository) if (wrong := list(broken(page)))}
    assert found == {}


def test_named_tests_and_files_exist(repository: Path) -> None:
    gone = [
        f"{page.name}: {path}"
        for page in pages(repository)
        for path in re.findall(
            r"`((?:tests|core|desktop|scripts|docs)/[\w./-]+\.(?:py|md|toml|sh))`", prose(page)
        )
        if not (repository / path).exists()
    ]
    assert gone == []


def test_named_benchmarks_exist(repository: Path) -> None:
    named = {
        (page.name, name)
        for page in pages(repository)
        for name in re.findall(r"python -m tests\.bench ([a-z]\w+)", prose(page))
    }
    assert len(named) > 3
    assert [one for one in sorted(named) if not (repository / f"tests/bench/{one[1]}.py").exists()] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](there.md)", []),
        ("[a](there.md#two-words-3)", []),
        ("[a](#here)\n# Here", []),
        ("[a](gone.md)", ["gone.md"]),
        ("[a](there.md#three)", ["there.md#three"]),
        ("[a](https://longhand.example/gone)", []),
    ],
)
def test_the_reader_of_links(tmp_path: Path, text: str, wrong: list[str]) -> None:
    (tmp_path / "there.md").write_text("## Two words: 3\n", "utf-8")
    (tmp_path / "page.md").write_text(text, "utf-8")
    assert list(broken(tmp_path / "page.md")) == wrong
