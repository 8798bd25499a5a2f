"""What a server answers to FETCH. Answers in the form that nearly all have are read here; where one of them
has any other, the library reads them, which took a third of the app's time in a first sync."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from imapclient.response_parser import parse_fetch_response

Data = Sequence[Any]  # as imaplib hands it over: lines, and pairs of a line and the literal it announces
Answers = dict[int, dict[bytes, Any]]  # UID -> name of an item, in capitals -> its value

_LINE = re.compile(
    rb"\d+ \((?:(?:UID (?P<uid>\d{1,10})|FLAGS \((?P<flags>[^()\"]*)\)|RFC822\.SIZE (?P<size>\d{1,12})"
    rb"|X-GM-THRID (?P<thread>\d{1,20})|X-GM-MSGID (?P<number>\d{1,20})"
    rb"|(?P<body>BODY\[[^\[\]]*\])(?:<\d{1,12}>)? \{\d{1,12}\})(?: |(?=\))))+\)"
)


def fetch_answers(data: Data) -> Answers:
    """Raises ProtocolError for what is no answer to FETCH."""
    found: Answers = {}
    for line, literal in _records(data):
        match = _LINE.fullmatch(line)
        if match is None or match["uid"] is None or (match["body"] is None) != (literal is None):
            return _by_library(data)
        items = found.setdefault(int(match["uid"]), {})
        if match["flags"] is not None:
            items[b"FLAGS"] = tuple(match["flags"].split())
        if match["size"] is not None:
            items[b"RFC822.SIZE"] = int(match["size"])
        for name, value in ((b"X-GM-THRID", match["thread"]), (b"X-GM-MSGID", match["number"])):
            if value is not None:
                items[name] = int(value)
        if literal is not None:
            items[match["body"]] = literal
    return found


def _records(data: Data) -> Iterator[tuple[bytes, bytes | None]]:
    """Each answer as one line with its literal taken out; b'' for what is no simple answer."""
    rest = iter(data)
    for item in rest:
        if isinstance(item, bytes):
            yield item, None
        elif isinstance(item, tuple) and isinstance(tail := next(rest, None), bytes):
            yield item[0] + tail, item[1]
        else:
            yield b"", None


def _by_library(data: Data) -> Answers:
    if list(data) == [None]:
        return {}
    told = parse_fetch_response(list(data))
    return {int(uid): items for uid, items in told.items()}
