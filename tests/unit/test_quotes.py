"""Own words, signature and quotes told apart; the closing stays with the words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.quotes import answered_text, split_text
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
    "announced",
    [
        "ti 3. tammik. 2023 klo 9.05 Ann Marsh (ann@x.example) kirjoitti:",
        "Στις Τρί 3 Ιαν 2023 στις 9:05 π.μ., ο/η Ann Marsh έγραψε:",
        "Ann Marsh <ann@x.example>, 3 Oca 2023 Sal, 09:05 tarihinde şunu yazdı:",
        "Ann Marsh <ann@x.example> ezt írta (időpont: 2023. jan. 3., K, 9:05):",
        "În mar., 3 ian. 2023 la 09:05, Ann Marsh a scris:",
        "ut 3. 1. 2023 o 9:05 Ann Marsh <ann@x.example> napísal(a):",
        "2023-01-03, an, 09:05 Ann Marsh rašė:",
        "Pada tanggal 3 Jan 2023 pukul 09.05 Ann Marsh menulis:",
        "في الثلاثاء، ٣ يناير ٢٠٢٣ في ٩:٠٥ ص كتب Ann Marsh:",
        "2023年1月3日(火) 9:05 Ann Marsh <ann@x.example>:",
        "2023년 1월 3일 (화) 오전 9:05, Ann Marsh님이 작성:",
        "Ann Marsh 于2023年1月3日周二 09:05写道：",
        "Von: Ann\nGesendet: Dienstag\nAn: Bo\nBetreff: Essen",
        "Kimden: Ann\nGönderildi: 3 Ocak 2023\nKime: Bo\nKonu: Yemek",
        "Feladó: Ann\nElküldve: 2023. január 3.\nCímzett: Bo\nTárgy: Ebéd",
        "От: Ann\nОтправлено: 3 января 2023\nКому: Bo\nТема: Обед",
        "差出人: Ann\n送信日時: 2023年1月3日\n宛先: Bo\n件名: 昼食",
        "Առաջինը: Ann <ann@x.example>\nԵրբ: 03.01.2023 09:05\nՈւմ: Bo\nԻնչ: Lunch",  # a language unknown here
        "Ann Marsh\n01/03/2023 09:05 AM\nTo: Bo Ek/Office@North\ncc:\nSubject: Lunch",  # Lotus Notes
        "    AM> Shall we?\n    AM> Or not?",  # Supercite
    ],
)
def test_quotes_in_many_languages_and_programs(announced: str) -> None:
    split = split_text(f"Yes, Monday.\n\nBest,\nBo\n\n{announced}\n\nHi there\n" if ">" not in announced[:9]
                       else f"{announced}\n\nYes, Monday.\n\nBest,\nBo\n")  # fmt: skip
    assert split.own == "Yes, Monday.\n\nBest,\nBo"
    assert split.quoted.lstrip().startswith(announced.split("\n", maxsplit=1)[0].strip())


@pytest.mark.parametrize(
    "text",
    [
        "Summary\n-------\nAll is well.",
        "One thing first.\n\n—\n\nThe other is that the board wants to meet us on Thursday.",
        "| item | price |\n| --- | --- |\n| paper | 4 |\n\nIs that right?",
        "Hola Ana,\n\nEste correo electrónico es para cambiar la cita.\n\n¿Te va bien?",
        "On 3 May 2023 at 10:15 I wrote:\n\nPlease pay.",
        "The report of 3 May 2023, which came at 10:15, was wrong, as Ann has\nsaid\nbefore.",
        "What we agreed on 3 May 2023:\n\nYou pay.",
        "Name: Ann Marsh\nE-mail: ann@x.example\nArrival: 3 May 2023\n\nIs that right?",
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
        ("iPhone'umdan gönderildi", "Saygılarımla,\nBo"),
        ("iPhoneから送信", "よろしくお願いいたします\nBo"),
        ("Надіслано з iPhone", "З повагою\nBo"),
        ("x-4711", "Üdvözlettel,\nBo"),
        ("Direktor nákupu\nTel.: 222 333 444", "S pozdravem,\nBo"),
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
        "a:\n",
        "--\n",
        "To: x\n",
        "Ann\n01/03/2023 09:05\nTo: x\n",
    ],
)
def test_no_text_stalls_it(piece: str) -> None:
    started = time.process_time()
    split_text(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "quoted",
    [
        "On Tue, 3 Jan 2023 at 09:00, Ann <ann@x.example> wrote:\n> When?\n>\n> Ann\n>\n>> Hello\n",
        "-----Original Message-----\nFrom: Ann\nSent: Now\nTo: Bo\n\nWhen?\n\nAnn\n\nFrom: Bo\nTo: A\n\nHi",
        "________________________________\nVon: Ann\nGesendet: Dienstag\nAn: Bo\n\nWhen?\n\nAnn",
        "> When?\n\n> Ann\n",
        "> On Tue, 3 Jan 2023 at 09:00, Ann wrote:\n> When?\n>\n> Ann\n> On 2 Jan 2023, Bo wrote:\n>> Hello",
    ],
)
def test_what_a_quote_says(quoted: str) -> None:
    assert answered_text(quoted).split() == ["When?", "Ann"]
