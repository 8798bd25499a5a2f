"""What a reply costs: the tokens and seconds of every model asked for it."""

from core.domain import Context
from core.models import prompts
from core.models.chat import Completion, Question
from core.models.metered import Meter, Metered, Spent
from tests.lessons import incoming


class Echo:
    name, family = "echo", "parrots"

    def complete(self, question: Question, **_options: object) -> Completion:
        assert question.max_tokens == 7
        return Completion(question.prefill, 10, 2, 0.5)


def test_a_meter_shared_by_two_models_counts_both_until_it_is_read() -> None:
    meter, context = Meter(), Context(incoming(1))
    first, second = Metered(Echo(), meter), Metered(Echo(), meter)
    assert (first.name, first.family) == ("echo", "parrots")
    assert first.complete(Question(prompts.agent(context), 7, "x")).text == "x"
    second.complete(Question(prompts.zero_shot(context), 7))
    assert meter.take() == Spent(20, 4, 1.0, ("echo: agent 2", "echo: zero_shot 2"))
    assert meter.take() == Spent()
