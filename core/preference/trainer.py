"""The parent's side of a training run: owns it from the examples to the adapter. The child it drives
computes; every checkpoint is a row of the encrypted store, so the run goes on after any kill."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core.domain import Adapter, AdapterId, AdapterKind, Example
from core.engine.installed import require_training
from core.engine.supervisor import Child
from core.errors import ChildDied, LearningError
from core.models import prompts
from core.preference import training_messages as m
from core.preference.lessons import lesson, segments
from core.preference.settings import TrainingSettings, from_toml, to_toml
from core.store.checkpoints import CheckpointRepository
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Pause, Progress

_LOOK = 0.1  # seconds between looks at whether there is a reason to wait
_DEATHS = 3  # of the child, one after another without a single step in between

OnStep = Callable[[int, int, float], None]  # (step, steps in all, loss)


@dataclass(frozen=True)
class TrainedAdapter:
    """`losses` holds one loss for each step done, in order; `checks` those on the validation part, each
    with the step after which it was found; `seconds` counts all attempts of the run. `run` names it to
    `Trainer.forget`; `told`: what the user should know of how it went."""

    run: str
    gguf: bytes
    peft: bytes
    settings: str
    loss: float
    losses: tuple[float, ...]
    examples: int
    seconds: float
    peak_mb: float
    told: tuple[str, ...] = ()
    checks: tuple[tuple[int, float], ...] = ()

    @property
    def quantization(self) -> str:
        """As the base was really held."""
        return from_toml(self.settings).quantization

    def record(self, base: str, family: str, kind: AdapterKind = AdapterKind.AGENT) -> Adapter:
        """As the store keeps it, not live yet. `family`: of the model that wrote the rules."""
        return Adapter(
            id=AdapterId(0),
            created=datetime.now(UTC),
            base=base,
            live=False,
            settings=self.settings,
            examples=self.examples,
            final_loss=self.loss,
            family=family,
            kind=kind,
            seconds=self.seconds,
        )


class Trainer:
    """One training child. `base` is the folder (safetensors) of the model to train: the small one, or the
    large one unpacked. Not for two runs at once."""

    def __init__(
        self,
        base: Path,
        checkpoints: CheckpointRepository,
        jobs: JobRepository,
        threads: int | None = None,
        pause: Pause | None = None,
        weights: str = "",
    ) -> None:
        """`pause`: while it has a reason, no further step begins. `weights` stands for those of `base` in the
        names of runs, where the sizes of its files may not serve."""
        self._base, self._weights = base, weights
        self._pause = pause or Pause()
        self._checkpoints = checkpoints
        self._jobs = jobs
        self._threads = threads or 0
        # It ends soon after a run: 700 MB of libraries are of no use to anything else.
        self._child: Child[m.TrainerReply] = Child("trainer", m.TrainerReply, idle_seconds=5)

    @property
    def pid(self) -> int | None:
        """The child now running, if any."""
        return self._child.pid

    def train(
        self,
        examples: Sequence[Example],
        settings: TrainingSettings,
        validation: Sequence[Example] = (),
        weights: Sequence[float] = (),
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        on_step: OnStep | None = None,
    ) -> TrainedAdapter:
        """Trains on `examples` (`weights`: how much each counts, 1 for all by default) and chooses
        by `validation`. The same arguments again go on from the last checkpoint; call `forget`
        once the adapter is stored.

        Raises Cancelled, LearningError, ChildDied."""
        if not examples:
            raise LearningError("There is nothing to learn from yet; sync or import sent mail first.")
        shares = list(weights) or [1.0] * len(examples)
        lessons = [lesson(one, share) for one, share in zip(examples, shares, strict=True)]
        checks = [lesson(one, 1.0) for one in validation]
        return self.teach(lessons, settings, checks, progress, cancel, on_step)

    def teach(
        self,
        lessons: Sequence[m.Lesson],
        settings: TrainingSettings,
        validation: Sequence[m.Lesson] = (),
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        on_step: OnStep | None = None,
        stage: str = "training",
    ) -> TrainedAdapter:
        """As `train`, on lessons of any kind; `stage` is what `progress` hears of it."""
        require_training()
        told = _Told(progress or Progress(), stage, on_step)
        run = _Run(self, settings, tuple(lessons), tuple(validation), told)
        with self._pausing(told):
            return self._through(run, cancel)

    def _through(self, run: "_Run", cancel: CancelToken | None) -> TrainedAdapter:
        """As many attempts as it takes."""
        deaths = 0
        while True:
            before = run.reached
            try:
                return run.attempt(self._child, cancel)
            except ChildDied:
                deaths = 0 if run.reached > before else deaths + 1
                if deaths > 1:  # the system ends whoever takes too much memory, and does not say so
                    run.ease()
                if deaths >= _DEATHS or (cancel is not None and cancel.cancelled):
                    raise

    @contextmanager
    def _pausing(self, told: "_Told") -> Iterator[None]:
        """Passes on to the child, as long as the block runs, whether it may go on. A child that was started
        anew has heard nothing yet."""
        over, said = threading.Event(), (False, self.pid)

        def watch() -> None:
            nonlocal said
            while not over.wait(_LOOK):
                reason = self._pause.reason
                now = (bool(reason), self.pid)
                if now == said:
                    continue
                if reason and not said[0]:
                    told.waiting(reason)
                self._child.send(m.Hold() if reason else m.GoOn())
                said = now

        watcher = threading.Thread(target=watch, name="pause", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self._child.send(m.GoOn())

    def run_of(
        self, lessons: Sequence[m.Lesson], settings: TrainingSettings, validation: Sequence[m.Lesson] = ()
    ) -> str:
        """The name of the run that `teach` would make of the same, whether or not it was made before."""
        return _name(self._weights or _weights(self._base), settings, lessons, validation)

    def encode(self, prompt: prompts.Prompt) -> list[int]:
        """Token ids of a user turn as training sees them, to compare with the llama child's."""
        request = m.Encode(str(self._base), segments(prompt))
        for reply in self._child.stream(request, final=(m.Encoded,)):
            if isinstance(reply, m.Encoded):
                return list(reply.ids)
        raise AssertionError("the stream ends with its final reply")

    def answers(
        self, turns: Sequence[prompts.Prompt], trained: TrainedAdapter, max_tokens: int = 300
    ) -> list[str]:
        """Greedy answers of the base as it was trained on: quantised, under the new adapter. The
        served model, on the base as shipped, should say the same (`core.preference.checks`)."""
        request = m.Answer(
            str(self._base),
            from_toml(trained.settings),
            trained.peft,
            tuple(segments(one) for one in turns),
            max_tokens,
            self._threads,
        )
        for reply in self._child.stream(request, final=(m.Answered,)):
            if isinstance(reply, m.Answered):
                return list(reply.texts)
        raise AssertionError("the stream ends with its final reply")

    def dequantise(self, settings: TrainingSettings, shipped: Path, target: Path) -> None:
        """Writes the base as `settings` quantise it into a GGUF like `shipped`, to serve an adapter on the
        very weights it was trained on. Raises LearningError, ChildDied."""
        request = m.Dequantise(str(self._base), settings, str(shipped), str(target))
        for _ in self._child.stream(request, final=(m.Dequantised,)):
            pass

    def unpack(self, source: Path, settings: TrainingSettings, cancel: CancelToken | None = None) -> None:
        """Makes the folder of the base of a GGUF. Raises ModelError for one that cannot be trained,
        LearningError for one that does not fit, Cancelled, ChildDied."""
        request = m.Unpack(str(source), str(self._base), settings)
        for _ in self._child.stream(request, final=(m.Unpacked,), cancel=cancel):
            pass

    def begun(self) -> "Course | None":
        """Up to its last checkpoint, a run that was begun and has not ended; None where there is none."""
        records = (self._jobs.get(key, _Record) for key in self._jobs.keys(_key("")))
        return next((Course(tuple(one.losses), tuple(one.checks)) for one in records if one), None)

    def forget(self, run: str) -> None:
        """Drops the checkpoint and record of a run whose adapter is stored."""
        self._checkpoints.clear(run)
        self._jobs.clear(_key(run))

    def close(self) -> None:
        self._child.close()


@dataclass(frozen=True)
class Course:
    """How a run went: the loss of every step, and those on the validation part, each with its step."""

    losses: tuple[float, ...] = ()
    checks: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class _Record:
    """What a run remembers beside its checkpoint."""

    losses: list[float]
    seconds: float
    checks: list[tuple[int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class _Told:
    """Who hears how far a run is."""

    progress: Progress
    stage: str
    on_step: OnStep | None

    def prepared(self, ready: m.Prepared) -> None:
        self.progress.update(self.stage, ready.first, ready.total)

    def waiting(self, reason: str) -> None:
        self.progress.update(reason, 0, 0)

    def stepped(self, done: m.StepDone) -> None:
        self.progress.update(self.stage, done.step, done.total, f"loss {done.loss:.2f}", done.loss)
        if self.on_step:
            self.on_step(done.step, done.total, done.loss)

    def checked(self, step: int, total: int, loss: float) -> None:
        self.progress.update(self.stage, step, total, checked=loss)


class _Run:
    """One run, over as many attempts as it takes."""

    def __init__(
        self,
        trainer: Trainer,
        settings: TrainingSettings,
        lessons: tuple[m.Lesson, ...],
        validation: tuple[m.Lesson, ...],
        told: _Told,
    ) -> None:
        self._base, self._threads = trainer._base, trainer._threads
        self._checkpoints, self._jobs = trainer._checkpoints, trainer._jobs
        self._settings, self._lessons, self._validation = settings, lessons, validation
        self._told = told
        self.name = trainer.run_of(lessons, settings, validation)
        self.reached = 0  # the furthest step told of in this process
        self._at_once = 0
        self._said: dict[str, None] = {}
        self._losses: list[float] = []
        self._checks: list[tuple[int, float]] = []
        self._total = 0
        self._before = 0.0
        self._started = time.monotonic()

    def attempt(self, child: "Child[m.TrainerReply]", cancel: CancelToken | None) -> TrainedAdapter:
        """From the last checkpoint to the end. Raises ChildDied when the child did not get there."""
        request = self._request()
        for reply in child.stream(request, final=(m.Trained,), cancel=cancel, repeats=0):
            match reply:
                case m.Prepared():
                    self._settings = reply.settings
                    self._said |= dict.fromkeys(reply.told)
                    self._told.prepared(reply)
                case m.Eased():
                    self._said |= dict.fromkeys((reply.told,))
                case m.StepDone():
                    self._stepped(reply)
                case m.Validated():
                    self._checks.append((reply.step, reply.loss))
                    self._told.checked(reply.step, self._total, reply.loss)
                case m.Checkpointed():
                    self._keep(reply)
                case m.Trained():
                    return self._finished(reply)
        raise AssertionError("the stream ends with its final reply")

    def _request(self) -> m.Train:
        checkpoint = self._checkpoints.latest(self.name)
        record = self._jobs.get(_key(self.name), _Record) or _Record([], 0.0)
        # The record is written first: what it knows beyond the checkpoint will be done again.
        self._losses = record.losses[: checkpoint.step] if checkpoint else []
        self._checks = [one for one in record.checks if one[0] <= len(self._losses)]
        self._before, self._started = record.seconds, time.monotonic()
        return m.Train(
            base=str(self._base),
            settings=self._settings,
            lessons=self._lessons,
            validation=self._validation,
            checkpoint=checkpoint.state if checkpoint else b"",
            threads=self._threads,
            at_once=self._at_once,
        )

    def ease(self) -> None:
        """The next attempt works on half as many lessons at once."""
        self._at_once = max(1, (self._at_once or self._settings.batch) // 2)

    def _stepped(self, done: m.StepDone) -> None:
        self._losses.append(done.loss)
        self._total = done.total
        self.reached = max(self.reached, done.step)
        self._told.stepped(done)

    def _keep(self, checkpoint: m.Checkpointed) -> None:
        self._jobs.set(_key(self.name), _Record(self._losses, self._seconds(), self._checks))
        self._checkpoints.put(self.name, checkpoint.step, checkpoint.state)

    def _seconds(self) -> float:
        return self._before + time.monotonic() - self._started

    def _finished(self, trained: m.Trained) -> TrainedAdapter:
        return TrainedAdapter(
            run=self.name,
            gguf=trained.gguf,
            peft=trained.peft,
            settings=to_toml(self._settings),
            loss=trained.loss,
            losses=tuple(self._losses),
            examples=len(self._lessons),
            seconds=self._seconds(),
            peak_mb=trained.peak_mb,
            told=tuple(self._said),
            checks=tuple(self._checks),
        )


def _weights(base: Path) -> str:
    return json.dumps(sorted((file.name, file.stat().st_size) for file in base.glob("*.safetensors")))


def _name(
    weights: str, settings: TrainingSettings, lessons: Sequence[m.Lesson], validation: Sequence[m.Lesson]
) -> str:
    """The same for the same work, so that it is found again; another for any change."""
    digest = hashlib.sha256(to_toml(settings).encode())
    digest.update(weights.encode())
    digest.update(msgspec.msgpack.encode([list(lessons), list(validation)]))
    return digest.hexdigest()[:32]


def _key(run: str) -> str:
    return f"training/{run}"
