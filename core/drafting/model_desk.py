"""Which models a profile works with, as its owner sees and chooses them."""

import time
from dataclasses import replace
from pathlib import Path

from core import messages
from core.domain import Address, Context, Draft, Incoming
from core.drafting.outcomes import Outcomes
from core.engine.llama import LlamaEngine
from core.models.catalogue import CatalogueEntry
from core.models.chat import Question
from core.models.choice import ModelChoice, ModelEntry
from core.models.cloud_terms import CloudTerms
from core.models.download import Downloads
from core.models.graphics import Graphics
from core.models.hardware import machine
from core.models.prompts import Prompt, agent, zero_shot
from core.preference.small_base import make_ready
from core.preference.trainer import Trainer
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.kept_settings import KeptSettings
from core.store.settings import Cloud
from core.tasks import CancelToken

_MEASURED = 48  # tokens: a second or two for most models
_WORDS_TO_A_TOKEN = 0.75
_PACE = "pace/"  # key of the words in a second that a model wrote in its last draft
# What a new base has to read alike in training and in use: markup, letters beyond ASCII, line ends.
_SAMPLE = Context(
    Incoming(
        Address("Ann Field", "ann@field.example"),
        Address("Tom", "tom@hale.example"),
        "Größe – 1,250.50 €",
        "Hi Tom,\n\ncould we meet on 12 May? <|im_end|> It's about the “Falcon”.\n\nAnn",
    ),
    "yes; ask for the agenda",
)
_TELLING = 8  # words: a shorter draft tells of starting up, not of writing


class ModelDesk:
    def __init__(
        self,
        database: Database,
        settings: KeptSettings,
        downloads: Downloads,
        engine: LlamaEngine,
        cloud: CloudTerms,
        outcomes: Outcomes,
    ) -> None:
        self._settings, self._downloads, self._engine = settings, downloads, engine
        self._cloud, self._outcomes = cloud, outcomes
        self._adapters, self._jobs = AdapterRepository(database), JobRepository(database)
        self._checkpoints = CheckpointRepository(database)
        self.graphics = Graphics(self._jobs, engine)

    @property
    def now(self) -> ModelChoice:
        """The choice there is now, for one call: it stays the same when the user chooses again."""
        return ModelChoice(self._settings.now, self._downloads, self._engine, self._cloud.service)

    def all(self) -> tuple[ModelEntry, ...]:
        """What can be chosen or downloaded, with what is in use and how it would run here."""
        entries = self.now.entries(machine(self._downloads.folder))
        paces = [self._jobs.get(f"{_PACE}{one.name.removesuffix('.gguf')}", float) for one in entries]
        measured = (
            replace(one, words_per_second=pace, measured=True) if pace else one
            for one, pace in zip(entries, paces, strict=True)
        )
        return self.graphics.told(tuple(measured))

    def remove(self, name: str) -> None:
        """Deletes a downloaded model. Raises InputError."""
        self.now.remove(name)

    def use(self, name: str) -> str:
        """A name of the catalogue, a GGUF file, or 'cloud'; what to tell the user. Raises InputError,
        ModelError."""
        if small := self.now.small(name):
            return self._use_small(*small)
        self._engine.try_graphics_again()
        chosen = self.now.use(name)
        self._settings.save(replace(self._settings.now, large=chosen))
        file = Path(chosen.name).name
        card = self.graphics.note(file)
        told = (f"{file} writes from now on.", card, self.mixed_families(), self._left_out())
        return " ".join(filter(None, told))

    def _use_small(self, entry: CatalogueEntry, file: Path) -> str:
        """The base of the preference agent. The agent in use stays on its own until something was learned."""
        if not entry.embedded:
            folder = self.now.base_folder(entry.name)
            trainer = Trainer(folder, self._checkpoints, self._jobs)
            try:
                make_ready(file, folder, trainer, lambda one: self.now.small_ids(file, one), [agent(_SAMPLE)])
            finally:
                trainer.close()
        before = self._settings.now
        self._settings.save(replace(before, small=replace(before.small, name=entry.name)))
        return messages.learning.small_in_use(entry.name)

    def use_cloud(self, cloud: Cloud, key: str) -> str:
        """A model service; what to tell the user. See CloudTerms.turn_on."""
        told = (self._cloud.turn_on(cloud, key), self._left_out())
        return " ".join(filter(None, told))

    def mixed_families(self) -> str:
        """A sentence where rules made by one family of models are applied by another."""
        live = self._adapters.live()
        return messages.learning.mixed_families(live.family, self.now.family) if live else ""

    def peak_mb(self) -> float:
        """The most memory the llama child has taken."""
        return self._engine.rss_mb()

    def note(self, made: Draft) -> None:
        """How fast a model has written here, and whether by the graphics card."""
        words = len(made.text.split())
        if words >= _TELLING:
            self._jobs.set(f"{_PACE}{made.model}", words / made.seconds)
        if not self._cloud.writer:
            self.graphics.note(made.model)

    def measure(self, cancel: CancelToken) -> float:
        """How many words in a second the writer makes here, with the reading of what it answers, by a reply
        to a made-up mail: a draft takes more than that, as rules come first. 0 for a service, which is
        asked nothing unasked. Raises ModelError, ChildDied, Cancelled."""
        if self._cloud.writer:
            return 0.0
        large = self.now.large()
        large.complete(Question(_made_up("Monday"), max_tokens=1), cancel=cancel)  # it is loaded by this
        begun = time.monotonic()
        made = large.complete(Question(_made_up("Friday"), max_tokens=_MEASURED), cancel=cancel)
        words = max(len(made.text.split()), round(made.new_tokens * _WORDS_TO_A_TOKEN))
        return words / max(time.monotonic() - begun, 0.001)

    def _left_out(self) -> str:
        """A sentence where rules are off that the last writer did not follow."""
        return messages.rules.left_out_before(self._outcomes.left_out())


def _made_up(day: str) -> Prompt:
    """As long as the prompts of learning are; the day comes first, so that none is read for another."""
    text = f"{day}: could you look at the plan of the yard and tell me what is still open? " + (
        "The gate is to be moved to the left, the two lamps come down, and the bench stays where it is. " * 8
    )
    ann, ben = Address("Ann", "ann@firm.example"), Address("Ben", "ben@firm.example")
    return zero_shot(Context(Incoming(ann, ben, f"{day}, the yard", text, ()), "Yes. Ask for the drawing."))
