"""What each kind of adapter is to learn, as the training child takes it: a turn, and what to write then."""

from core.domain import AdapterKind, Example
from core.engine.messages import Segment
from core.models import prompts
from core.models.prompts import Frame
from core.preference.examples import Way
from core.preference.training_messages import Lesson
from core.traits import Names, in_plain_words

# Who learns to write the replies themselves.
NAIVE = (AdapterKind.NAIVE, AdapterKind.NAIVE_LARGE)

# Whose rules are not drawn as the agent's are, and how.
WAYS = {
    AdapterKind.UNTHOUGHT: Way(thinking=False),
    AdapterKind.UNCOMPARED: Way(comparison=False),
}


def examples_of(kind: AdapterKind) -> AdapterKind:
    """The kind whose examples one of this kind learns from."""
    return kind if kind in WAYS else AdapterKind.AGENT


def lesson(example: Example, weight: float, kind: AdapterKind = AdapterKind.AGENT, sent: str = "") -> Lesson:
    """Of an example, which counts `weight`. `sent`: the real reply, which a naive fine-tune learns, after the
    same turn as the large model writes it by."""
    if kind in NAIVE:
        return Lesson(segments(prompts.zero_shot(example.context)), sent, weight)
    thinking = example.thinking if kind is AdapterKind.THINKING else None
    return Lesson(segments(prompts.agent(example.context)), answer(example), weight, thinking)


def segments(prompt: prompts.Prompt) -> tuple[Segment, ...]:
    return tuple(Segment(part.text, isinstance(part, Frame)) for part in prompt.parts)


def answer(example: Example) -> str:
    """What the agent is to write for an example. Each rule in plain words: a small model is to learn
    which rules a mail calls for, not which of many wordings the large one chose this time."""
    names = Names.of(example.context.incoming)
    return "\n".join(str(in_plain_words(line, names)) for line in example.rules)
