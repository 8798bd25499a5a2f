"""A month's requests and tokens."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ModelError
from core.models.budget import Budget, BudgetedModel, Used
from core.models.chat import Completion, Question
from core.models.prompts import Mail, Prompt
from core.store.database import Database
from core.store.jobs import JobRepository

PROMPT = Prompt("test", "1", (Mail("x" * 300),))


class Scripted:
    """Tells the tokens it is given, or fails."""

    name = family = "scripted"

    def __init__(self, *made: Completion | ModelError) -> None:
        self._made = list(made)

    def complete(self, question: Question, **_: object) -> Completion:
        made = self._made.pop(0)
        if isinstance(made, ModelError):
            raise made
        return made

    def complete_all(self, questions: list[Question], cancel: object = None) -> list[Completion]:
        return [self.complete(one) for one in questions]


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobRepository]:
    with closing(Database.open(tmp_path / "longhand.db", bytes(32))) as database:
        yield JobRepository(database)


def test_a_new_month_begins_anew(jobs: JobRepository) -> None:
    now = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
    budget = Budget(jobs, 1, 0, now=lambda: now)
    budget.begin()
    with pytest.raises(ModelError, match="1 requests"):
        budget.begin()
    now = datetime(2026, 2, 1, 0, 0, tzinfo=UTC)
    budget.begin()
    assert budget.used == Used(1, 0)


def test_it_holds_over_programs(jobs: JobRepository) -> None:
    Budget(jobs, 1, 0).begin()
    with pytest.raises(ModelError):
        Budget(jobs, 1, 0).begin()


def test_tokens_are_the_services_or_else_guessed(jobs: JobRepository) -> None:
    budget = Budget(jobs, 0, 0)
    told, silent = Completion("yes", 40, 7, 0.0), Completion("y" * 30, 0, 0, 0.0)
    model = BudgetedModel(Scripted(told, silent, ModelError("no"), told, silent), budget)
    model.complete(Question(PROMPT))
    assert budget.used.tokens == 47
    model.complete(Question(PROMPT))
    assert budget.used.tokens == 47 + 110
    with pytest.raises(ModelError, match="no"):
        model.complete(Question(PROMPT))
    assert budget.used == Used(3, 47 + 110 + 100)  # it was sent
    model.complete_all([Question(PROMPT, 5), Question(PROMPT, 5)])
    assert budget.used == Used(5, 257 + 47 + 110)


def test_of_many_that_were_sent_and_not_answered_the_tokens_count(jobs: JobRepository) -> None:
    budget = Budget(jobs, 0, 0)
    model = BudgetedModel(Scripted(Completion("yes", 40, 7, 0.0), ModelError("no")), budget)
    with pytest.raises(ModelError, match="no"):
        model.complete_all([Question(PROMPT, 5), Question(PROMPT, 5)])
    assert budget.used == Used(2, 200)


def test_many_at_once_end_with_the_budget(jobs: JobRepository) -> None:
    model = BudgetedModel(Scripted(Completion("yes", 1, 1, 0.0)), Budget(jobs, 1, 0))
    with pytest.raises(ModelError, match="used up"):
        model.complete_all([Question(PROMPT, 5), Question(PROMPT, 5)])
