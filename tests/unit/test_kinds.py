"""Kinds of mail, told by their words: on plain mails of our own, and over the sample mailboxes' phrasings."""

import random

import pytest

from core.sample.situations import load, stage
from core.traits.kinds import kind_of


@pytest.mark.parametrize(
    ("kind", "incoming"),
    [
        ("thanks", "Thank you so much for your help yesterday, the whole team was impressed."),
        ("complaint", "The printer we bought from you is broken again. I expect a refund."),
        ("scheduling", "Could we reschedule our meeting? What time would suit you on Friday?"),
        ("request", "Please send me copies of the signed papers, I need them for the audit."),
        ("information", "For your information: Mr Hale is retiring and Ms Marsh takes over from Monday."),
        ("other", "Hm."),
    ],
)
def test_plain_mails(kind: str, incoming: str) -> None:
    assert kind_of(incoming) == kind


def test_a_refusal_shows_in_the_answer_alone() -> None:
    asked = "Could you give us a quote for the fence?"
    assert kind_of(asked, "We are fully booked until May and must decline.") == "refusal"
    assert kind_of(asked, "Gladly, it comes to 400 pounds.") == "request"
    assert kind_of("Thank you for the lovely dinner!", "I cannot accept gifts, though.") == "thanks"


def test_most_of_the_sample_mailboxes_phrasings_are_told() -> None:
    rng = random.Random(0)
    scenes = [stage(one, rng, second=True) for one in load() if not one.held_out for _ in range(8)]
    told = [kind_of(f"{one.subject}\n{one.body}", "\n".join(one.clauses)) for one in scenes]
    right = sum(kind == one.kind for kind, one in zip(told, scenes, strict=True))
    assert right / len(scenes) >= 0.8
