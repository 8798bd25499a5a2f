"""Arms and the gate on replies made by hand: what is written once, chosen on validation, and goes live."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain import Address, Context, Exchange, ExchangeId, Incoming, RuleLine
from core.errors import Cancelled
from core.evaluation.arms import Reply, best_shots, constant, write_all
from core.evaluation.folds import across_folds, borrowed, folds
from core.evaluation.gate import ENOUGH, Gate, goes_live, score
from core.evaluation.metrics import Interval
from core.evaluation.style import Case
from core.models.metered import Meter
from core.tasks import CancelToken, Progress

USER = Address("Tom Hale", "tom@hale.example")
SENDERS = (Address("Ann Kovac", "ann@north.example"), Address("Eve Marsh", "eve@south.example"))
PLAIN = "Dear {name},\n\nIt is fine. I will bring 3 crates to Lena Fischer.\n\nKind regards,\nTom Hale"
OWN = "Hey {name},\n\nit's fine, I'll bring 3 crates to Lena Fischer!\n\nCheers,\nTom"
OTHER = "Good day {name},\n\nIt is fine.\n\nSincerely,\nTom Hale"


def fill(text: str, exchange: Exchange) -> str:
    return text.format(name=exchange.incoming.sender.name.split()[0])


def exchange(number: int, text: str = OWN) -> Exchange:
    incoming = Incoming(SENDERS[number % 2], USER, "Plan", "Is it fine?")
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    blank = Exchange(ExchangeId(number), incoming, "", date, f"t{number}")
    return Exchange(blank.id, incoming, fill(text, blank), date, blank.thread)


def cases(count: int = 10) -> list[Case]:
    return [
        Case(one, Context(one.incoming, "- bring 3 crates to Lena Fischer"))
        for one in map(exchange, range(count))
    ]


def written(text: str, of: list[Case]) -> list[Reply]:
    return [Reply(fill(text, case.exchange)) for case in of]


def gate(guided: str, count: int = 10) -> Gate:
    all_cases = cases(count)
    replies = {"zero_shot": written(PLAIN, all_cases), "guided": written(guided, all_cases)}
    learning = [exchange(number) for number in range(60, 80)]
    others = [exchange(number, OTHER) for number in range(80, 100)]
    return score(all_cases, replies, learning, others)


def test_a_perfect_imitation_stands_at_the_ceiling() -> None:
    result = gate(OWN)
    assert result.arms["zero_shot"].style_match == 0.0
    assert result.arms["guided"].likeness == pytest.approx(1.0)
    assert result.arms["guided"].fact_recall == 1.0
    assert result.arms["guided"].unsupported_facts == 0.0
    assert (result.arms["guided"].authorship or 0) > 0.5 > (gate(OTHER).arms["guided"].authorship or 1)
    assert not result.enough
    assert goes_live(result, None)
    assert not goes_live(result, 1.1)


def test_another_persons_reply_stands_at_the_floor_and_does_not_go_live_for_free() -> None:
    result = gate(OTHER)
    assert result.arms["guided"].likeness == pytest.approx(0.0)
    assert result.arms["guided"].fact_recall == 0.0
    same = gate(PLAIN)
    assert same.advantage == Interval(0.0, 0.0, 0.0)
    assert not goes_live(same, None)


def test_an_invented_fact_is_counted() -> None:
    scores = gate(OWN.replace("3 crates", "3 crates and 14 chairs")).arms["guided"]
    assert scores.unsupported_facts == 1.0


def test_folds_are_stretches_of_time_that_part_no_thread() -> None:
    assert folds(["a", "a", "b", "c", "d", "d", "e", "f"]) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert folds([str(number) for number in range(5)]) == [0] * 5  # too few for two
    assert sorted(set(folds([str(number) for number in range(40)]))) == [0, 1, 2, 3, 4]
    assert folds([]) == []


def test_replies_are_borrowed_up_to_enough_and_to_the_limit() -> None:
    some = [exchange(number) for number in range(40)]
    assert borrowed(some[:20], some[20:], ENOUGH, None) == some[30:]
    assert borrowed(some[:20], some[20:], ENOUGH, 24) == some[36:]
    assert borrowed(some[:20], some[20:25], ENOUGH, None) == some[20:25]
    assert borrowed(some[:20], some[20:], ENOUGH, 20) == ()
    assert borrowed(some, some, ENOUGH, None) == ()


def test_an_advantage_of_one_stretch_alone_is_none() -> None:
    traits, of = frozenset({"tone"}), [0, 0, 0, 1, 1, 1]
    nothing = [{"tone": 0.0}] * 6
    steady = across_folds([{"tone": 1.0}] * 6, nothing, traits, of)
    assert steady == Interval(1.0, 1.0, 1.0)
    fickle = across_folds([*[{"tone": 1.0}] * 3, *nothing[:3]], nothing, traits, of)
    assert fickle.estimate == 0.5
    assert fickle.low < 0 < fickle.high
    assert across_folds([{"tone": 1.0}] * 6, nothing, traits, [0] * 6) == Interval(1.0, -1.0, 1.0)


def test_few_replies_must_agree_with_one_another() -> None:
    """Guided drafts that are right in the first half of the mail alone."""

    def half(count: int) -> Gate:
        all_cases = cases(count)
        right = written(OWN, all_cases)[: count // 2]
        replies = {
            "zero_shot": written(PLAIN, all_cases),
            "guided": [*right, *written(PLAIN, all_cases)[count // 2 :]],
        }
        return score(all_cases, replies, [exchange(number) for number in range(60, 80)], [])

    few, many = half(10), half(40)
    assert few.advantage is not None
    assert few.advantage.estimate == pytest.approx(0.5, abs=0.05)
    assert not goes_live(few, None)
    assert goes_live(many, None)
    assert many.enough
    assert not goes_live(gate(OWN, count=4), None)  # however right: too few to tell


def test_borrowed_replies_never_make_the_mail_enough() -> None:
    assert not Gate(ENOUGH, None, None, {}, borrowed=1).enough
    assert Gate(ENOUGH, None, None, {}).enough


class Book:
    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Reply]] = {}

    def get(self, key: str, kind: type[dict[str, Reply]]) -> dict[str, Reply] | None:
        return self.pages.get(key)

    def set(self, key: str, value: object) -> None:
        assert isinstance(value, dict)
        self.pages[key] = dict(value)


def test_a_broken_off_run_writes_each_reply_once() -> None:
    book, cancel, asked = Book(), CancelToken(), []

    def arm(context: Context, token: CancelToken | None = None) -> Reply:
        asked.append(context)
        if len(asked) == 3:
            cancel.cancel()
        return Reply(str(len(asked)))

    with pytest.raises(Cancelled):
        write_all("gate:1:arm", arm, cases(), book, Meter(), Progress(), cancel)
    replies = write_all("gate:1:arm", arm, cases(), book, Meter(), Progress(), CancelToken())
    assert len(asked) == 10
    assert [reply.text for reply in replies] == [str(n) for n in range(1, 11)]


def test_the_number_of_examples_is_the_one_that_serves_best_and_the_fewest_of_equals() -> None:
    some = cases(4)
    assert best_shots(some, lambda k: written(OWN if k == 2 else PLAIN, some))[0] == 2
    assert best_shots(some, lambda _: written(OWN, some))[0] == 1
    assert best_shots([], lambda _: [])[0] == 3


def test_constant_rules_are_the_most_frequent_one_a_trait() -> None:
    short, long, hey = RuleLine("length", "short"), RuleLine("length", "long"), RuleLine("greeting", "hey")
    rules = constant([[short, hey], [short, hey], [long, hey]])
    assert set(rules(cases(1)[0].context)) == {short, hey}
    assert constant([])(cases(1)[0].context) == ()
