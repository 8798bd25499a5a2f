"""A reply as a message of its own: its headers, and its text found again by the parser."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address
from core.mail.drafts import compose_reply, message_id_of, reply_subject
from core.mail.parse import parse_message

ME = Address("Zoë Ek", "zoe@y.example")
ASKED = parse_message(
    b"From: Ann Marsh <ann@x.example>\nSubject: Re: Lunch?\n"
    b"Message-ID: <2@x.example>\nReferences: <1@x.example>\n\nWhen?\n"
)


def test_headers_of_a_reply() -> None:
    raw = compose_reply(ASKED, "Monday.\n\nBest,\nZoë", ME, datetime(2024, 1, 2, 9, tzinfo=UTC))
    message = message_from_bytes(raw, policy=default)
    assert message["From"] == "Zoë Ek <zoe@y.example>"
    assert message["To"] == "Ann Marsh <ann@x.example>"
    assert message["Subject"] == "Re: Lunch?"
    assert message["In-Reply-To"] == "<2@x.example>"
    assert message["References"] == "<1@x.example> <2@x.example>"
    assert message["Date"].datetime == datetime(2024, 1, 2, 9, tzinfo=UTC)
    assert message["Message-ID"].endswith("@y.example>")
    assert message_id_of(raw) == message["Message-ID"]
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("subject", ["Lunch", "Re: Lunch", "RE: Re: AW: Lunch", "re[2]: Lunch"])
def test_re_stands_once(subject: str) -> None:
    assert reply_subject(subject) == "Re: Lunch"


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=100), max_size=6
    )
)
def test_the_text_is_what_was_given(lines: list[str]) -> None:
    text = "\n".join([*lines, "Best,", "Zoë"])
    message = message_from_bytes(compose_reply(ASKED, text, ME), policy=default)
    assert message.get_content().replace("\r\n", "\n") == text + "\n"


@pytest.mark.parametrize(
    "sender", [b"no address here", b"Ann <ann@@x>", b"=?utf-8?q?A=0AB?= <a@x.example>", b""]
)
def test_an_odd_sender_does_not_stop_a_reply(sender: bytes) -> None:
    asked = parse_message(b"From: " + sender + b"\nSubject: a\n\tb\nMessage-ID: <1@x>\n\nHi")
    message = message_from_bytes(compose_reply(asked, "Yes.", ME), policy=default)
    assert message["Subject"] == "Re: a b"
    assert message["In-Reply-To"] == "<1@x>"
