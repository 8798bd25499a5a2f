"""Trains adapters on the learning part of a profile's mail: the preference agent, and on the same exchanges
the others it is compared with, each once. Every part keeps what it has done in the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core import messages
from core.domain import Adapter, AdapterId, AdapterKind, Example, Exchange
from core.engine.installed import require_training
from core.errors import LearningError, ModelError
from core.models import prompts
from core.models.chat import ChatModel
from core.models.choice import ModelChoice
from core.models.metered import Meter, Metered, Spent
from core.preference.choosing import most_informative
from core.preference.examples import ExampleMaker
from core.preference.large_base import LargeBase
from core.preference.lessons import WAYS, examples_of, lesson
from core.preference.parcel import Request, Result, trained, weights_digest
from core.preference.settings import TrainingSettings, load_settings
from core.preference.trainer import TrainedAdapter, Trainer
from core.preference.training_messages import Lesson
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.settings import Settings
from core.tasks import CancelToken, Pause, Progress

LEAST_LEARNING = 8
_NO_RULES = "The writing model found no rules of style in your mail; choose another one and learn again."
SPENT = "learn/spent/"  # with a way of making examples: what all of them have cost
LOSSES = "learn/losses/"  # with an adapter's id: the loss of every step of its training
CHECKS = "learn/checks/"  # and those on the validation part, each with its step


@dataclass(frozen=True)
class Limits:
    """At most so many exchanges of the learning part, the most informative, and so many of the gate's, the
    newest; None for all there are."""

    examples: int | None = None
    gate: int | None = None


@dataclass(frozen=True)
class Tools:
    """What learning works with. `agent_model` makes M_A of an adapter's GGUF bytes and the name of the
    base it is served on; `base` is the small model's folder for training, `shipped` its GGUF, and
    `dequantised` where its weights as trained on go if the settings serve those. `large_base`: the large
    model to train, None for one that is not on this machine. `thinking`: the agent thinks before its rules;
    `pause`: whether learning is to wait."""

    large: ChatModel
    agent_model: Callable[[bytes, str], ChatModel]
    base: Path
    shipped: Path
    dequantised: Path
    settings: TrainingSettings
    large_base: LargeBase | None = None
    max_tokens: int = 400
    threads: int | None = None
    thinking: bool = False
    pause: Pause = field(default_factory=Pause)

    @property
    def kind(self) -> AdapterKind:
        """Of the agent that goes into use."""
        return AdapterKind.THINKING if self.thinking else AdapterKind.AGENT


def tools(models: ModelChoice, settings: Settings, pause: Pause) -> Tools:
    """As the user has chosen them. Raises ModelError, InputError for a model that is not there."""
    large, file = models.large(), models.large_file
    return Tools(
        large=large,
        agent_model=models.agent,
        base=models.small_base(),
        shipped=models.shipped,
        dequantised=models.dequantised,
        settings=load_settings(),
        large_base=LargeBase(file, large.name, models.unpacked, models.large_ids) if file else None,
        max_tokens=settings.drafting.max_tokens,
        threads=settings.limits.threads or None,
        thinking=settings.small.thinking,
        pause=pause,
    )


@dataclass(frozen=True)
class Material:
    """What one adapter learns: `examples` are those of the learning part that hold rules."""

    kind: AdapterKind
    examples: tuple[Example, ...]
    lessons: tuple[Lesson, ...]
    checks: tuple[Lesson, ...]


class Training:
    """On one profile. All methods go on where an interrupted call stopped; they raise LearningError with too
    little mail, Cancelled, ModelError, ChildDied."""

    def __init__(self, database: Database, tools: Tools, limits: Limits) -> None:
        self._database, self._tools, self._limits = database, tools, limits
        self._exchanges = ExchangeRepository(database)
        self._adapters = AdapterRepository(database)
        self._jobs = JobRepository(database)

    def material(self, kind: AdapterKind, progress: Progress, cancel: CancelToken) -> Material:
        """The exchanges are the same for every kind; only what is to be learned of each differs."""
        require_training()  # now, not after hours of making examples
        learning = most_informative(self._exchanges.all("learning"), self._limits.examples)
        if len(learning) < LEAST_LEARNING:
            raise LearningError(
                "There is too little sent mail to learn from; sync or import more of it, then learn again."
            )
        way = examples_of(kind)
        validation, pause, meter = self._checks(), self._tools.pause, Meter()
        large = Metered(self._tools.large, meter)
        maker = ExampleMaker(large, ExampleRepository(self._database, way), WAYS.get(way))
        try:
            examples = maker.build(learning, progress, cancel, _stage("Making examples", kind), pause)
            if not examples:
                raise LearningError(_NO_RULES)
            stage = _stage("Making examples to check by", kind)
            checks = maker.build(validation, progress, cancel, stage, pause)
        finally:
            spent = making_cost(self._database, kind).and_also(meter.take())
            self._jobs.set(f"{SPENT}{way}", spent)
        sources = {one.id: one for one in (*learning, *validation)}

        def taught(example: Example, weighed: bool) -> Lesson:
            source = sources[example.exchange]
            return lesson(example, source.weight if weighed else 1.0, kind, source.sent)

        return Material(
            kind,
            examples,
            tuple(taught(one, weighed=True) for one in examples),
            tuple(taught(one, weighed=False) for one in checks),
        )

    def train(self, material: Material, progress: Progress, cancel: CancelToken) -> TrainedAdapter:
        settings = self._tools.settings
        stage = _stage("training", material.kind)
        trainer = self._trainer(material.kind)
        try:
            if large := self._large_base(material.kind):
                progress.update("Unpacking the writing model", 0, 0)
                turns = [prompts.zero_shot(one.context) for one in material.examples]
                large.unpack(trainer, settings, turns, cancel)
            trained = trainer.teach(
                material.lessons, settings, material.checks, progress, cancel, stage=stage
            )
            if large:
                large.clear()
            else:
                self._prepare_served(trainer)
        finally:
            trainer.close()
        return trained

    def request(self, material: Material) -> Request:
        """The training of the small model, to be done elsewhere."""
        settings, base = self._tools.settings, self._tools.base
        run = self._trainer(material.kind).run_of(material.lessons, settings, material.checks)
        return Request(run, base.name, weights_digest(base), settings, material.lessons, material.checks)

    def taken_in(self, result: Result, material: Material) -> TrainedAdapter:
        """What came back of a request. Raises InputError where `material` would not make the same again."""
        found = trained(result, self.request(material))
        trainer = self._trainer(material.kind)
        try:
            self._prepare_served(trainer)
        finally:
            trainer.close()
        return found

    def _prepare_served(self, trainer: Trainer) -> None:
        if self._serves_trained:
            trainer.dequantise(self._tools.settings, self._tools.shipped, self._tools.dequantised)

    def stored(self, trained: TrainedAdapter, kind: AdapterKind) -> AdapterId:
        """The adapter's row; the same one when an interrupted call comes here again."""
        if known := self._known(trained.run):
            return known.id
        large = self._large_base(kind)
        record = trained.record(large.name if large else self.base_served, self._tools.large.family, kind)
        made = self._adapters.add(record, trained.gguf, trained.peft)
        self._jobs.set(_key(trained.run), made)
        self._jobs.set(f"{LOSSES}{made}", list(trained.losses))
        self._jobs.set(f"{CHECKS}{made}", list(trained.checks))
        return made

    def forget(self, trained: TrainedAdapter) -> None:
        """Drops the checkpoint of a run whose adapter is stored and needs no more of it."""
        self._trainer(self._tools.kind).forget(trained.run)

    def rivals(
        self, kinds: Sequence[AdapterKind], progress: Progress, cancel: CancelToken
    ) -> tuple[dict[AdapterKind, Adapter], dict[str, str]]:
        """A `rival` of each kind; and, by its arm, why one of the large model is not among them where that
        does not fit or cannot be trained."""
        found: dict[AdapterKind, Adapter] = {}
        left_out: dict[str, str] = {}
        for kind in kinds:
            try:
                found[kind] = self.rival(kind, progress, cancel)
            except (LearningError, ModelError) as error:
                if kind is not AdapterKind.NAIVE_LARGE:
                    raise
                left_out[kind] = str(error)
        return found, left_out

    def rival(self, kind: AdapterKind, progress: Progress, cancel: CancelToken) -> Adapter:
        """An adapter for an arm: the one that was trained of the same before, or a new one in place of
        those of its kind that nothing else needs. Raises LearningError and ModelError too for a model that
        does not fit or cannot be trained."""
        trainer = self._trainer(kind)
        material = self.material(kind, progress, cancel)
        run = trainer.run_of(material.lessons, self._tools.settings, material.checks)
        if known := self._known(run):
            return known
        trained = self.train(material, progress, cancel)
        made = self.stored(trained, kind)
        self.forget(trained)
        for one in self._adapters.all(kind):
            # One that the gate has judged was an agent in its own right, to roll back to.
            if one.id != made and not one.live and not one.scores:
                self._adapters.remove(one.id)
        found = self._adapters.get(made)
        if found is None:
            raise AssertionError("what was just stored is there")
        return found

    def _trainer(self, kind: AdapterKind) -> Trainer:
        """One for each run: closed, it starts no other. Raises ModelError for a model that is elsewhere."""
        large = self._large_base(kind)
        return Trainer(
            large.unpacked if large else self._tools.base,
            CheckpointRepository(self._database),
            self._jobs,
            self._tools.threads,
            self._tools.pause,
            large.digest if large else "",
        )

    def _large_base(self, kind: AdapterKind) -> LargeBase | None:
        """None for a kind that the small model learns. Raises ModelError for a model that is elsewhere."""
        if kind is not AdapterKind.NAIVE_LARGE:
            return None
        if self._tools.large_base is None:
            raise ModelError(messages.learning.SERVICE_CANNOT_BE_TRAINED)
        return self._tools.large_base

    @property
    def base_served(self) -> str:
        return self._tools.dequantised.stem if self._serves_trained else self._tools.base.name

    @property
    def _serves_trained(self) -> bool:
        settings = self._tools.settings
        return settings.serve == "trained" and settings.quantization != "none"

    def _checks(self) -> Sequence[Exchange]:
        limit = self._limits.examples
        return most_informative(
            self._exchanges.all("validation"), None if limit is None else max(1, limit // 10)
        )

    def _known(self, run: str) -> Adapter | None:
        known = self._jobs.get(_key(run), int)
        return None if known is None else self._adapters.get(AdapterId(known))


def _stage(name: str, kind: AdapterKind) -> str:
    return name if kind is AdapterKind.AGENT else f"{name} ({kind})"


def making_cost(database: Database, kind: AdapterKind) -> Spent:
    """What making the examples that this kind learns from has cost, but for what a kill cut off."""
    return JobRepository(database).get(f"{SPENT}{examples_of(kind)}", Spent) or Spent()


def _key(run: str) -> str:
    return f"learn/{run}"
