"""How much a model service may be used in a month: requests and tokens, counted over every kind of work."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.errors import ModelError
from core.models.chat import ChatModel, Completion, Question
from core.store.jobs import JobRepository
from core.tasks import CancelToken, OnPrompt, OnText

_USED = "cloud/used/"  # and the month
_LETTERS = 3  # to a token, where a service counts none: rather too many tokens than too few


@dataclass(frozen=True)
class Used:
    """In one calendar month (UTC). `requests` count when they begin, whatever comes of them; further tries of
    the same one do not count."""

    requests: int = 0
    tokens: int = 0


class Budget:
    """`requests`, `tokens`: the most of a month; 0 for no limit."""

    def __init__(
        self,
        jobs: JobRepository,
        requests: int,
        tokens: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._jobs, self._requests, self._tokens, self._now = jobs, requests, tokens, now
        self._lock = threading.Lock()

    @property
    def used(self) -> Used:
        return self._jobs.get(self._key, Used) or Used()

    def begin(self) -> None:
        """Takes one request. Raises ModelError where the month's are used up."""
        with self._lock:
            used = self.used
            if self._requests and used.requests >= self._requests:
                raise ModelError(_spent("requests", self._requests))
            if self._tokens and used.tokens >= self._tokens:
                raise ModelError(_spent("tokens", self._tokens))
            self._jobs.set(self._key, replace(used, requests=used.requests + 1))

    def note(self, tokens: int) -> None:
        with self._lock:
            used = self.used
            self._jobs.set(self._key, replace(used, tokens=used.tokens + tokens))

    @property
    def _key(self) -> str:
        return f"{_USED}{self._now():%Y-%m}"


class BudgetedModel:
    """`model`, within a budget."""

    def __init__(self, model: ChatModel, budget: Budget) -> None:
        self.name = model.name
        self.family = model.family
        self._model = model
        self._budget = budget

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete."""
        self._budget.begin()
        tokens = len(question.prompt.text) // _LETTERS  # was sent even where no answer comes
        try:
            made = self._model.complete(question, on_text=on_text, on_prompt=on_prompt, cancel=cancel)
            tokens = (made.prompt_tokens or tokens) + (made.new_tokens or len(made.text) // _LETTERS)
            return made
        finally:
            self._budget.note(tokens)

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all. Where the budget does not hold them all, none is asked."""
        for _ in questions:
            self._budget.begin()
        tokens = sum(len(one.prompt.text) // _LETTERS for one in questions)  # as in `complete`
        try:
            made = self._model.complete_all(questions, cancel)
            tokens = sum(
                (answer.prompt_tokens or len(asked.prompt.text) // _LETTERS)
                + (answer.new_tokens or len(answer.text) // _LETTERS)
                for asked, answer in zip(questions, made, strict=True)
            )
            return made
        finally:
            self._budget.note(tokens)


def _spent(what: str, most: int) -> str:
    return (
        f"This month's {most} {what} to the model service are used up; raise the limit with 'longhand models"
        " cloud', or choose a model on this machine."
    )
