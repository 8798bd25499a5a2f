"""A chat model that is a GGUF file on this machine, run by the llama child."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.engine.llama import Generation, GenerationRequest, LlamaEngine
from core.models.chat import Completion, Question
from core.tasks import CancelToken, OnPrompt, OnText


class LocalModel:
    """A GGUF, with a LoRA adapter (GGUF bytes) or without. Several may share one engine."""

    def __init__(
        self,
        engine: LlamaEngine,
        path: Path,
        name: str,
        family: str,
        adapter: bytes | None = None,
        repeat_penalty: float = 1.0,
    ) -> None:
        self.name = name
        self.family = family
        self._engine = engine
        self._path = path
        self._adapter = adapter
        self._repeat_penalty = repeat_penalty

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete."""
        return _completion(self._engine.generate(self._request(question), on_text, on_prompt, cancel))

    def read_ahead(
        self, question: Question, *, on_prompt: OnPrompt | None = None, cancel: CancelToken | None = None
    ) -> None:
        """See ReadsAhead."""
        self._engine.prepare(self._request(question), on_prompt, cancel)

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all."""
        requests = [self._request(replace(one, temperature=0.0)) for one in questions]
        return [_completion(made) for made in self._engine.generate_all(requests, cancel)]

    def _request(self, question: Question) -> GenerationRequest:
        return GenerationRequest(
            model=self._path,
            prompt=question.prompt,
            prefill=question.prefill,
            adapter=self._adapter,
            max_tokens=question.max_tokens,
            temperature=question.temperature,
            grammar=question.grammar,
            repeat_penalty=self._repeat_penalty,
        )


def _completion(made: Generation) -> Completion:
    told = (made.cut_tokens, made.graphics_failed)
    return Completion(made.text, made.prompt_tokens, made.new_tokens, made.seconds, *told)
