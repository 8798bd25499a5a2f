"""Own words, signature and quotes told apart; the closing stays with the words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.quotes import split_text
from core.mail.signature import is_closing


@pytest.mark.parametrize(
    "announced",
    [
        "On Tue, 3 Jan 2023 at 09:00, Ann <ann@x.example> wrote:\n> Hi",
        "On Tue, 3 Jan 2023 at 09:00, Ann Marsh of the Northern Office\n<ann@x.example> wrote:\n\n> Hi",
        "Am 03.01.2023 um 09:00 schrieb Ann:\n> Hallo",
        "Le 3 janv. 2023 à 09:00, Ann <ann@x.example> a écrit :\n\n> Salut",
        "El mar, 3 ene 2023 a las 9:00, Ann (<ann@x.example>) escribió:\n\n> Hola",
        "Il giorno mar 3 gen 2023 alle ore 09:00 Ann <ann@x.example> ha scritto:\n> Ciao",
        "Op di 3 jan. 2023 om 09:00 schreef Ann <ann@x.example>:\n> Hoi",
        "-----Original Message-----\nFrom: Ann\nSent: Tuesday\nTo: Bo\nSubject: Lunch\n\nHi",
        "________________________________\nFrom: Ann <ann@x.example>\nSent: 3 January 2023\nTo: Bo\n\nHi",
        "Von: Ann <ann@x.example>\nGesendet: Dienstag, 3. Januar 2023\nAn: Bo\nBetreff: Essen\n\nHallo",
        "*From:* Ann\n*Date:* Tuesday\n*To:* Bo\n*Subject:* Lunch\n\nHi",
        "---------- Forwarded message ---------\nFrom: Ann <ann@x.example>\nDate: Tue\n\nHi",
    ],
)
def test_what_announces_a_quote(announced: str) -> None:
    split = split_text(f"Yes, Monday.\n\nBest,\nBo\n\n{announced}\n")
    assert split.own == "Yes, Monday.\n\nBest,\nBo"
    assert split.quoted.startswith(announced.split("\n", maxsplit=1)[0].strip())


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\nnothing at all.",
        "Here is what I need:\n- a date\n- a place",
        "Date: Tuesday\nTime: 3 pm\n\nDoes that suit you?",
        "From: the station, turn left.",
        "Call me at noon.\n\nThanks,\nAnn",
        "- one\n- two\n- three",
        "The link is https://x.example/a and it works.",
        "See you there!\n\n-Bo",
    ],
)
def test_plain_words_stay(text: str) -> None:
    split = split_text(text)
    assert (split.own, split.signature, split.quoted) == (text, "", "")


def test_answers_between_quotes_stay() -> None:
    split = split_text("Ann wrote on 3 Jan 2023 <ann@x.example>:\n> When?\n\nMonday.\n\n> Where?\n\nHere.\n")
    assert split.own == "Monday.\n\n\nHere."
    assert "> When?" in split.quoted
    assert "> Where?" in split.quoted


@pytest.mark.parametrize(
    ("signature", "kept"),
    [
        ("-- \nBo Ek\nNorthern Office", "Best,\nBo"),
        ("Sent from my phone", "Best,\nBo"),
        ("Von meinem iPhone gesendet", "Best,\nBo"),
        ("_______________\nBo Ek\n+46 8 123 456 78", "Best,\nBo"),
        ("Northern Office\nTel: +46 8 123 456 78\nwww.north.example", "Best,\nBo"),
        (
            "This e-mail and any attachments are confidential. If you are not\nthe recipient, delete it.",
            "Best,\nBo",
        ),
    ],
)
def test_signatures_go_and_closings_stay(signature: str, kept: str) -> None:
    split = split_text(f"Monday is fine.\n\n{kept}\n\n{signature}\n")
    assert split.own == f"Monday is fine.\n\n{kept}"
    assert split.signature.endswith(signature.rpartition("\n")[2])


@pytest.mark.parametrize(
    "line", ["Best,", "Kind regards", "Thanks!", "Viele Grüße", "Best regards,", "Cheers from Oslo,"]
)
def test_closings(line: str) -> None:
    assert is_closing(line)


@pytest.mark.parametrize(
    "line", ["", "Best of luck with the new house", "Thanks for the report on Monday.", "Bo"]
)
def test_no_closings(line: str) -> None:
    assert not is_closing(line)


@given(
    st.lists(
        st.sampled_from(
            [
                "> a",
                "On 3 Jan Bo <b@c.d> wrote:",
                "",
                "-- ",
                "From: a",
                "Sent: b",
                "To: c",
                "words here",
                "____",
                "Best,",
                "Bo",
            ]
        ),
        max_size=30,
    )
)
def test_every_line_lands_in_one_place(lines: list[str]) -> None:
    split = split_text("\n".join(lines))
    landed = f"{split.own}\n{split.quoted}\n{split.signature}".split("\n")
    assert sorted(line.rstrip() for line in lines if line.strip()) == sorted(
        line for line in landed if line.strip()
    )


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "> ",
        "From: a\n",
        "wrote:",
        "On 3 Jan 2020 a\n",
        "-",
        "_\n",
        "\n",
        "a@",
        "Sent from my ",
        "1-2 ",
    ],
)
def test_no_text_stalls_it(piece: str) -> None:
    started = time.process_time()
    split_text(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 2
