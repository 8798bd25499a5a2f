"""One message, bytes in, ParsedMail out: the fields, the kinds, and that nothing breaks it."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain import Address, MailKind
from core.mail.outlook import COMPOUND
from core.mail.parse import parse_message


def mail(body: str = "Hello.", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode()


def test_fields() -> None:
    parsed = parse_message(
        mail(
            "Yes.\r\n",
            From='"Marsh, Ann" <ANN@Firm.example>',
            To="Bo <bo@x.example>, cy@x.example",
            Cc="di@x.example",
            Subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?q?_an_Bo?=",
            Date="Tue, 3 Jan 2023 09:00:00 +0100",
            Message_ID="<1@firm.example>",
            In_Reply_To="<0@x.example>",
            References="<a@x.example>\r\n <0@x.example>",
        )
    )
    assert parsed.sender == Address("Marsh, Ann", "ann@firm.example")
    assert parsed.to == (Address("Bo", "bo@x.example"), Address("", "cy@x.example"))
    assert parsed.cc == (Address("", "di@x.example"),)
    assert parsed.subject == "Grüße an Bo"
    assert parsed.date == datetime(2023, 1, 3, 8, tzinfo=UTC)
    assert (parsed.message_id, parsed.in_reply_to) == ("<1@firm.example>", "<0@x.example>")
    assert parsed.references == ("<a@x.example>", "<0@x.example>")
    assert (parsed.kind, parsed.text) == (MailKind.REPLY, "Yes.")


@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ({"Subject": "Lunch"}, "Shall we?", MailKind.FIRST),
        ({"Subject": "Re: Lunch"}, "Yes.", MailKind.REPLY),
        ({"Subject": "AW: Lunch"}, "Ja.", MailKind.REPLY),
        ({"Subject": "Lunch", "In-Reply-To": "<1@x>"}, "Yes.", MailKind.REPLY),
        (
            {"Subject": "Fwd: Lunch"},
            "See below.\n\n---------- Forwarded message ---------\nFrom: a@b\n",
            MailKind.FORWARD,
        ),
        ({"Subject": "Lunch", "Auto-Submitted": "auto-replied"}, "Away.", MailKind.AUTOMATIC),
        ({"Subject": "Lunch", "Auto-Submitted": "no"}, "Here.", MailKind.FIRST),
        ({"Subject": "Lunch", "From": "MAILER-DAEMON@x.example"}, "Failed.", MailKind.AUTOMATIC),
        ({"Subject": "Lunch", "Auto-Submitted": "auto-generated; owner=x"}, "Hi", MailKind.AUTOMATIC),
        ({"Subject": "Automatische Antwort: Essen"}, "Bin weg.", MailKind.AUTOMATIC),
        ({"Subject": "Réponse automatique : Re: Lunch"}, "Absent.", MailKind.AUTOMATIC),
        ({"Subject": "Lunch", "X-Autoreply": "yes"}, "Away.", MailKind.AUTOMATIC),
        ({"Subject": "Lunch", "Resent-From": "bo@x.example"}, "Shall we?", MailKind.FORWARD),
        ({"Subject": "TR: Lunch"}, "Pour info.\n\nDe : Ann\nEnvoyé : mardi\nÀ : Bo\n", MailKind.FORWARD),
        ({"Subject": "Re[2]: Lunch"}, "Yes.", MailKind.REPLY),
        ({"Subject": "Vá: Ebéd"}, "Igen.", MailKind.REPLY),
        (
            {"Subject": "Accepted: Lunch", "Content-Type": "text/calendar; method=REPLY"},
            "",
            MailKind.AUTOMATIC,
        ),
        ({"Subject": "Digest", "List-Id": "<l.x.example>"}, "Hi all", MailKind.LIST),
    ],
)
def test_kinds(headers: dict[str, str], body: str, kind: MailKind) -> None:
    assert parse_message(mail(body, **headers)).kind == kind


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-1", "Zoë paid “50 €”".replace("“", '"').replace("”", '"').replace("€", "EUR")),
        ("windows-1252", "Zoë paid “50 €”"),
        ("koi8-r", "Привет, Анна"),
        ("gb2312", "你好，安娜"),
        ("shift_jis", "こんにちは"),
        ("utf-16", "Zoë"),
    ],
)
def test_charsets(charset: str, text: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\n\n".encode() + text.encode(charset)
    assert parse_message(raw).text == text


@pytest.mark.parametrize("claimed", ["", "; charset=us-ascii", "; charset=x-nonsense", "; charset=rot13"])
def test_utf8_under_a_false_or_missing_name(claimed: str) -> None:
    raw = f"Content-Type: text/plain{claimed}\n\n".encode() + "Zoë".encode()
    assert parse_message(raw).text == "Zoë"


def test_a_charset_that_is_no_name() -> None:
    assert parse_message(b"Content-Type: text/plain; charset=utf-7\x00--\n\n\x80 Yes.").text == "€ Yes."


@pytest.mark.parametrize("claimed", ["", "; charset=us-ascii", "; charset=x-unknown", "; charset=iso-8859-1"])
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("koi8-r", "Добрый день, Анна! Спасибо за письмо, встречу лучше перенести на четверг."),
        ("windows-1251", "Добрый день, Анна! Спасибо за письмо, встречу лучше перенести на четверг."),
        ("iso-8859-7", "Καλημέρα Άννα, ευχαριστώ για το μήνυμα, θα είμαι εκεί την Πέμπτη."),
        ("gb18030", "您好，安娜，谢谢您的来信。星期四上午可以。"),
        ("shift_jis", "こんにちは。木曜日の午前中でお願いします。"),
        ("euc-kr", "안녕하세요. 메일 감사합니다. 목요일 오전이 좋습니다."),
        ("windows-1252", "Schöne Grüße, Zoë"),
    ],
)
def test_charsets_that_are_missing_or_false(claimed: str, charset: str, text: str) -> None:
    raw = f"Content-Type: text/plain{claimed}\n\n".encode() + text.encode(charset)
    assert parse_message(raw).text == text


def test_utf8_under_another_alphabets_name() -> None:
    raw = b"Content-Type: text/plain; charset=koi8-r\n\n" + "Привет, Анна".encode()
    assert parse_message(raw).text == "Привет, Анна"


def test_japanese_in_seven_bits_without_a_name() -> None:
    assert parse_message(b"\n" + "こんにちは".encode("iso-2022-jp")).text == "こんにちは"


def test_plain_text_is_preferred_and_attachments_are_left_out() -> None:
    message = EmailMessage()
    message.set_content("The plain one.")
    message.add_alternative("<p>The HTML one.</p>", subtype="html")
    message.add_attachment("Not this.", filename="notes.txt")
    assert parse_message(message.as_bytes()).text == "The plain one."


def test_html_when_there_is_nothing_else() -> None:
    message = EmailMessage()
    message.set_content("<p>Hi Ann,</p><p>See you <b>Monday</b>.</p><p>Best,<br>Bo</p>", subtype="html")
    assert parse_message(message.as_bytes()).text == "Hi Ann,\n\nSee you Monday.\n\nBest,\nBo"


def test_a_calendars_answer_is_no_mail_of_ones_own_but_a_mail_with_a_date_is() -> None:
    message = EmailMessage()
    message.set_content("Ann has accepted this invitation.")
    message.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REPLY"})
    assert parse_message(message.as_bytes()).kind == MailKind.AUTOMATIC
    message = EmailMessage()
    message.set_content("Here is the date.")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="lunch.ics")
    assert parse_message(message.as_bytes()).kind == MailKind.FIRST


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/pgp\n\nabc\n--x--",
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAGCSqGSIb3DQEHA6CAMIACAQAx",
        b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA5\n=abcd\n-----END PGP MESSAGE-----\n",
    ],
)
def test_what_is_encrypted_is_left_alone_and_told(raw: bytes) -> None:
    parsed = parse_message(raw)
    assert (parsed.text, parsed.quoted, parsed.note) == ("", "", "encrypted")


def test_what_is_signed_is_read() -> None:
    raw = (
        b"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes, Monday.\n"
        b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    )
    parsed = parse_message(raw)
    assert (parsed.text, parsed.note) == ("Yes, Monday.", "")


def test_flowed_text_is_joined() -> None:
    raw = mail("A long \r\nline.\r\n\r\nBo\r\n-- \r\nBo Ek\r\n", Content_Type="text/plain; format=flowed")
    parsed = parse_message(raw)
    assert (parsed.text, parsed.signature) == ("A long line.\n\nBo", "--\nBo Ek")


def test_a_message_without_an_id_gets_the_same_one_each_time() -> None:
    one, other = mail("a", From="a@b.example"), mail("b", From="a@b.example")
    assert parse_message(one).message_id == parse_message(one).message_id != parse_message(other).message_id


def test_an_mbox_line_in_front_is_no_header() -> None:
    assert (
        parse_message(b"From a@b Mon Jan  1 00:00:00 2024\n" + mail("Hi", Subject="Lunch")).subject == "Lunch"
    )


def test_deep_nesting_is_survived() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(3000))
    assert parse_message(b"Subject: deep\n" + deep + b"\nText").subject == "deep"


_NASTY = st.sampled_from(
    [b"Content-Type: ", b"multipart/mixed; boundary=x", b"text/html", b"; charset=", b"=?utf-8?b?", b"?=",
     b"\n--x\n", b"\r\n", b"\n\n", b"From: ", b"<", b">", b"Date: ", b"Content-Transfer-Encoding: base64",
     b"<div hidden>", b"<blockquote>", b"On Monday, Ann wrote:\n", b"> ", b"-- \n", b"\xff\xfe", b"\x00",
     b"begin 644 x\n", b"(((("]
)  # fmt: skip


@given(st.lists(st.one_of(_NASTY, st.binary(max_size=40)), max_size=40).map(b"".join))
def test_no_bytes_break_it(raw: bytes) -> None:
    assume(not raw.startswith(COMPOUND))  # an Outlook file may say that it is damaged
    parsed = parse_message(raw)
    told = f"{parsed.text}{parsed.signature}{parsed.quoted}{parsed.subject}{parsed.sender}{parsed.message_id}"
    told.encode("utf-8")
    assert "\x00" not in told


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=60),
    st.text(max_size=200),
)
def test_what_was_written_is_found_again(subject: str, words: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("I think that " + " ".join(words.split()) + " is fine.", cte="base64")
    parsed = parse_message(message.as_bytes())
    assert " ".join(parsed.subject.split()) == " ".join(subject.split())
    assert parsed.text.startswith("I think that")


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ("plain", "-----BEGIN PGP MESSAGE-----\n"),
        ("plain", "-----BEGIN PGP SIGNATURE-----\n"),
        ("plain", "=ybegin x\n"),
        ("plain", "begin 644 x\n"),
        ("plain", "--\n"),
        ("html", "<p style='color:#fff'>x</p>"),
        ("html", "<blockquote>a</blockquote>b"),
    ],
)
def test_no_message_stalls_it(kind: str, piece: str) -> None:
    raw = f"Content-Type: text/{kind}\n\n{piece * (500_000 // len(piece))}".encode()
    started = time.process_time()
    parse_message(raw)
    assert time.process_time() - started < 2
