"""The quick reading of FETCH answers says what the library's says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from core.mail.fetch_answers import fetch_answers
from core.mail.imap import ranges

FLAGS = st.lists(st.sampled_from([b"\\Seen", b"\\Answered", b"$Forwarded", b"NonJunk"]), max_size=3)


@st.composite
def message(draw: st.DrawFn, uid: int) -> list[object]:
    """One answer as imaplib hands it over, in one of the orders servers choose."""
    literal = draw(st.binary(max_size=40))
    items = [
        b"UID %d" % uid,
        b"FLAGS (%s)" % b" ".join(draw(FLAGS)),
        b"RFC822.SIZE %d" % draw(st.integers(0, 10**9)),
    ]
    items = draw(st.permutations(items))
    cut = draw(st.integers(0, 3))
    body = draw(st.sampled_from([b"BODY[]<0>", b"BODY[]", b"BODY[1.2]", b"BODY[HEADER.FIELDS (MESSAGE-ID)]"]))
    if draw(st.booleans()):
        return [b"%d (%s)" % (uid, b" ".join(items))]
    head = b" ".join([*items[:cut], b"%s {%d}" % (body, len(literal))])
    tail = b"".join(b" " + item for item in items[cut:]) + b")"
    return [(b"%d (%s" % (uid, head), literal), tail]


@st.composite
def answers(draw: st.DrawFn) -> list[object]:
    uids = draw(st.lists(st.integers(1, 2**32 - 1), unique=True, max_size=5))
    return [part for uid in uids for part in draw(message(uid))]


def plain(told: dict[int, dict[bytes, object]]) -> dict[int, dict[bytes, object]]:
    return {
        uid: {name.partition(b"<")[0]: value for name, value in items.items() if name != b"SEQ"}
        for uid, items in told.items()
    }


@given(answers())
def test_it_says_what_the_library_says(data: list[object]) -> None:
    assert plain(fetch_answers(data)) == plain(dict(parse_fetch_response(list(data))))  # type: ignore[arg-type]


def test_unusual_answers_are_read_by_the_library() -> None:
    data = [(b'1 (UID 7 ENVELOPE (NIL "a" NIL NIL NIL NIL NIL NIL NIL "<m>") BODY[] {2}', b"ab"), b")"]
    assert fetch_answers(data)[7][b"BODY[]"] == b"ab"
    assert fetch_answers([None]) == {}
    assert fetch_answers([b"3 (FLAGS (\\Seen))"])[3][b"FLAGS"] == (b"\\Seen",)


def test_what_is_no_answer_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        fetch_answers([b"seven (UID 7)"])


@given(st.lists(st.integers(1, 40), unique=True).map(sorted))
def test_ranges_hold_the_same_uids(uids: list[int]) -> None:
    found: list[int] = []
    for part in filter(None, ranges(uids).split(",")):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    assert found == uids
