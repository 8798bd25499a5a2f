"""A reply as a message of its own: its headers, and its text found again by the parser."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address
from core.mail.drafts import Manner, compose_reply, message_id_of, recipients, reply_subject
from core.mail.parse import parse_message

ME = Address("Zoë Ek", "zoe@y.example")
ASKED = parse_message(
    b"From: Ann Marsh <ann@x.example>\nSubject: Re: Lunch?\n"
    b"Message-ID: <2@x.example>\nReferences: <1@x.example>\n\nWhen?\n"
)


def test_headers_of_a_reply() -> None:
    raw = compose_reply(ASKED, "Monday.\n\nBest,\nZoë", Manner(ME), datetime(2024, 1, 2, 9, tzinfo=UTC))
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
    message = message_from_bytes(compose_reply(ASKED, text, Manner(ME)), policy=default)
    assert message.get_content().replace("\r\n", "\n") == text + "\n"


@pytest.mark.parametrize(
    "sender", [b"no address here", b"Ann <ann@@x>", b"=?utf-8?q?A=0AB?= <a@x.example>", b""]
)
def test_an_odd_sender_does_not_stop_a_reply(sender: bytes) -> None:
    asked = parse_message(b"From: " + sender + b"\nSubject: a\n\tb\nMessage-ID: <1@x>\n\nHi")
    message = message_from_bytes(compose_reply(asked, "Yes.", Manner(ME)), policy=default)
    assert message["Subject"] == "Re: a b"
    assert message["In-Reply-To"] == "<1@x>"


def people(*emails: str) -> tuple[Address, ...]:
    return tuple(Address("", email) for email in emails)


ROUND = replace(
    ASKED,
    to=people("zoe@y.example", "bo@x.example"),
    cc=people("cy@z.example", "ann@x.example", "zoe@old.example"),
)
OWN = frozenset({"zoe@y.example", "zoe@old.example"})


def test_a_reply_goes_to_the_sender_and_a_reply_to_all_to_everybody_else_once() -> None:
    assert recipients(ROUND, Manner(ME, OWN)) == ((ASKED.sender,), ())
    to, cc = recipients(ROUND, Manner(ME, OWN, everyone=True))
    assert [one.email for one in to] == ["ann@x.example", "bo@x.example"]
    assert [one.email for one in cc] == ["cy@z.example"]


def test_where_the_sender_wants_to_be_answered() -> None:
    asked = replace(ROUND, reply_to=people("desk@x.example"))
    assert recipients(asked, Manner(ME, OWN)) == (people("desk@x.example"), ())


def test_a_follow_up_of_ones_own_mail_goes_where_that_went() -> None:
    mine = replace(ROUND, sender=ME, to=people("ann@x.example"))
    assert recipients(mine, Manner(ME, OWN))[0] == people("ann@x.example")
    to_oneself = replace(ROUND, sender=ME, to=(ME,), cc=())
    assert recipients(to_oneself, Manner(ME, OWN)) == ((ME,), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Guten Tag, können Sie uns das Angebot bis Freitag schicken?",
            "Am 02.01.2024 um 09:30 schrieb",
        ),
        (
            "Bonjour, pourriez-vous nous envoyer le devis avant vendredi ?",
            "Le 02/01/2024 à 09:30, Zoë",
        ),
        ("Goedemiddag, kunt u ons de offerte voor vrijdag toesturen?", "Op 02-01-2024 om 09:30 schreef"),
        (
            "Buenos días, ¿podrían enviarnos el presupuesto el viernes?",
            "El 02/01/2024 a las 09:30, Zoë",
        ),
        (
            "Buongiorno, potreste inviarci il preventivo entro venerdì?",
            "Il 02/01/2024 alle 09:30, Zoë",
        ),
        (
            "Bom dia, vocês poderiam nos enviar o orçamento até sexta-feira?",
            "Em 02/01/2024 às 09:30, Zoë",
        ),
        (
            "Hej, kan ni skicka oss offerten före fredag, så vi hinner läsa den?",
            "Den 2024-01-02 kl. 09:30",
        ),
        (
            "Dzień dobry, czy mogą Państwo przesłać nam ofertę do piątku?",
            "W dniu 02.01.2024 o 09:30 Zoë",
        ),
        ("Good morning, could you send us the quote by Friday?", "On Tue, 02 Jan 2024 09:30:00 +0000, Zoë"),
    ],
)
def test_the_original_is_announced_in_its_language_and_comes_off_again(text: str, said: str) -> None:
    date = datetime(2024, 1, 2, 9, 30, tzinfo=UTC)
    asked = replace(ASKED, sender=Address("Zoë Marsh", "zoe@x.example"), text=text, quoted="", date=date)
    raw = compose_reply(asked, "Ja.\n\nAnn", Manner(ME, quotes=True))
    body = message_from_bytes(raw, policy=default).get_content().replace("\r\n", "\n")
    assert body.split("\n\n")[2].startswith(said)
    assert parse_message(raw).text == "Ja.\n\nAnn"


def test_the_original_is_quoted_and_comes_off_again() -> None:
    asked = replace(
        ASKED,
        text="When?\n\nAnn",
        quoted="On Monday Zoë wrote:\n> Lunch?",
        date=datetime(2024, 1, 2, tzinfo=UTC),
    )
    raw = compose_reply(asked, "Monday.\n\nBest,\nZoë", Manner(ME, quotes=True))
    body = message_from_bytes(raw, policy=default).get_content().replace("\r\n", "\n")
    assert body.endswith("wrote:\n> When?\n>\n> Ann\n>\n> On Monday Zoë wrote:\n>> Lunch?\n")
    read = parse_message(raw)
    assert read.text == "Monday.\n\nBest,\nZoë"
    assert "When?" in read.quoted
