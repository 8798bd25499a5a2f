"""Retrieval: the best of the same person first, and nothing of one correspondent for another."""

from datetime import UTC, datetime, timedelta

from core.domain import Address, Context, Exchange, ExchangeId, Incoming
from core.drafting.retrieval import Mask, rank, retrieve

USER = Address("Tom Hale", "tom@hale.example")
ANN, BOB, EVE = (
    Address("Ann Kovac", "ann@north.example"),
    Address("Bob Lind", "bob@north.example"),
    Address("Eve Marsh", "eve@south.example"),
)


def exchange(number: int, sender: Address, text: str, sent: str = "Fine.\n\nTom") -> Exchange:
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Exchange(ExchangeId(number), Incoming(sender, USER, "Plan", text), sent, date, f"t{number}")


def test_the_same_person_comes_before_the_firm_and_both_before_others() -> None:
    pool = [
        exchange(1, EVE, "the boiler is broken again"),
        exchange(2, BOB, "the boiler is broken again"),
        exchange(3, ANN, "lunch?"),
    ]
    context = Context(Incoming(ANN, USER, "Boiler", "the boiler is broken"))
    shown = [incoming for incoming, _ in retrieve(context, pool, 2)]
    assert [one.text for one in shown] == ["the boiler is broken again", "lunch?"]  # the best one stands last
    assert {one.sender for one in shown} == {ANN}  # what others wrote too
    assert len(retrieve(context, pool, 5)) == 3
    assert retrieve(context, [], 2) == ()
    assert retrieve(context, pool, 0) == ()


def test_beside_a_long_mail_the_least_near_examples_give_way() -> None:
    pool = [exchange(number, ANN, "boiler " * 150) for number in range(5)]
    short, long = (Context(Incoming(ANN, USER, "Boiler", "boiler " * times)) for times in (5, 560))
    assert len(retrieve(short, pool, 3)) == 3
    assert len(retrieve(long, pool, 3)) == 1
    assert retrieve(long, pool, 3) == retrieve(short, pool, 3)[-1:]


def test_rank_is_by_words_then_by_date() -> None:
    pool = [exchange(1, ANN, "invoice for the boiler"), exchange(2, ANN, "lunch"), exchange(3, ANN, "dinner")]
    assert [one.id for one in rank(Incoming(ANN, USER, "x", "boiler invoice"), pool)] == [1, 3, 2]
    assert [one.id for one in rank(Incoming(ANN, USER, "", "zzz"), pool)] == [3, 2, 1]


def test_nothing_of_another_correspondent_is_left() -> None:
    one = exchange(
        1,
        EVE,
        "Hi Tom, Carla Reyes wants 4,500 EUR by 12 March. Eve",
        "Dear Eve,\n\nI told Carla Reyes that $300 is all. Call me on 0171 555.\n\nBest,\nTom",
    )
    incoming, sent = Mask([one]).put_on(one, Incoming(ANN, USER, "s", "t"))
    shown = f"{incoming.subject} {incoming.text} {sent} {incoming.sender.email}"
    for secret in ("Eve", "eve@", "Carla", "Reyes", "4,500", "12 March", "300", "0171"):
        assert secret not in shown
    assert sent.startswith("Dear Ann,")
    assert sent.endswith("Best,\nTom")


def test_names_are_masked_wherever_and_however_they_stand() -> None:
    secret = (
        "Quorvath rang. quorvath was in a hurry, so I gave him the file at once. Please wait.\n\n"
        "- Zellini: the rest\n\nSee zellini@quorvath.example or https://files.example/Zellini"
    )
    pool = [
        exchange(1, EVE, secret, "Zellini it is. I told Quorvath Zellini."),
        exchange(2, BOB, "in a hurry, please: see the file"),
    ]
    for reader in (ANN, BOB):
        incoming, sent = Mask(pool).put_on(pool[0], Incoming(reader, USER, "s", "t"))
        shown = f"{incoming.subject} {incoming.text} {sent}".casefold()
        assert "quorvath" not in shown
        assert "zellini" not in shown
        assert "please wait" in shown
        assert "in a hurry, so i gave him the file" in shown


def test_nothing_of_a_colleague_of_theirs_is_left_either() -> None:
    pool = [exchange(1, BOB, "Vornak wants 4,500 EUR", "Vornak shall have 4,500 EUR.")]
    shown = str(retrieve(Context(Incoming(ANN, USER, "Plan", "who wants it?")), pool, 3))
    assert "Vornak" not in shown
    assert "4,500" not in shown
    assert "[amount]" in shown
