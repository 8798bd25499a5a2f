"""The planted heads copy: on random tokens that repeat, before any training."""

import torch

from core.models.embedded.induction import plant_induction
from core.models.embedded.llama import Llama, Shape


def copied(model: Llama) -> float:
    """Share of repeated tokens that the model names, of four rows with a period of 60."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(5, model.shape.vocab_size, (4, 60), generator=generator).repeat(1, 3)
    with torch.no_grad():
        guesses = model.logits(model(ids[:, :-1])).argmax(dim=-1)
    return (guesses == ids[:, 1:])[:, 60:].float().mean().item()


def test_planted_heads_copy_before_any_training() -> None:
    torch.manual_seed(0)
    model = Llama(Shape())
    assert copied(model) < 0.05
    plant_induction(model)
    assert copied(model) > 0.7
