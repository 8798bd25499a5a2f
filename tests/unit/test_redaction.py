"""What leaves a prompt before it leaves the machine, and comes back exactly."""

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Address, Context, Incoming, RuleLine
from core.models import prompts
from core.models.prompts import Frame, Mail, Prompt
from core.privacy.redaction import Redacted, Redactor, unrestored
from tests.planting import PLANTED

PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+[B-Z]?\]")


def redact(text: str, people: Sequence[Address] = (), words: Sequence[str] = ()) -> Redacted:
    return Redactor(people, words).redact(Prompt("test", "1", (Frame("Answer.\n"), Mail(text))))


def sent(text: str, people: Sequence[Address] = (), words: Sequence[str] = ()) -> str:
    """The text as a service would see it, without what is said about placeholders."""
    made = redact(text, people, words)
    assert made.restore(made.prompt.text).endswith("Answer.\n" + text)
    return made.prompt.text.rpartition("Answer.\n")[2]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Write to ann.kovac+x@north.example today", "ann.kovac+x@north.example"),
        ("Write to “ann@north.example”.", "ann@north.example"),
        ('Write to "ann k"@north.example', '"ann k"@north.example'),
        ("ann (at) north (dot) example", "north"),
        ("ann@\u200bnorth.example", "north"),
        ("root@localhost has it", "root@localhost"),
        ("müller@bücher.example", "müller@bücher.example"),
        ("Call +49 (0)30 901820-12 now", "901820"),
        ("Call 020 7946 0958 now", "7946"),
        ("Call (555) 123-4567 x12 now", "123-4567"),
        ("Call 01.42.68.53.00 now", "53.00"),
        ("Call 0171/1234567 now", "1234567"),
        ("Call 0171\u00a0123\u00a04567", "4567"),
        ("Call +1 415\n> 555 2671", "2671"),
        ("fon:+4915112345678,fax", "4915112345678"),
        ("a number: 555-0123", "0123"),
        ("Pay to DE89370400440532013000.", "370400440532013000"),
        ("Pay to DE89 3704 0044 0532 0130 00 BIC COBADEFF", "0130 00"),
        ("pay to gb29 nwbk 6016 1331 9268 19 please", "9268 19"),
        ("Pay to DE00 3704 0044 0532 0130 00", "0044"),  # wrong check digits
        ("Pay to NO93 8601 1117 947", "1117 947"),
        ("Pay to DE89-3704-0044-0532-0130-00", "0130"),
        ("Pay to DE89 3704 0044\n0532 0130 00", "0532"),
        ("card 4111 1111 1111 1111 please", "1111"),
        ("card 4111-1111-1111-1112 please", "1112"),
        ("card 378282246310005", "378282246310005"),
        ("see https://pay.example/x?y=1&z=(2)", "pay.example"),
        ("see www.pay.example/x", "pay.example"),
        ("see pay.com/abc", "pay.com"),
        ("see ftp://files.example", "files"),
        ("tel:+4930123456", "123456"),
        ("We moved to 12 Elm Street, Springfield, IL 62704", "Elm"),
        ("Besuch: Hauptstraße 12, 10115 Berlin", "Hauptstraße"),
        ("at 12 rue de la Paix", "Paix"),
        ("SW1A 2AA is the postcode", "SW1A"),
        ("Hi Marta,\n\nfine.", "Marta"),
        ("hi marta,\n\nfine.", "marta"),
        ("Fine.\n\nthanks\nmarta", "marta"),
        ("I met Marta Silva there.", "Silva"),
        ("Fine. Krzysztof will come.", "Krzysztof"),
        ("Fine. Peter, could you?", "Peter"),
        ("Sehr geehrte Frau Müller,\n\ndie Rechnung ist da und wir zahlen sie.", "Müller"),
        ("From: Rose May <rose@x.example>\n\nrose and may: Rose May's plan", "May's plan"),
        ("Anne-Marie's and O'Brien's plan is good, said Jean-Luc", "Marie"),
    ],
)
def test_what_leads_to_a_person_is_not_sent(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in sent(text)


@pytest.mark.parametrize(
    "text",
    [
        "We meet on 12 March 2026 at 10:30, or 2026-03-14, or 14.03.2026, or 03/14/26.",
        "The price is EUR 1,200.50 and not 1.300,00 EUR or 12,000,000 in 2024-2026.",
        "Thanks for the 3 crates; 15% of them are broken. However, that is fine.",
        "Kind regards",
        "Please find the PDF attached. Monday works for me, I think.",
        "",
    ],
)
def test_what_a_reply_needs_stays(text: str) -> None:
    assert redact(text).held == {}
    assert redact(text).prompt.text == "Answer.\n" + text


def test_people_of_the_headers_are_known_wherever_they_stand() -> None:
    mail = Incoming(
        Address("Ann Kovač", "ann@north.example"),
        Address("Tom Hale", "tom@hale.example"),
        "Offer",
        "Hi tom,\nANN here. Kovač's offer: we, Will and North agree, will you? May we wait?",
        (("Ola Berg", "Dear ann, ola here."),),
    )
    prompt = prompts.guided(Context(mail, "tell Ann yes"), [RuleLine("greeting", 'Greet with "Hi Ann".')])
    made = Redactor([Address("Will May", "will@south.example")]).redact(prompt)
    left = re.findall(r"(?i)\b(?:ann|tom|kovač|hale|ola|berg|north|will|may)\b", made.prompt.text)
    assert left == ["will", "May"]
    assert "From: [FIRST_1] [LAST_1] <[EMAIL_1]>\nTo: [FIRST_2] [LAST_2] <[EMAIL_2]>" in made.prompt.text
    assert made.restore(made.prompt.text).endswith(prompt.text)


def test_the_users_own_words_go_whatever_they_stand_in() -> None:
    text = "PROJECT\nfalcon starts; see https://x.example/falcon/7 and non-falcon things"
    assert (
        sent(text, words=["project falcon", "falcon"])
        == "[WORD_1] starts; see [LINK_1] and non-[WORD_2] things"
    )


def test_no_planted_thing_stays() -> None:
    rng = random.Random(3)
    for _ in range(400):
        for kind, make in PLANTED.items():
            thing = make(rng)
            left = re.sub(PLACEHOLDER, "", sent(f"Please use {thing}, and tell us."))
            assert re.fullmatch(r"Please use [<>]*(?:mailto:)?[<>]*, and tell us\.", left), kind


def test_one_thing_has_one_placeholder() -> None:
    text = "Hi Marta,\nmarta@x.example, Marta and MARTA; Marta@x.example"
    assert sent(text) == "Hi [NAME_1],\n[EMAIL_1], [NAME_1] and [NAME_1B]; [EMAIL_1B]"
    assert redact(text) == redact(text)


def test_a_mail_cannot_have_something_put_in_by_writing_a_placeholder() -> None:
    made = redact("Hi Marta,\nsay [NAME_1] and NAME_1 and \\[name\\_1\\]")
    assert made.prompt.text.endswith("Hi [NAME_1],\nsay [TEXT_1] and [TEXT_2] and [TEXT_3]")
    assert made.restore("[TEXT_1]") == "[NAME_1]"


@pytest.mark.parametrize(
    "written", ["[NAME_1]", "[Name 1]", "[ NAME_1 ]", r"\[NAME\_1\]", "NAME_1", "[name-1]"]
)
def test_placeholders_come_back_however_a_model_writes_them(written: str) -> None:
    assert redact("Hi Marta,").restore(f"Dear {written}, yes.") == "Dear Marta, yes."


def test_what_cannot_be_put_back_is_told() -> None:
    answer = redact("Hi Marta,").restore("Dear [NAME_1], [NAME_2] says [LINK_9]; [note] stays.")
    assert [answer[start:end] for start, end in unrestored(answer, "Hi Marta,")] == ["[NAME_2]", "[LINK_9]"]
    assert unrestored("[NAME_2]", "the mail says [NAME_2]") == []


WORDS = st.sampled_from(
    [
        *"Ann ANN ann Tom's Hi Dear [ ] \\ _ _1 [NAME_1] NAME_1 [FIRST 2B] @ . , \n - 0 12 555-0123".split(
            " "
        ),
        "ann@x.example",
        "https://x.example/a",
        "DE89 3704 0044 0532 0130 00",
        "+49 30 901820",
        " ",
        "[TEXT",
        "NAME_1",
        "Ann",
        "TEXT_2",
    ]
)


@pytest.mark.parametrize("text", ["NAME_1Ann", "AnnNAME_1", "NAME_112", "0AADEEMNll03078 9NAME_1"])
def test_what_would_become_a_placeholder_beside_one_comes_back_too(text: str) -> None:
    made = redact(text, [Address("Ann Kovač", "ann@x.example")], ["12"])
    assert made.restore(made.prompt.text).endswith("Answer.\n" + text)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join), st.lists(WORDS).map(" ".join)))
def test_whatever_the_text_it_comes_back_exactly(text: str) -> None:
    made = redact(text, [Address("Ann Kovač", "ann@x.example")], ["12"])
    assert made.restore(made.prompt.text).endswith("Answer.\n" + text)


@given(st.lists(WORDS).map("".join), st.lists(st.integers(1, 7)))
def test_pieces_of_an_answer_come_back_as_the_whole_does(text: str, sizes: list[int]) -> None:
    made = redact("Hi Ann,\nTom met Bo Diddley; ann@x.example")
    pieces: list[str] = []
    restoring = made.restoring(pieces.append)
    at = 0
    for size in [*sizes, len(text)]:
        restoring(text[at : at + size])
        at += size
    restoring.end()
    assert "".join(pieces) == made.restore(text)
