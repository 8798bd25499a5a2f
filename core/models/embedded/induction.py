"""An initialisation that can copy from the first step.

Left to itself a model this small finds copying (a head that looks one token back, and one above it
that looks for what followed last time: 'induction heads') only after some four million tokens, a
third of what a CPU can spend on it. Here both heads are written down by hand into layers 0 and 1;
training takes them over from there. All else keeps its random start.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor
from torch.utils.hooks import RemovableHandle

from core.models.embedded.llama import Attention, Block, Llama

_SHARP = 10.0  # how sharply the first head looks at the token before
_MATCH = 3.2  # how sharply the second looks for a match
_CONTENT_FROM = 14  # pairs from here on turn too slowly to disturb the match of contents
_SPREAD = 0.05  # of the embedding's entries; wider than usual, so that training shifts it less


@torch.no_grad()
def plant_induction(model: Llama, seed: int = 0) -> "Planted":
    """Writes the two heads into a freshly initialised model, in place; returns the hold on them."""
    shape, size = model.shape, model.shape.head_size
    generator = torch.Generator().manual_seed(seed)
    embedding = model.embed_tokens.weight
    embedding.normal_(std=_SPREAD, generator=generator)
    # One dimension that is the same for every token: no logit changes by it.
    embedding[:, 0] = _SPREAD * shape.hidden_size**0.5
    constant = (shape.hidden_size / 2) ** 0.5
    read, write = _bases(shape.hidden_size, size, generator)

    half = size // 2
    angles = shape.rope_theta ** (-torch.arange(half).float() / half)
    sharp = torch.where(torch.arange(half) < 12, _SHARP, 0.0) / constant
    back = _attention(model, 0)  # head 0: one token back
    for projection, rows in (
        (back.q_proj, torch.cat((sharp, torch.zeros(half)))),
        (back.k_proj, torch.cat((sharp * angles.cos(), sharp * angles.sin()))),
    ):
        projection.weight[:size] = 0.0
        projection.weight[:size, 0] = rows
    back.v_proj.weight[:size] = read
    back.o_proj.weight[:, :size] = 0.15 * write

    match = _attention(model, 1)  # heads 0 and 1: what followed this token before
    slots = torch.cat((torch.arange(_CONTENT_FROM, half), half + torch.arange(_CONTENT_FROM, half)))
    for head in (0, 1):
        at = slice(head * size, (head + 1) * size)
        part = slice(0, len(slots)) if head == 0 else slice(size - len(slots), size)
        for projection, source in ((match.q_proj, read), (match.k_proj, write.T)):
            projection.weight[at] = 0.0
            projection.weight[at.start + slots] = _MATCH * source[part]
        carried = _orthonormal(size, shape.hidden_size, generator)
        match.v_proj.weight[at] = carried
        match.o_proj.weight[:, at] = 0.25 * carried.T
    return Planted(model)


class Planted:
    """Holds the planted heads still until `let_go`: the first steps of training, which know nothing
    of copying yet, would wash them away."""

    def __init__(self, model: Llama) -> None:
        size = model.shape.head_size
        self._hooks: list[RemovableHandle] = []
        self._hold(model.embed_tokens.weight, _without(columns=slice(0, 1)))
        for layer, heads in ((0, 1), (1, 2)):
            attention, held = _attention(model, layer), slice(0, heads * size)
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
                self._hold(projection.weight, _without(rows=held))
            self._hold(attention.o_proj.weight, _without(columns=held))

    def _hold(self, weight: Tensor, hook: Callable[[Tensor], Tensor]) -> None:
        handle = weight.register_hook(hook)  # type: ignore[no-untyped-call]
        self._hooks.append(handle)

    def let_go(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()


def _without(rows: slice | None = None, columns: slice | None = None) -> Callable[[Tensor], Tensor]:
    """A gradient with zeros in these rows or columns."""

    def held(gradient: Tensor) -> Tensor:
        still = gradient.clone()
        if rows is not None:
            still[rows] = 0.0
        if columns is not None:
            still[:, columns] = 0.0
        return still

    return held


def _attention(model: Llama, layer: int) -> Attention:
    return cast("Block", model.layers[layer]).self_attn  # nn.ModuleList forgets what it holds


def _bases(width: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Where the token before is read from (size, width) and written to (width, size); neither
    touches the constant dimension."""
    both = torch.linalg.qr(torch.randn(width - 1, 2 * size, generator=generator))[0].T
    both = torch.cat((torch.zeros(2 * size, 1), both), dim=1)
    return both[:size].contiguous(), both[size:].T.contiguous()


def _orthonormal(size: int, width: int, generator: torch.Generator) -> Tensor:
    rows = torch.linalg.qr(torch.randn(width - 1, size, generator=generator))[0].T
    return torch.cat((torch.zeros(size, 1), rows), dim=1)
