"""The parser on mail of many programs, where the corpora are checked out beside the repository: it never
raises, never stalls, and tells own words from quotes and signatures on the published cases."""

import time
from collections import Counter
from pathlib import Path

import pytest

from core.mail.parse import parse_message
from tests.integration.replies_corpus import cases, passes

# Exact agreement with the published expectations, as measured. The rest is mostly
# convention: upstreams keep quotes above an answer, drop a '-Name' line, keep a phone's line or a rule.
AT_LEAST = 0.88


@pytest.fixture
def corpora(shared: Path) -> Path:
    folder = shared / "corpora"
    if not folder.is_dir():
        pytest.skip("needs the mail corpora (../shared/corpora) beside the checkout")
    return folder


def test_every_message_is_read(corpora: Path) -> None:
    read = 0
    for path in sorted((corpora / "mime").rglob("*")):
        if path.is_file():
            started = time.process_time()
            parsed = parse_message(path.read_bytes())
            assert time.process_time() - started < 2, path.name
            f"{parsed.text}{parsed.quoted}{parsed.signature}{parsed.subject}".encode()
            read += bool(parsed.text)
    assert read > 500


def test_own_words_on_the_published_cases(corpora: Path) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in cases(corpora / "replies"):
        total[case.group] += 1
        right[case.group] += passes(case)
    assert sum(total.values()) > 150
    assert sum(right.values()) >= AT_LEAST * sum(total.values()), dict(right)
