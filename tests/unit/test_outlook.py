"""Outlook .msg files, written by the test: what is read from them, and that hostile ones are told apart."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address, MailKind
from core.mail.outlook import internet_message
from core.mail.parse import parse_message
from tests.outlook_file import compound_file, outlook_file

CLASS, SUBJECT, BODY, HTML, HEADERS = 0x001A, 0x0037, 0x1000, 0x1013, 0x007D
SENDER_NAME, SENDER_SMTP, SENDER_EX, MESSAGE_ID, REPLY_TO_ID = 0x0C1A, 0x5D01, 0x0C1F, 0x1035, 0x1042
NAME, EMAIL, SMTP, KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
SUBMITTED, CODEPAGE = 0x0039, 0x3FDE
SENT = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())

MINE = {
    CLASS: "IPM.Note",
    SUBJECT: "Re: Kühlung, “Bergen”",
    BODY: "Hey Ann,\r\n\r\nit is on its way – see below.\r\n\r\nCheers,\r\nTom\r\n",
    SENDER_NAME: "Hale, Tom",
    SENDER_EX: "/O=FIRM/OU=X/CN=TOM",
    SENDER_SMTP: "Tom@hale.example",
    MESSAGE_ID: "<a1@hale.example>",
    REPLY_TO_ID: "<q1@north.example>",
}
PEOPLE = (
    {NAME: "Ann Kovač", SMTP: "ann@north.example", EMAIL: "/O=FIRM/CN=ANN", KIND: 1},
    {NAME: "Bo", EMAIL: "bo@north.example", KIND: 2},
    {NAME: "Hidden", EMAIL: "hidden@north.example", KIND: 3},
    {NAME: "Inside", EMAIL: "/O=FIRM/CN=INSIDE", KIND: 1},
)


def test_a_sent_mail_which_has_no_headers() -> None:
    mail = parse_message(outlook_file(MINE, PEOPLE, {SUBMITTED: SENT}))
    assert mail.sender == Address("Hale, Tom", "tom@hale.example")
    assert mail.to == (Address("Ann Kovač", "ann@north.example"),)
    assert mail.cc == (Address("Bo", "bo@north.example"),)
    assert mail.subject == "Re: Kühlung, “Bergen”"
    assert (mail.message_id, mail.in_reply_to) == ("<a1@hale.example>", "<q1@north.example>")
    assert mail.date == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert mail.kind is MailKind.REPLY
    assert mail.text == "Hey Ann,\n\nit is on its way – see below.\n\nCheers,\nTom"


def test_a_received_mail_keeps_its_own_headers() -> None:
    headers = (
        "Received: from mx\r\n\tby mail; Mon, 2 Mar 2026 08:00:01 +0000\r\nFrom: Ann <ann@north.example>\r\n"
        "To: tom@hale.example\r\nSubject: Digest\r\nList-Id: <crates.north.example>\r\n"
        "Message-ID: <q1@north.example>\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n"
        "Date: Mon, 2 Mar 2026 09:00:00 +0100\r\n\r\n"
    )
    mail = parse_message(
        outlook_file({CLASS: "IPM.Note", HEADERS: headers, SUBJECT: "other", BODY: "Hi all.\r\n"})
    )
    assert (mail.sender, mail.subject) == (Address("Ann", "ann@north.example"), "Digest")
    assert (mail.kind, mail.text) == (MailKind.LIST, "Hi all.")
    assert mail.date == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_html_alone_and_in_a_charset_that_it_is_not_in() -> None:
    html = "<html><body><p>Grüße,</p><p>Tom</p></body></html>".encode()
    only = {CLASS: "IPM.Note", HTML: html, CODEPAGE: 65001}
    assert parse_message(outlook_file(only)).text == "Grüße,\n\nTom"
    wrong = {CLASS: "IPM.Note", HTML: b"<p>\x81\xff</p>", CODEPAGE: 65001, BODY: "Plain.\r\n"}
    assert parse_message(outlook_file(wrong)).text == "Plain."


def test_the_same_file_is_the_same_message() -> None:
    raw = outlook_file({CLASS: "IPM.Note", BODY: "Hi.", HTML: b"<p>Hi.</p>"})
    assert parse_message(raw).message_id == parse_message(raw).message_id
    assert parse_message(raw).message_id.endswith("@message.invalid>")


def test_a_large_body() -> None:
    text = "".join(f"Line {number}.\r\n" for number in range(20_000))
    mail = parse_message(outlook_file({CLASS: "IPM.Note", BODY: text}))
    assert mail.text.startswith("Line 0.")
    assert mail.text.endswith("Line 19999.")


@pytest.mark.parametrize(
    "raw",
    [
        outlook_file({CLASS: "IPM.Appointment", SUBJECT: "Lunch"}),
        outlook_file({SUBJECT: "of no class"}),
        outlook_file({CLASS: "IPM.Note", CODEPAGE: 12345}),
        compound_file({"WordDocument": b"x" * 5000}),
        compound_file({}),
        outlook_file(MINE)[:512],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
    ],
)
def test_what_is_no_mail_is_told_apart(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not an Outlook message, or damaged"):
        internet_message(raw)


WHOLE = outlook_file(MINE, PEOPLE, {SUBMITTED: SENT})


@given(
    st.lists(st.tuples(st.integers(8, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)), max_size=12),
    st.integers(0, len(WHOLE)),
)
def test_any_damage_gives_a_message_or_one_error(changes: list[tuple[int, bytes]], cut: int) -> None:
    raw = bytearray(WHOLE)
    for place, new in changes:
        raw[place : place + len(new)] = new
    for one in (bytes(raw), bytes(raw[: len(raw) - cut])):
        with suppress(ValueError):  # and nothing else
            assert internet_message(one)
