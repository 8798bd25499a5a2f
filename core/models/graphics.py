"""Graphics cards that did not run a model: remembered, so that the user is told where models are chosen, with
what may fit the card instead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core import messages
from core.engine.llama import LlamaEngine
from core.errors import ChildDied
from core.models.catalogue import CatalogueEntry, catalogue, embedded_path
from core.models.choice import ModelEntry
from core.store.jobs import JobRepository

_FAILED = "graphics/"  # key of the card that did not run a model, and the model's name
_SMALLER = 0.8  # times the size of a model that did not fit: less would fit as badly
_SHARE = 0.9  # of a card's memory that a model may take: the screen wants some too


@dataclass(frozen=True)
class Card:
    """`told` names it, empty where that is not known; `memory_mb` is then 0."""

    told: str = ""
    memory_mb: int = 0


class Graphics:
    def __init__(self, jobs: JobRepository, engine: LlamaEngine) -> None:
        self._jobs, self._engine = jobs, engine

    def note(self, model: str) -> str:
        """After `model`, named as in the list, was loaded or has written: keeps whether its card gave up.
        What to tell, empty for nothing."""
        key = _FAILED + _plain(model)
        if not self._engine.graphics_failed:
            if self._jobs.get(key, Card):
                self._jobs.clear(key)
            return ""
        card = card_of(self._engine)
        if self._jobs.get(key, Card) != card:
            self._jobs.set(key, card)
        return sentence(_plain(model), card)

    def faults(self) -> tuple[str, ...]:
        """Of every model that a card did not run, as far as is known."""
        known = ((key, self._jobs.get(key, Card)) for key in self._jobs.keys(_FAILED))
        return tuple(sentence(key.removeprefix(_FAILED), card) for key, card in known if card)

    def told(self, entries: Sequence[ModelEntry]) -> tuple[ModelEntry, ...]:
        """The list, with a sentence beside every model that a card did not run."""
        return tuple(
            replace(one, told=f"{one.told} {sentence(_plain(one.name), card)}")
            if (card := self._jobs.get(_FAILED + _plain(one.name), Card))
            else one
            for one in entries
        )


def card_of(engine: LlamaEngine) -> Card:
    """The one with most memory; unknown where nothing can be told of it."""
    try:
        cards = engine.facts().graphics
    except ChildDied:
        cards = ()
    if not cards:
        return Card()
    most = max(cards, key=lambda one: one.memory_mb)
    return Card(messages.models.graphics(most.name, most.description, most.memory_mb), most.memory_mb)


def sentence(model: str, card: Card) -> str:
    """What happened, what is done about it, and the next best choice."""
    better = fits_card(model, card)
    return messages.models.card_gave_up(card.told, model, better.name if better else "")


def fits_card(model: str, card: Card) -> CatalogueEntry | None:
    """The largest real model of the catalogue that is smaller than `model`, as far as its size is known, and
    may fit the card, as far as its memory is known."""
    size = next((one.size_mb for one in catalogue() if one.name == model), 0)
    if not size and not card.memory_mb:
        return None
    fitting = [
        one
        for one in catalogue()
        if (one.role == "large" and not one.embedded)
        and (not size or one.size_mb < size * _SMALLER)
        and (not card.memory_mb or one.memory_mb <= card.memory_mb * _SHARE)
    ]
    return max(fitting, key=lambda one: one.size_mb, default=None)


def try_card(engine: LlamaEngine) -> str:
    """Loads a tiny model: a card that does not take even that one has other troubles than its memory. What to
    tell, empty where nothing is wrong. Raises ModelError, ChildDied."""
    engine.inspect(embedded_path("mini-large"))
    return messages.models.card_does_not_work(card_of(engine).told) if engine.graphics_failed else ""


def _plain(model: str) -> str:
    return model.removesuffix(".gguf")
