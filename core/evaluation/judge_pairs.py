"""A chosen model as the judge of drafts: which of two reads more like what the person really sent. It is
asked in both orders, as models lean to one place; where the answers disagree, the drafts tie."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation.arms import Reply
from core.evaluation.style import Case
from core.evaluation.wins import LOSS, TIE, WIN, WinRate, win_rate
from core.models import prompts
from core.models.chat import ChatModel, Question
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

# One that thinks first wants room for it; where the model is local, the grammar leaves it none.
_MOST_TOKENS = 1000  # a service knows no grammar, and may think aloud first
_GRAMMAR = 'root ::= "A" | "B"'
_LETTER = re.compile(r"\b[AB]\b")


@dataclass(frozen=True)
class Verdict:
    """What the judge said with the first arm's draft as A, then with it as B; '' where it named neither
    or both. Drafts that are the same are not shown to it, and have '='."""

    straight: str
    swapped: str

    @property
    def outcome(self) -> float:
        """For the first arm."""
        if (self.straight, self.swapped) == ("A", "B"):
            return WIN
        return LOSS if (self.straight, self.swapped) == ("B", "A") else TIE


class PairJudge:
    """`name` stands for the drafts that are judged; verdicts are kept under it, so that a judgement that
    is broken off goes on."""

    def __init__(
        self, model: ChatModel, name: str, jobs: JobRepository, most_tokens: int = _MOST_TOKENS
    ) -> None:
        self._model, self._jobs, self._most_tokens = model, jobs, most_tokens
        self._key = f"{name}judged by {model.name}, prompt {prompts.JUDGE_VERSION}"

    def compare(
        self,
        arms: tuple[str, str],
        cases: Sequence[Case],
        drafts: tuple[Sequence[Reply], Sequence[Reply]],
        progress: Progress,
        cancel: CancelToken,
    ) -> WinRate:
        """Raises Cancelled, ModelError, ChildDied."""
        key = f"{self._key}: {arms[0]} {arms[1]}"
        done = dict(self._jobs.get(key, dict[str, Verdict]) or {})
        for number, (case, first, second) in enumerate(zip(cases, *drafts, strict=True)):
            progress.update(f"Judging ({arms[1]})", number, len(cases))
            cancel.check()
            mail = str(case.exchange.id)
            if mail not in done:
                done[mail] = self._verdict(case, first.text, second.text, cancel)
                self._jobs.set(key, done)
        return win_rate(*arms, [done[str(case.exchange.id)].outcome for case in cases])

    def _verdict(self, case: Case, first: str, second: str, cancel: CancelToken) -> Verdict:
        if first == second:
            return Verdict("=", "=")
        return Verdict(self._ask(case, first, second, cancel), self._ask(case, second, first, cancel))

    def _ask(self, case: Case, a: str, b: str, cancel: CancelToken) -> str:
        prompt = prompts.judge(case.context, case.exchange.sent, a, b)
        made = self._model.complete(Question(prompt, self._most_tokens, grammar=_GRAMMAR), cancel=cancel)
        return letter(made.text)


def letter(answer: str) -> str:
    """The one letter the answer names, after whatever was thought aloud; '' for none or both."""
    named = set(_LETTER.findall(answer.rpartition("</think>")[2]))
    return named.pop() if len(named) == 1 else ""
