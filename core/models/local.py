"""A chat model that is a GGUF file on this machine, run by the llama child."""

from collections.abc import Callable, Sequence
from pathlib import Path

from core.engine.llama import Generation, GenerationRequest, LlamaEngine
from core.models.chat import Completion, Question
from core.models.prompts import Prompt
from core.tasks import CancelToken


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
        """See ChatModel.complete."""
        request = GenerationRequest(
            model=self._path,
            prompt=prompt,
            prefill=prefill,
            adapter=self._adapter,
            max_tokens=max_tokens,
            temperature=temperature,
            grammar=grammar,
            repeat_penalty=self._repeat_penalty,
        )
        made = self._engine.generate(request, on_text, on_prompt, cancel)
        return _completion(made)

    def read_ahead(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 400,
        on_prompt: Callable[[int, int], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """See ReadsAhead."""
        request = GenerationRequest(self._path, prompt, adapter=self._adapter, max_tokens=max_tokens)
        self._engine.prepare(request, on_prompt, cancel)

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all."""
        requests = [
            GenerationRequest(
                model=self._path,
                prompt=one.prompt,
                prefill=one.prefill,
                adapter=self._adapter,
                max_tokens=one.max_tokens,
                grammar=one.grammar,
                repeat_penalty=self._repeat_penalty,
            )
            for one in questions
        ]
        return [_completion(made) for made in self._engine.generate_all(requests, cancel)]


def _completion(made: Generation) -> Completion:
    return Completion(made.text, made.prompt_tokens, made.new_tokens, made.seconds, made.cut_tokens)
