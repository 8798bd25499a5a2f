"""Mail of many programs, damaged mail included: no crash, none over 2 seconds, text wherever there is some.
LONGHAND_FUZZ_MINUTES=10 adds that long of hypothesis fuzzing."""

import json
import os
import re
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import ParsedMail
from core.mail.outlook import COMPOUND
from core.mail.parse import parse_message
from tests.bench.figure import REPOSITORY, Figure, at_least, at_most, reported

CORPUS = REPOSITORY.parent / "shared" / "corpora"
NOT_MAIL = {".json", ".xml", ".out", ".list", ".html"}
# That parser gives up on some charsets, and leaves files in the text (uuencode).
_UNFIT = re.compile(r"\ufffd|^begin [0-7]{3} ", re.MULTILINE)
PATIENCE = 2.0  # seconds a message
_PIECES = [
    *(b"Content-Type: ", b"multipart/mixed; boundary=x", b"multipart/alternative; boundary=", b"text/html"),
    *(b"message/rfc822", b"; charset=utf-7", b"; format=flowed; delsp=yes", b"=?utf-8?b?", b"?=", b"\n--x\n"),
    *(b"--x--", b"\r\n", b"\n\n", b"From: ", b"<", b">", b"Date: ", b"Subject: Re: ", b"Message-ID: <"),
    *(
        b"Content-Transfer-Encoding: base64\n",
        b"quoted-printable",
        b"<div hidden>",
        b"<blockquote>",
        b"<table>",
    ),
    *(
        b"<td colspan=99999>",
        b"</div>",
        b"On Monday, 3 May 2021 Ann wrote:\n",
        b"> ",
        b">> >",
        b"-- \n",
        b"\xff",
    ),
    *(
        b"\x00",
        b"begin 644 x\n",
        b"((((",
        b"Von: Ann\nGesendet: ",
        b"____",
        b"Sent from my ",
        b"\xe2\x80\xae",
        b"\t",
    ),
]


def run(quick: bool, corpus: Path = CORPUS) -> Iterator[Figure]:
    if not corpus.is_dir():
        raise RuntimeError("needs the mail corpora (../shared/corpora) beside the checkout")
    files = [path for path in sorted((corpus / "mime").rglob("*")) if path.is_file()]
    crashed, slowest, seconds, silent, spoken = 0, 0.0, 0.0, [], 0
    for path in files:
        raw = path.read_bytes()
        began = time.process_time()
        try:
            mail = parse_message(raw)
        except ValueError:  # an Outlook file that is damaged says so
            crashed += not raw.startswith(COMPOUND)
            continue
        took = time.process_time() - began
        slowest, seconds = max(slowest, took), seconds + took
        if path.suffix not in NOT_MAIL and says_something(raw):
            spoken += 1
            if not words(mail):
                silent.append(path.relative_to(corpus).as_posix())
    yield at_most("parser_corpus.crashes", crashed, 0, files=len(files))
    yield Figure("parser_corpus.slowest", round(slowest, 3), "s", f"< {PATIENCE:g}", slowest < PATIENCE)
    yield at_most("parser_corpus.without_text", len(silent), 0, "files", of=spoken, names=silent[:20])
    yield reported("parser_corpus.speed", len(files) / seconds, "mails/s of one core")
    found, expected = expected_texts(corpus / "mime" / "stalwart-mail-parser")
    yield at_least("parser_corpus.expected_text", found / expected, 0.95, texts=expected, found=found)
    if minutes := float(os.environ.get("LONGHAND_FUZZ_MINUTES", "0")):
        failures, tried = fuzz(minutes * 60)
        yield at_most("parser_corpus.fuzzed", len(failures), 0, "failures", of=tried, errors=failures[:5])


def words(mail: ParsedMail) -> str:
    return re.sub(r"\W+", "", mail.text + mail.quoted + mail.signature)


def says_something(raw: bytes) -> bool:
    """Whether Python's own parser finds a body with words in it."""
    try:
        body = message_from_bytes(raw, policy=default).get_body(("plain", "html"))
        if not isinstance(body, EmailMessage) or body.get_content_maintype() != "text":
            return False
        text = re.sub(r"<style.*?</style>|<[^>]*>|&\w+;", " ", body.get_content(), flags=re.DOTALL)
        return bool(re.search(r"\w{3}", text))
    except Exception:  # noqa: BLE001  # it raises many kinds of error on damaged mail: then nothing is asked
        return False


def expected_texts(folder: Path) -> tuple[int, int]:
    """How many of the texts that another parser's tests expect were found, word for word."""
    found = total = 0
    for path in sorted(folder.rglob("*.json")):
        if path.name.endswith(".crlf.json") or not (source := path.with_suffix(".eml")).exists():
            continue
        facts = json.loads(path.read_text("utf-8"))
        texts = [_plain(facts, index) for index in facts.get("text_body", [])]
        wanted = [text for text in texts if re.search(r"\w{3}", text) and not _UNFIT.search(text)]
        if not wanted:
            continue
        total += 1
        mail = parse_message(source.read_bytes())
        held = sorted(_bag(f"{mail.text}\n{mail.quoted}\n{mail.signature}"))
        found += _holds(held, sorted(_bag("\n".join(wanted))))
    return found, total


def _plain(facts: dict[str, Any], index: int) -> str:
    body = facts["parts"][index]["body"]
    return str(body.get("Text", "")) if isinstance(body, dict) else ""


def _bag(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _holds(held: list[str], wanted: list[str]) -> bool:
    """Nearly all of the wanted words: what stands for a damaged byte may differ."""
    left = list(held)
    missing = 0
    for word in wanted:
        if word in left:
            left.remove(word)
        else:
            missing += 1
    return missing <= 0.05 * len(wanted)


def fuzz(seconds: float) -> tuple[list[str], int]:
    """What raised, was slow, or gave text that is no text, with the smallest mail that does; how many were
    tried."""
    until = time.monotonic() + seconds
    tried, failures, last = 0, list[str](), b""

    @settings(
        max_examples=2000,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )
    @given(st.lists(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=60)), max_size=80).map(b"".join))
    def one(raw: bytes) -> None:
        nonlocal tried, last
        last = raw
        if raw.startswith(COMPOUND):  # an Outlook file: it may say that it is damaged
            return
        began = time.process_time()
        mail = parse_message(raw)
        assert time.process_time() - began < PATIENCE
        f"{mail.text}{mail.signature}{mail.quoted}{mail.subject}{mail.sender}".encode()
        tried += 1

    while time.monotonic() < until:
        try:
            one()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is counted
            failures.append(f"{error!r}: {last!r}"[:2000])
    return failures, tried
