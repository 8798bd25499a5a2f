"""What answers cost: a chat model that notes the tokens and seconds of each on a meter, which several models
may share."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.models.chat import ChatModel, Completion, Question
from core.models.prompts import Prompt
from core.tasks import CancelToken, OnPrompt, OnText


@dataclass(frozen=True)
class Spent:
    """Tokens (0 where a service tells nothing) and seconds, over all models asked; `calls` names each with
    its prompt: 'mini-large: guided 2'."""

    prompt_tokens: int = 0
    new_tokens: int = 0
    seconds: float = 0.0
    calls: tuple[str, ...] = ()

    def and_also(self, more: "Spent") -> "Spent":
        """The sum, which names each call once."""
        return Spent(
            self.prompt_tokens + more.prompt_tokens,
            self.new_tokens + more.new_tokens,
            self.seconds + more.seconds,
            tuple(dict.fromkeys((*self.calls, *more.calls))),
        )


class Meter:
    """Counts until it is read."""

    def __init__(self) -> None:
        self._spent = Spent()

    def note(self, call: str, made: Completion) -> None:
        before = self._spent
        self._spent = Spent(
            before.prompt_tokens + made.prompt_tokens,
            before.new_tokens + made.new_tokens,
            before.seconds + made.seconds,
            (*before.calls, call),
        )

    def take(self) -> Spent:
        """What was spent since the last time."""
        spent, self._spent = self._spent, Spent()
        return spent


class Metered:
    """`model`, with what it costs noted on `meter`."""

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        self.name = model.name
        self.family = model.family
        self._model = model
        self._meter = meter

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete."""
        made = self._model.complete(question, on_text=on_text, on_prompt=on_prompt, cancel=cancel)
        self._note(question.prompt, made)
        return made

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all."""
        made = self._model.complete_all(questions, cancel)
        for question, answer in zip(questions, made, strict=True):
            self._note(question.prompt, answer)
        return made

    def _note(self, prompt: Prompt, made: Completion) -> None:
        self._meter.note(f"{self.name}: {prompt.name} {prompt.version}", made)
