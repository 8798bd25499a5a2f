"""A signature is known by its coming back; closings, names and habits of speech stay."""

import pytest

from core.domain import Address, MailKind, ParsedMail
from core.mail.own_signature import OwnSignature

BO = Address("Bo Ek", "bo@y.example")
BODIES = (
    "The plan is fine.",
    "Thursday suits me.",
    "I have asked Cy.",
    "No, sorry.",
    "Please send the figures.",
)


def mail(text: str, signature: str = "") -> ParsedMail:
    return ParsedMail("", "", (), None, "", BO, (), (), MailKind.REPLY, text, signature, "", hidden=False)


@pytest.mark.parametrize(
    ("end", "signature"),
    [
        ("Best,\nBo\n\nBo Ek\nNorthern Office", "Bo Ek\nNorthern Office"),
        ("Onwards!\nBo\n\nNorthern Office\nOslo", "Northern Office\nOslo"),
        ("Viele Grüße\nBo Ek\nLeiter Einkauf", "Leiter Einkauf"),
        ("Bo\n\nNorthern Office, www.north.example", "Northern Office, www.north.example"),
    ],
)
def test_what_comes_back_below_the_name_is_a_signature(end: str, signature: str) -> None:
    texts = [f"{body}\n\n{end}" for body in BODIES]
    own = OwnSignature(map(mail, texts))
    for body, text in zip(BODIES, texts, strict=True):
        assert own.split(text) == (f"{body}\n\n{end.removesuffix(signature).rstrip()}", signature)


@pytest.mark.parametrize(
    "end",
    [
        "Best,\nBo",
        "Onwards!\nBo",
        "Onwards!",
        "Let me know!\n\nCheers",
        "Best,\nBo\n:)",
        "Best,\nBo\nP.S. I will be on holiday from Monday on and cannot read my mail until then.",
        "Does that work for you?",
    ],
)
def test_what_one_always_says_is_no_signature(end: str) -> None:
    texts = [f"{body}\n\n{end}" for body in BODIES]
    own = OwnSignature(map(mail, texts))
    assert [own.split(text) for text in texts] == [(text, "") for text in texts]


def test_lines_that_stood_under_a_mark_elsewhere_are_known() -> None:
    marked = [mail(f"{body}\n\nBest,\nBo", "-- \nBo Ek\nNorthern Office") for body in BODIES]
    plain = [mail(f"{body}\n\nBo Ek\nNorthern Office") for body in BODIES[:3]]
    own = OwnSignature([*marked, *plain])
    assert own.split(plain[0].text)[1] == "Northern Office"


def test_a_line_that_ends_one_mail_stays() -> None:
    own = OwnSignature(mail(f"{body}\n\nBest,\nBo") for body in BODIES)
    assert own.split("Fine.\n\nBest,\nBo\nNorthern Office")[1] == ""
