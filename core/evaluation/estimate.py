"""How long learning will take, before there is anything to go by but the machine and the mail."""

from dataclasses import dataclass

# Of each example: a brief of the reply, a reply without rules, a thought and the rules are written; of each
# reply of the gate, what the gate compares. Reading costs about as much again, at the least.
_WORDS = 350
_GATE_WORDS = 250
_SURE_WITHIN = 3  # times as long it may take: prompts are read too, at a pace nobody knows yet
_MEASURED_WITHIN = 1.5  # times as long or as short, where the pace was measured, prompts and all


@dataclass(frozen=True)
class Minutes:
    """A time between two, in minutes."""

    least: int
    most: int


def learning_time(
    examples: int, gate: int, words_per_second: float, *, measured: bool = False
) -> Minutes | None:
    """What the model writes for so many `examples` still to be made and so many replies to judge by; training
    is not in it. None where the model's pace is not known."""
    if not words_per_second:
        return None
    seconds = (examples * _WORDS + gate * _GATE_WORDS) / words_per_second
    if measured:
        least, most = seconds / _MEASURED_WITHIN / 60, seconds * _MEASURED_WITHIN / 60
        return Minutes(max(1, round(least)), max(2, round(most)))
    return Minutes(max(1, round(seconds / 60)), max(2, round(_SURE_WITHIN * seconds / 60)))
