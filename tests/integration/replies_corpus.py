"""Reads the outside corpus of quote and signature cases, where it is checked out beside the repository,
as one list of cases: a group, an input, and the exact own text expected of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from core.mail.hypertext import html_to_text
from core.mail.parse import parse_message


@dataclass(frozen=True)
class Case:
    """`loose` cases are compared with all white space removed, as their upstream does; `exact` ones are those
    whose upstream expects a whole reply, word for word."""

    group: str
    name: str
    input: str
    expected: str
    html: bool = False
    loose: bool = False
    exact: bool = False


def cases(root: Path) -> Iterator[Case]:
    yield from _trimmer(root / "email_reply_trimmer")
    for group in ("github-email_reply_parser", "willdurand-EmailReplyParser", "crisp-email-reply-parser"):
        yield from _fragments(root / group)
    yield from _mail_parser_reply(root / "mail-parser-reply")
    yield from _talon(root / "talon")
    yield from _quotequail(root / "quotequail" / "inline")


def passes(case: Case) -> bool:
    """Whether the parser gives exactly the expected text, outer white space aside."""
    kind = "html" if case.html else "plain"
    raw = f"Content-Type: text/{kind}; charset=utf-8\n\n".encode() + case.input.encode("utf-8", "replace")
    return same(parse_message(raw).text, case.expected, case.loose)


def same(text: str, expected: str, loose: bool) -> bool:
    if loose:
        return re.sub(r"\s+", "", text) == re.sub(r"\s+", "", expected)
    return _lines(text) == _lines(expected)


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]
    return [
        line for i, line in enumerate(lines) if line or (i and lines[i - 1])
    ]  # one blank line is as good as two


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _trimmer(root: Path) -> Iterator[Case]:
    for path in sorted((root / "emails").glob("*.txt")):
        trimmed = root / "trimmed" / path.name
        if trimmed.exists():
            yield Case("email_reply_trimmer", path.stem, _read(path), _read(trimmed), exact=True)


def _fragments(root: Path) -> Iterator[Case]:
    for path in sorted((root / "emails").glob("*.txt")):
        found = root / "expected" / f"{path.stem}.json"
        if not found.exists():
            continue
        facts = json.loads(_read(found))
        expected = facts.get("reply_text", facts.get("first_fragment"))
        if expected is not None and not facts.get("custom_regex_set_by_test") and "substitute" not in facts:
            yield Case(root.name, path.stem, _read(path), expected, exact="reply_text" in facts)


def _mail_parser_reply(root: Path) -> Iterator[Case]:
    for path in sorted((root / "emails").glob("*.txt")):
        found = root / "expected" / f"{path.stem}.json"
        for target, op, value in json.loads(_read(found))["asserts"] if found.exists() else []:
            if (target, op) == ("replies[0].body", "equals"):
                yield Case(root.name, path.stem, _read(path), value)


def _talon(root: Path) -> Iterator[Case]:
    for path in sorted((root / "standard_replies").glob("*.eml")):
        part = next(
            (p for p in message_from_bytes(path.read_bytes()).walk() if p.get_content_type() == "text/plain"),
            None,
        )
        if part is not None:
            text = bytes(part.get_payload(decode=True)).decode("utf-8", "replace")
            yield Case(
                "talon standard", path.stem, text, _read(path.with_suffix(".expected.txt")), exact=True
            )
    for path in sorted((root / "html_replies").glob("*.html")):
        yield Case("talon html", path.stem, _read(path), _read(path.with_suffix(".expected.txt")), True, True)
    for path in sorted((root / "inline").glob("*.json")):
        facts = json.loads(_read(path))
        if facts["kind"] in ("text", "html"):
            loose = bool(facts.get("ignore_whitespace"))
            html = facts["kind"] == "html"
            expected = html_to_text(facts["expected"]).text if html else facts["expected"]
            yield Case(f"talon inline {facts['kind']}", path.stem, facts["input"], expected, html, loose)


def _quotequail(root: Path) -> Iterator[Case]:
    """What is shown above the line that announces the quote, and what stands above a forward."""
    for path in sorted(root.glob("*.json")):
        facts = json.loads(_read(path))
        parts = facts.get("expected_quote_intro_line")
        if parts and "text" in facts:
            shown = "\n".join(text for is_shown, text in parts if is_shown)
            yield Case("quotequail", path.stem, facts["text"], shown)
        elif parts and "html" in facts:
            shown = html_to_text("\n".join(text for is_shown, text in parts if is_shown)).text
            yield Case("quotequail", path.stem, facts["html"], shown, html=True, loose=True)
        elif "text" in facts and facts.get("expected"):
            expected = facts["expected"]
            own = expected.get("text_top", "") + (expected.get("text_bottom") or "")
            yield Case("quotequail", path.stem, facts["text"], own, loose=True)
