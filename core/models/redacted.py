"""A chat model that is asked without names, addresses and numbers, and whose answers have them again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.models.chat import ChatModel, Completion, Question
from core.models.prompts import Prompt
from core.privacy.redaction import Redactor
from core.tasks import CancelToken


class RedactedModel:
    """`model`, behind a redactor. A placeholder that cannot be put back stays in the answer."""

    def __init__(self, model: ChatModel, redactor: Redactor) -> None:
        self.name = model.name
        self.family = model.family
        self._model = model
        self._redactor = redactor

    def complete(
        self,
        prompt: Prompt,
        *,
        prefill: str = "",
        max_tokens: int = 400,
        temperature: float = 0.0,
        grammar: str | None = None,
        on_text: Callable[[str], None] | None = None,
        on_prompt: Callable[[int, int], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete. `prefill` is ours and goes as it is."""
        redacted = self._redactor.redact(prompt)
        restoring = redacted.restoring(on_text) if on_text else None
        made = self._model.complete(
            redacted.prompt,
            prefill=prefill,
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
            on_text=restoring,
            on_prompt=on_prompt,
            cancel=cancel,
        )
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
