"""What every model that writes can do, local or in the cloud: complete one user turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from core.models.prompts import Prompt
from core.tasks import CancelToken, OnPrompt, OnText


@dataclass(frozen=True)
class Completion:
    """One answer. Tokens are counted by the model's own tokenizer (0 where a service tells nothing);
    `cut_tokens` of the mail were left out because the model's context could not hold them.
    `graphics_failed`: the processor wrote it, as the graphics card would not."""

    text: str
    prompt_tokens: int
    new_tokens: int
    seconds: float
    cut_tokens: int = 0
    graphics_failed: bool = False


@dataclass(frozen=True)
class Question:
    """One user turn to complete. `prefill` is text the answer already begins with (not repeated in the
    result); `grammar` (GBNF) holds the form of the answer, where a model knows grammars."""

    prompt: Prompt
    max_tokens: int = 400
    prefill: str = ""
    grammar: str | None = None
    temperature: float = 0.0


class ChatModel(Protocol):
    """`name` for people and records; `family` to tell rules made by one family and applied by another."""

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> Completion:
        """Answers one user turn. Raises Cancelled, ModelError, ChildDied."""
        ...

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """Answers many turns, several at a time where that is faster; greedily, in their order. Raises as
        above."""
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """A model on this machine. A service's has no such method: nothing is sent before it is asked for."""

    def read_ahead(
        self,
        question: Question,
        *,
        on_prompt: OnPrompt | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Reads its prompt, so that `complete` with it or one that begins like it answers the sooner.
        Raises as `complete` does."""
        ...
