"""The scores on hand-made replies whose agreement can be counted by eye."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain import Address, Context, Exchange, ExchangeId, Incoming
from core.evaluation.metrics import Authorship, masked, paired_difference
from core.evaluation.style import (
    Case,
    Written,
    agreement,
    counted,
    likeness,
    peers,
    strangers,
    style_match,
    traits_counted,
)
from core.traits import Names

USER = Address("Tom Hale", "tom@hale.example")
ANN = Address("Ann Kovac", "ann@north.example")
REAL = "Hey Ann,\n\nit's fine, see you there!\n\nCheers,\nTom"
PLAIN = "Dear Ann,\n\nIt is fine. I will be there.\n\nKind regards,\nTom Hale"


def exchange(number: int, sent: str = REAL, sender: Address = ANN, kind: str = "request") -> Exchange:
    incoming = Incoming(sender, USER, "Plan", "Is it fine?")
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Exchange(ExchangeId(number), incoming, sent, date, f"t{number}", kind)


def case(sent: str = REAL, notes: str = "say it is fine") -> Case:
    one = exchange(1, sent)
    return Case(one, Context(one.incoming, notes))


def test_only_traits_in_which_the_person_differs_from_zero_shot_count() -> None:
    wanted = counted(case(), PLAIN)
    assert wanted["greeting"] == "Hey {first},"
    assert wanted["sign_off"] == "Cheers,"
    assert wanted["exclamation"] == "yes"
    assert "emoji" not in wanted
    assert counted(case(), REAL) == {}


def test_zero_shot_agrees_in_nothing_and_the_real_reply_in_all() -> None:
    one = case()
    wanted = counted(one, PLAIN)
    assert set(agreement(wanted, [Written(PLAIN, one.names)]).values()) == {0.0}
    assert set(agreement(wanted, [Written(REAL, one.names)]).values()) == {1.0}
    assert agreement(wanted, [Written(PLAIN, one.names), Written(REAL, one.names)])["greeting"] == 0.5
    assert agreement(wanted, []) == {}


def test_what_the_notes_force_does_not_count() -> None:
    sent = "Hi Ann,\n\nsorry for that. Could you come?\n\nTom"
    free, bound = case(sent, "answer kindly"), case(sent, "- sorry for that\n- ask whether she comes")
    assert {"apology", "question"} <= counted(free, PLAIN).keys()
    assert not {"apology", "question"} & counted(bound, PLAIN).keys()


def test_style_match_is_a_mean_over_traits_not_over_mails() -> None:
    sheets = [{"a": 1.0, "b": 0.0}, {"a": 1.0}, {"a": 1.0}]
    assert style_match(sheets, frozenset("ab")) == 0.5
    assert style_match(sheets, frozenset("a")) == 1.0
    assert style_match([], frozenset("a")) is None


def test_traits_of_few_mails_are_left_out_of_many() -> None:
    wanted = [{"a": "yes"}] * 7 + [{"b": "yes"}]
    assert traits_counted(wanted) == {"a"}
    assert traits_counted(wanted[-2:]) == {"a", "b"}


def test_likeness() -> None:
    assert likeness(0.5, 0.2, 0.8) == pytest.approx(0.5)
    assert likeness(0.5, 0.8, 0.8) is None
    assert likeness(None, 0.1, 0.8) is None


def test_peers_are_the_same_audience_and_kind_first() -> None:
    bob = Address("Bob", "bob@north.example")
    others = [exchange(2, "a"), exchange(3, "b", bob), exchange(4, "c", kind="thanks")]
    assert [written.text for written in peers(case(), others)] == ["a"]
    assert [written.text for written in peers(case(), others[1:])] == ["b"]
    assert [written.text for written in peers(case(), others[2:])] == ["c"]
    assert peers(case(), [exchange(1)]) == []  # never the reply itself


def test_strangers_are_of_the_same_kind_first() -> None:
    others = [
        exchange(number, str(number), kind="request" if number % 2 else "thanks") for number in range(6)
    ]
    assert [written.text for written in strangers(case(), others)] == ["1", "3", "5"]
    assert strangers(case(), []) == []


def test_authorship_tells_two_writers_apart_without_their_names() -> None:
    names = Names("Ann", "Ann Kovac", "Tom", "Tom Hale")
    own = [Written(f"hey ann, fine with me -- see u at {n}! tom", names) for n in range(12)]
    others = [
        Written(f"Dear Ann, I confirm the appointment at {n}. Sincerely, Tom Hale", names) for n in range(12)
    ]
    model = Authorship(own[:8], others[:8])
    assert model.score(own[8:]) > 0.8
    assert model.score(others[8:]) < 0.2
    assert "tom" not in masked(own[0]).lower()
    with pytest.raises(ValueError, match="too few"):
        Authorship(own[:2], others)


def test_the_interval_holds_the_difference_and_widens_by_mailbox() -> None:
    better = [{"a": float(n % 3 > 0)} for n in range(30)]
    worse = [{"a": 0.0} for _ in range(30)]
    by_mail = paired_difference(better, worse, frozenset("a"), [""] * 30)
    assert by_mail is not None
    assert by_mail.estimate == pytest.approx(2 / 3)
    assert by_mail.low < by_mail.estimate < by_mail.high
    split = [{"a": 1.0}] * 10 + [{"a": 0.0}] * 10
    boxes = ["x"] * 10 + ["y"] * 10
    by_box = paired_difference(split, worse[:20], frozenset("a"), boxes)
    assert by_box is not None
    assert (by_box.low, by_box.high) == (0.0, 1.0)
    assert paired_difference([], [], frozenset("a"), []) is None
