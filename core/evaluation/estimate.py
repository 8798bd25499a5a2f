"""How long learning will take, before there is anything to go by but the machine and the mail."""

from dataclasses import dataclass

# Of each example: a brief of the reply, a reply without rules, a thought and the rules are written; of each
# reply of the gate, what the gate compares. Reading costs about as much again, at the least.
_WORDS = 350
_GATE_WORDS = 250
_SURE_WITHIN = 3  # times as long it may take: prompts are read too, at a pace nobody knows yet


@dataclass(frozen=True)
class Minutes:
    """A time between two, in minutes."""

    least: int
    most: int


def learning_time(examples: int, gate: int, words_per_second: float) -> Minutes | None:
    """For so many `examples` still to be made and so many replies to judge by. None where the model's pace
    is not known, as for the tiny ones, which take some minutes in all."""
    if not words_per_second:
        return None
    seconds = (examples * _WORDS + gate * _GATE_WORDS) / words_per_second
    return Minutes(max(1, round(seconds / 60)), max(2, round(_SURE_WITHIN * seconds / 60)))
