"""The blind test: the person is shown two drafts for their own mail and says which sounds like them, without
knowing whose is which."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from core.domain import Exchange, ExchangeId
from core.evaluation.arms import Reply
from core.evaluation.wins import LOSS, TIE, WIN, WinRate, win_rate
from core.store.jobs import JobRepository

Answer = Literal["first", "second", "tie", "skip"]


@dataclass(frozen=True)
class Question:
    """Two drafts for one mail, in the order in which they are shown."""

    exchange: Exchange
    drafts: tuple[str, str]


@dataclass(frozen=True)
class Sheet:
    """What is kept of a test: the seed of both orders, and by mail how the first arm's draft fared (None for
    a mail that was skipped)."""

    seed: int
    outcomes: dict[str, float | None] = field(default_factory=dict)


class BlindTest:
    """Made anew at each sitting: it goes on with the first question that has no answer yet. `name` stands
    for the drafts; `drafts`: those of both arms, by mail. Where the two are the same nothing is asked, and
    they tie."""

    def __init__(
        self,
        name: str,
        arms: tuple[str, str],
        exchanges: Sequence[Exchange],
        drafts: tuple[Mapping[ExchangeId, Reply], Mapping[ExchangeId, Reply]],
        jobs: JobRepository,
    ) -> None:
        self._key = f"gate/blind {name}: {arms[0]} {arms[1]}"
        self._arms, self._drafts, self._jobs = arms, drafts, jobs
        self._sheet = jobs.get(self._key, Sheet) or Sheet(random.SystemRandom().getrandbits(32))
        both = [one for one in exchanges if all(one.id in written for written in drafts)]
        self._same = [one for one in both if drafts[0][one.id].text == drafts[1][one.id].text]
        asked = [one for one in both if one not in self._same]
        self._questions = sorted(asked, key=lambda one: self._draw("place", one))

    @property
    def count(self) -> int:
        """Of all questions, answered or not."""
        return len(self._questions)

    @property
    def left(self) -> int:
        return sum(str(one.id) not in self._sheet.outcomes for one in self._questions)

    def question(self) -> Question | None:
        """The next one; None after the last."""
        for one in self._questions:
            if str(one.id) not in self._sheet.outcomes:
                first, second = (written[one.id].text for written in self._drafts)
                return Question(one, (second, first) if self._swapped(one) else (first, second))
        return None

    def answer(self, question: Question, said: Answer) -> None:
        """Which of the drafts as shown sounds like the person; kept at once."""
        outcome = {"first": WIN, "second": LOSS, "tie": TIE, "skip": None}[said]
        if outcome is not None and self._swapped(question.exchange):
            outcome = WIN + LOSS - outcome
        outcomes = self._sheet.outcomes | {str(question.exchange.id): outcome}
        self._sheet = replace(self._sheet, outcomes=outcomes)
        self._jobs.set(self._key, self._sheet)

    def results(self) -> WinRate:
        """Over the questions answered, and the pairs that are the same."""
        known = (self._sheet.outcomes.get(str(one.id)) for one in self._questions)
        outcomes = [outcome for outcome in known if outcome is not None]
        return win_rate(*self._arms, [*outcomes, *(TIE for _ in self._same)])

    def _swapped(self, exchange: Exchange) -> bool:
        return self._draw("order", exchange) < 0.5

    def _draw(self, what: str, exchange: Exchange) -> float:
        return random.Random(f"{self._sheet.seed} {what} {exchange.id}").random()
