"""Texts of a data file as exchanges, and each bad line told by its number."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.texts import Corpus, corpus

LINE = {"context": "A film by the sea.", "text": "I liked it.", "author": "Ida", "date": "2026-03-01"}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))
    return path


def read(folder: Path, *lines: object, author: str = "") -> Corpus:
    return corpus(written(folder, *lines), author)


def test_who_wrote_most_stands_for_the_user(tmp_path: Path) -> None:
    found = read(tmp_path, LINE, LINE | {"author": "Bo"}, "", LINE | {"text": "I left."})
    assert [one.sent for one in found.own] == ["I liked it.", "I left."]
    assert [one.incoming.recipient.name for one in found.others] == ["Bo"]
    chosen = read(tmp_path, LINE, LINE | {"author": "Bo"}, LINE, author="Bo")
    assert (len(chosen.own), len(chosen.others)) == (1, 2)
    assert chosen.digest != read(tmp_path, LINE, LINE | {"author": "Bo"}, LINE).digest


def test_a_text_is_an_exchange_with_its_context(tmp_path: Path) -> None:
    [one] = read(tmp_path, LINE | {"date": "2026-03-01T10:00:00+02:00", "stars": 4}).own
    assert one.incoming.text == "A film by the sea."
    assert one.date == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert read(tmp_path, LINE).own[0].date == datetime(2026, 3, 1, tzinfo=UTC)


def test_texts_on_the_same_thing_are_one_thread_and_those_on_nothing_are_not(tmp_path: Path) -> None:
    bare = LINE | {"context": " "}
    threads = [one.thread for one in read(tmp_path, LINE, LINE, bare, bare).own]
    assert threads[0] == threads[1]
    assert len(set(threads)) == 3


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "null",
        {"text": "secret", "author": "Ida", "date": "2026-03-01"},
        LINE | {"date": "secret"},
        LINE | {"date": 7},
        LINE | {"text": "  "},
        LINE | {"author": ""},
    ],
)
def test_a_bad_line_is_told_by_its_number_and_not_quoted(tmp_path: Path, bad: object) -> None:
    with pytest.raises(InputError, match=r"^Line 3 of the data file .*\.$") as caught:
        read(tmp_path, LINE, "", bad, LINE)
    assert "secret" not in str(caught.value)


def test_a_file_without_texts_or_that_author_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing in the data file"):
        read(tmp_path)
    with pytest.raises(InputError, match="by that author"):
        read(tmp_path, LINE, author="Nobody")
    with pytest.raises(InputError, match="cannot be read"):
        corpus(tmp_path / "nowhere.jsonl")


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError):
        corpus(path)
