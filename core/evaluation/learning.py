"""Learning from start to verdict: the split, the examples, the training run, the rule book, the gate.
Each part keeps what it has done in the store, so that the same call goes on after any kill."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core import messages
from core.domain import AdapterId, Exchange
from core.drafting.book import Rules
from core.evaluation import gate
from core.evaluation.judging import Contest, Judge
from core.evaluation.training import CHECKS, LOSSES, Limits, Tools, Training
from core.models.metered import Meter, Metered
from core.preference.agent import PreferenceAgent
from core.preference.parcel import Request, Result
from core.preference.split import split_exchanges
from core.preference.trainer import Course, TrainedAdapter, Trainer
from core.store.adapters import AdapterRepository
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, Part
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

_SAID = "learn/said/"  # with an adapter's id: the sentences that came of it
LEAST_DIFFERENCE = 0.05  # of style_match, below which guided drafts hardly differ from plain ones


@dataclass(frozen=True)
class Control:
    """What the controls need beside the arms: another person's adapter, where there is one."""

    wrong_adapter: bytes | None = None


@dataclass(frozen=True)
class Learned:
    """What came of it; `sentences` say it to the user."""

    examples: int
    train_seconds: float
    peak_rss_mb: float
    quantization: str
    gate: gate.Gate
    adapter: AdapterId
    live: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How far learning has come: the exchanges there are, the examples made of them, and of the run that
    was begun and has not ended, or else of the last one, the loss of every step; `said`: what the last one
    that ended told the user; `checks`: the losses of the same run on the validation part, each with its
    step."""

    exchanges: int
    examples: int
    begun: bool
    losses: tuple[float, ...]
    said: tuple[str, ...]
    checks: tuple[tuple[int, float], ...] = ()


def standing(database: Database, base: Path) -> Standing:
    """Reads the store; starts nothing."""
    jobs = JobRepository(database)
    begun = Trainer(base, CheckpointRepository(database), jobs).begun()
    newest = next(reversed(AdapterRepository(database).all()), None)
    last = jobs.get(f"{LOSSES}{newest.id}", list[float]) if newest else None
    checks = jobs.get(f"{CHECKS}{newest.id}", list[tuple[int, float]]) if newest else None
    course = begun or Course(tuple(last or ()), tuple(checks or ()))
    said = jobs.get(f"{_SAID}{newest.id}", list[str]) if newest else None
    return Standing(
        exchanges=ExchangeRepository(database).count(),
        examples=len(ExampleRepository(database).all()),
        begun=begun is not None,
        losses=course.losses,
        said=tuple(said or ()),
        checks=course.checks,
    )


class Learner:
    """Made for one call of `run`. `others`: real replies of other people, for floor and authorship."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        tools: Tools,
        others: Sequence[Exchange],
        limits: Limits | None = None,
    ) -> None:
        self._exchanges = ExchangeRepository(database)
        self._adapters = AdapterRepository(database)
        self._jobs = JobRepository(database)
        self._rules, self._tools, self._others = rules, tools, others
        self._limits = limits or Limits()
        self.training = Training(database, tools, self._limits)

    def run(self, progress: Progress, cancel: CancelToken, control: Control | None = None) -> Learned:
        """Raises LearningError with too little mail, Cancelled, ModelError, ChildDied."""
        return self._judged(*self.train(progress, cancel), progress, cancel, control)

    def export(self, progress: Progress, cancel: CancelToken) -> Request:
        """All that comes before the training, and the training as a request to be done elsewhere. Raises as
        `run`."""
        self._split()
        material = self.training.material(self._tools.kind, progress, cancel)
        self._rules.learn(material.examples)
        return self.training.request(material)

    def take_in(self, result: Result, progress: Progress, cancel: CancelToken) -> Learned:
        """As `run`, with what came back of the training. Raises InputError too where mail, settings or base
        are others than those of the export."""
        material = self.training.material(self._tools.kind, progress, cancel)
        trained = self.training.taken_in(result, material)
        return self._judged(trained, len(material.examples), progress, cancel, None)

    def _judged(
        self,
        trained: TrainedAdapter,
        count: int,
        progress: Progress,
        cancel: CancelToken,
        control: Control | None,
    ) -> Learned:
        adapter = self.training.stored(trained, self._tools.kind)
        judge = Judge(f"adapter {adapter}", self._contest(trained.gguf, control), self._jobs)
        parts = (self._newest("gate", self._limits.gate), self._exchanges.all("validation"))
        result = judge.run(*parts, progress, cancel, self._limits.gate)
        learned = self._decided(result, trained, adapter, count)
        # Last: until here, an interrupted call finds all it has done.
        judge.forget()
        self.training.forget(trained)
        return learned

    def adapter(self, progress: Progress, cancel: CancelToken) -> AdapterId:
        """A trained agent that no gate has judged, and that does not go into use."""
        trained, _ = self.train(progress, cancel)
        adapter = self.training.stored(trained, self._tools.kind)
        self.training.forget(trained)
        return adapter

    def train(self, progress: Progress, cancel: CancelToken) -> tuple[TrainedAdapter, int]:
        """The examples, the rules of the book made of them, and the run; with the number of examples."""
        self._split()
        material = self.training.material(self._tools.kind, progress, cancel)
        self._rules.learn(material.examples)
        return self.training.train(material, progress, cancel), len(material.examples)

    def _split(self) -> None:
        parts = split_exchanges(self._exchanges.all(), self._exchanges.drafted())
        self._exchanges.set_splits(tuple(parts.items()))

    def _newest(self, part: Part, limit: int | None) -> tuple[Exchange, ...]:
        found = self._exchanges.all(part)
        return found if limit is None else found[-limit:]

    def _contest(self, adapter: bytes, control: Control | None) -> Contest:
        wrong = control.wrong_adapter if control else None
        meter = Meter()

        def agent(adapter: bytes) -> PreferenceAgent:
            model = self._tools.agent_model(adapter, self.training.base_served)
            return PreferenceAgent(Metered(model, meter), self._tools.thinking)

        return Contest(
            large=Metered(self._tools.large, meter),
            agent=agent(adapter),
            book=self._rules,
            learning=self._exchanges.all("learning"),
            others=self._others,
            max_tokens=self._tools.max_tokens,
            wrong=agent(wrong) if wrong else None,
            controls=control is not None,
            meter=meter,
        )

    def _decided(self, result: gate.Gate, trained: TrainedAdapter, adapter: AdapterId, count: int) -> Learned:
        in_use = self._adapters.live()
        best = in_use.scores.get("likeness") if in_use and in_use.id != adapter else None
        live = gate.goes_live(result, best)
        scores = {name: value for name, value in vars(result.arms["guided"]).items() if value is not None}
        self._adapters.set_scores(adapter, scores)
        if live:
            self._adapters.make_live(adapter)
        sentences = (*trained.told, *_sentences(result, live))
        self._jobs.set(f"{_SAID}{adapter}", list(sentences))
        return Learned(
            examples=count,
            train_seconds=trained.seconds,
            peak_rss_mb=trained.peak_mb,
            quantization=trained.quantization,
            gate=result,
            adapter=adapter,
            live=live,
            sentences=sentences,
        )


def _sentences(result: gate.Gate, live: bool) -> tuple[str, ...]:
    low = result.advantage.low if result.advantage else None
    said = [messages.learning.verdict(live, result.count, result.enough, low)]
    if result.advantage and result.advantage.estimate < LEAST_DIFFERENCE:
        said.append(messages.learning.hardly_differs())
    if result.disobeyed:
        said.append(messages.learning.not_obeyed(list(result.disobeyed)))
    return tuple(said)
