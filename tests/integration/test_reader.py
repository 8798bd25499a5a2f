"""The reader child with parsers that hang, crash, raise, print and reach for the network."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.domain import ParsedMail, Unreadable
from core.engine.reader import Reader
from core.errors import Cancelled
from core.tasks import CancelToken


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader("tests.hostile_parsers:parse", patience=4.0)
    yield reader
    reader.close()


def texts(answers: list[ParsedMail | Unreadable]) -> list[str]:
    return [answer.text if isinstance(answer, ParsedMail) else f"<{answer.reason}>" for answer in answers]


def test_reads_in_order_and_in_batches(reader: Reader) -> None:
    raw = [b"%d" % i + b" " * 500_000 for i in range(20)]
    assert [text.strip() for text in texts(reader.parse(raw))] == [str(i) for i in range(20)]
    assert reader.parse([]) == []


def test_a_bad_message_is_skipped_and_the_rest_goes_on(reader: Reader, tmp_path: Path) -> None:
    once = b"crash once\n" + bytes(tmp_path / "flag")
    raw = [b"a", b"raise", b"b", b"surrogate", b"print", b"crash", b"c", once, b"hang", b"d"]
    assert texts(reader.parse(raw)) == [
        "a",
        "<damaged>",
        "b",
        "<damaged>",
        "print",
        "<stops the reader>",
        "c",
        once.decode(),
        "<takes too long>",
        "d",
    ]


def test_the_network_is_refused(reader: Reader) -> None:
    (answer,) = texts(reader.parse([b"network"]))
    assert "let through" not in answer
    assert answer.split()[1] in {"EgressRefused", "PermissionError", "gaierror"}


def test_cancel_between_messages_and_in_one(reader: Reader) -> None:
    for raw in ([b"x" * 1000] * 200_000, [b"hang"]):
        cancel = CancelToken()
        timer = threading.Timer(0.3, cancel.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            reader.parse(raw, cancel)
        timer.join()
        assert time.monotonic() - begun < 6
    assert texts(reader.parse([b"fine"])) == ["fine"]


def test_the_real_parser() -> None:
    reader = Reader()
    try:
        (answer,) = reader.parse(
            [b"From: Ann <ann@firm.example>\nSubject: Hi\n\nHello Bob,\n\nyes.\n\nBest,\nAnn\n"]
        )
    finally:
        reader.close()
    assert isinstance(answer, ParsedMail)
    assert answer.sender.email == "ann@firm.example"
    assert answer.text.startswith("Hello Bob,")


def test_a_hung_child_dies_with_a_killed_program(tmp_path: Path) -> None:
    """The program is killed while its child holds the GIL for ever: nothing of ours is left running."""
    code = (
        "from core.engine.reader import Reader\n"
        "import threading, time\n"
        "r = Reader('tests.hostile_parsers:parse', patience=1000)\n"
        "threading.Thread(target=r.parse, args=([b'hang'],), daemon=True).start()\n"
        "while r._child.pid is None: time.sleep(0.01)\n"
        "time.sleep(1)\n"
        "print(r._child.pid, flush=True)\n"
        "time.sleep(1000)\n"
    )
    import subprocess
    import sys

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        child = psutil.Process(int(program.stdout.readline()))
        os.kill(program.pid, signal.SIGKILL)
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
