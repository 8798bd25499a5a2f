"""A chat model that is asked without names, addresses and numbers, and whose answers have them again."""

from collections.abc import Sequence
from dataclasses import replace

from core.models.chat import ChatModel, Completion, Question
from core.privacy.redaction import Redactor
from core.tasks import CancelToken, OnPrompt, OnText


class RedactedModel:
    """`model`, behind a redactor. A placeholder that cannot be put back stays in the answer."""

    def __init__(self, model: ChatModel, redactor: Redactor) -> None:
        self.name = model.name
        self.family = model.family
        self._model = model
        self._redactor = redactor

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete. A prefill is ours and goes as it is."""
        redacted = self._redactor.redact(question.prompt)
        restoring = redacted.restoring(on_text) if on_text else None
        asked = replace(question, prompt=redacted.prompt)
        made = self._model.complete(asked, on_text=restoring, on_prompt=on_prompt, cancel=cancel)
        if restoring:
            restoring.end()
        return replace(made, text=redacted.restore(made.text))

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all."""
        redacted = [self._redactor.redact(one.prompt) for one in questions]
        asked = [replace(one, prompt=what.prompt) for one, what in zip(questions, redacted, strict=True)]
        made = self._model.complete_all(asked, cancel)
        return [replace(one, text=what.restore(one.text)) for one, what in zip(made, redacted, strict=True)]
