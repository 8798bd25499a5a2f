"""What each sent mail answers, by its headers or by what it quotes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.domain import Address, MailKind, ParsedMail
from core.mail.pairing import Pair, pair

ANN, BO = Address("Ann", "ann@x.example"), Address("Bo", "bo@y.example")
WORDS = "could you send me the figures for the northern office before the board meets on Thursday"


@dataclass(frozen=True)
class Held:
    mail: ParsedMail
    outgoing: bool


def held(
    name: str,
    *,
    day: int,
    outgoing: bool,
    text: str = "",
    answers: str = "",
    quoted: str = "",
    refs: tuple[str, ...] = (),
) -> Held:
    sender, to = (BO, ANN) if outgoing else (ANN, BO)
    kind = MailKind.REPLY if answers or quoted else MailKind.FIRST
    date = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day)
    reply_to = f"<{answers}>" if answers else ""
    return Held(
        ParsedMail(f"<{name}>", reply_to, refs, date, "s", sender, (to,), (), kind, text, "", quoted, False),
        outgoing,
    )


def only(pairs: list[Pair[Held]]) -> Pair[Held]:
    assert len(pairs) == 1
    return pairs[0]


def test_by_in_reply_to_with_what_stood_before() -> None:
    first = held("1", day=0, outgoing=False, text="When?")
    second = held("2", day=1, outgoing=False, text="Hello?", answers="1", refs=("<1>",))
    sent = held("3", day=2, outgoing=True, text="Monday.", answers="2", refs=("<1>", "<2>"))
    found = only(pair([sent, second, first]))
    assert (found.answers, found.earlier, found.thread) == (second, (first,), "<1>")


def test_by_references_when_there_is_no_in_reply_to() -> None:
    first = held("1", day=0, outgoing=False)
    sent = held("2", day=1, outgoing=True, refs=("<0>", "<1>"))
    assert only(pair([first, sent])).answers is first


def test_by_quoted_text_when_headers_are_lost() -> None:
    other = held("0", day=0, outgoing=False, text="could you send me the old plan for the southern hall")
    asked = held("1", day=1, outgoing=False, text=f"Hi Bo,\n{WORDS}?")
    later = held("9", day=9, outgoing=False, text=WORDS)
    sent = held("2", day=2, outgoing=True, text="Done.", quoted=f"On 2 Jan Ann wrote:\n> Hi Bo,\n> {WORDS}?")
    assert only(pair([other, asked, later, sent])).answers is asked


def test_a_first_mail_and_an_answer_to_oneself_answer_nothing() -> None:
    first = held("1", day=0, outgoing=True, text="Hello")
    nudge = held("2", day=1, outgoing=True, text="Any news?", answers="1")
    assert [found.answers for found in pair([first, nudge])] == [None, None]
    assert [found.thread for found in pair([first, nudge])] == ["<1>", "<1>"]


def test_a_loop_of_references_ends() -> None:
    one = held("1", day=0, outgoing=False, answers="2")
    two = held("2", day=0, outgoing=False, answers="1")
    sent = held("3", day=1, outgoing=True, answers="1")
    assert only(pair([one, two, sent])).earlier == (two,)


def test_a_mail_that_hands_the_thread_on_is_no_reply() -> None:
    asked = held("1", day=0, outgoing=False, text="When?")
    passed_on = held("2", day=1, outgoing=True, text="Cy, can you?", answers="1")
    to_cy = replace(passed_on, mail=replace(passed_on.mail, to=(Address("Cy", "cy@z.example"),)))
    assert pair([asked, to_cy]) == []
    with_ann = replace(to_cy, mail=replace(to_cy.mail, cc=(ANN,)))
    assert only(pair([asked, with_ann])).answers is asked


def test_answers_go_where_the_writer_asked_for_them() -> None:
    asked = held("1", day=0, outgoing=False, text="When?")
    office = Address("", "office@x.example")
    asked = replace(asked, mail=replace(asked.mail, reply_to=(office,)))
    sent = held("2", day=1, outgoing=True, text="Monday.", answers="1")
    to_office = replace(sent, mail=replace(sent.mail, to=(office,)))
    assert only(pair([asked, to_office])).answers is asked


def test_by_the_thread_gmail_names() -> None:
    older, newer, late = (held(str(day), day=day, outgoing=False, text=f"Mail {day}") for day in (1, 2, 9))
    sent = held("5", day=5, outgoing=True, text="Yes.")
    named = [replace(one, mail=replace(one.mail, thread="17")) for one in (older, newer, late, sent)]
    assert only(pair(named)).answers is named[1]


def test_list_mail_of_ones_own_teaches_nothing() -> None:
    post = held("1", day=1, outgoing=True, text="Hi all.")
    assert pair([replace(post, mail=replace(post.mail, kind=MailKind.LIST))]) == []
