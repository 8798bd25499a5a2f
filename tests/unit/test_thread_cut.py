"""Long threads are cut by one rule, and what was left out is counted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core import messages
from core.domain import Address, MailKind, ParsedMail
from core.drafting.thread_cut import MAX_CHARACTERS, MAX_EARLIER, LeftOut, shown

ANN, TOM = Address("Ann Kovac", "ann@north.example"), Address("", "tom@hale.example")


def mail(text: str, sender: Address = ANN, subject: str = "Crates") -> ParsedMail:
    date = datetime(2026, 1, 1, tzinfo=UTC)
    return ParsedMail("", "", (), date, subject, sender, (TOM,), (), MailKind.REPLY, text, "", "", False)


def test_a_short_thread_is_shown_whole() -> None:
    part = shown(mail("When?"), [mail("one"), mail("", TOM), mail("two", TOM)])
    assert part.text == "When?"
    assert part.earlier == (("Ann Kovac", "one"), ("tom@hale.example", "two"))
    assert part.left_out == LeftOut()
    assert messages.drafts.left_out_of_thread(0, 0, 0) == ""


def test_the_newest_and_the_nearest_are_kept_in_their_order() -> None:
    earlier = [
        mail("The warehouse in Riga has 40 crates of lemons."),
        mail("Thanks for the lovely weekend."),
        mail("The invoice for the lemons comes on Friday."),
        mail("Happy birthday to your daughter."),
        mail("See you then."),
    ]
    part = shown(mail("How many crates of lemons, and where is the invoice?"), earlier)
    assert [text for _, text in part.earlier] == [earlier[at].text for at in (0, 2, 4)]
    assert part.left_out == LeftOut(mails=2)
    told = messages.drafts.left_out_of_thread(2, 0, 0)
    assert told.startswith("Not read for this draft: 2 earlier mails of this thread")


def test_the_end_of_long_mails_goes_and_is_counted() -> None:
    part = shown(mail("word " * 900), [mail("before " * 200)])
    assert len(part.earlier[0][1]) <= 610
    assert part.left_out == LeftOut(shortened=1, words=900 - MAX_CHARACTERS // 5)
    told = messages.drafts.left_out_of_thread(0, 1, 100)
    assert told == (
        "Not read for this draft: the end of 1 long earlier mail; the last 100 words of the mail itself."
    )


@given(st.text(), st.lists(st.text(max_size=40), max_size=12))
def test_never_more_than_allowed_nothing_twice_and_the_newest_always(asked: str, before: list[str]) -> None:
    part = shown(mail(asked), [mail(text) for text in before])
    spoken = [text for text in before if text]
    assert len(part.earlier) == min(len(spoken), MAX_EARLIER)
    assert part.left_out.mails == len(spoken) - len(part.earlier)
    rest = iter(spoken)
    assert all(text in rest for _, text in part.earlier)  # their order
    if spoken:
        assert part.earlier[-1][1] == spoken[-1]
