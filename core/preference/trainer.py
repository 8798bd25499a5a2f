"""The parent's side of a training run: owns it from the examples to the adapter. The child it drives
computes; every checkpoint is a row of the encrypted store, so the run goes on after any kill."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core.domain import Adapter, AdapterId, Example
from core.engine.messages import Segment
from core.engine.supervisor import Child
from core.errors import ChildDied, LearningError
from core.models import prompts
from core.models.prompts import Frame
from core.preference import training_messages as m
from core.preference.settings import TrainingSettings, from_toml, to_toml
from core.store.checkpoints import CheckpointRepository
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress
from core.traits import Names, in_plain_words

_DEATHS = 3  # of the child, one after another without a single step in between

OnStep = Callable[[int, int, float], None]  # (step, steps in all, loss)


@dataclass(frozen=True)
class TrainedAdapter:
    """`losses` holds one loss for each step done, in order; `seconds` counts all attempts of the
    run. `run` names it to `Trainer.forget`."""

    run: str
    gguf: bytes
    peft: bytes
    settings: str
    loss: float
    losses: tuple[float, ...]
    examples: int
    seconds: float
    peak_mb: float

    def record(self, base: str, family: str) -> Adapter:
        """As the store keeps it, not live yet. `family`: of the model that wrote the rules."""
        made = datetime.now(UTC)
        return Adapter(
            AdapterId(0), made, base, False, self.settings, self.examples, self.loss, family=family
        )


class Trainer:
    """One training child. `base` is the small model's folder (safetensors). Not for two runs at once."""

    def __init__(
        self,
        base: Path,
        checkpoints: CheckpointRepository,
        jobs: JobRepository,
        threads: int | None = None,
    ) -> None:
        self._base = base
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
        lessons = tuple(lesson(one, share) for one, share in zip(examples, shares, strict=True))
        checks = tuple(lesson(one, 1.0) for one in validation)
        run = _Run(self, settings, lessons, checks, progress or Progress(), on_step)
        deaths = 0
        while True:
            before = run.reached
            try:
                return run.attempt(self._child, cancel)
            except ChildDied:
                deaths = 0 if run.reached > before else deaths + 1
                if deaths >= _DEATHS or (cancel is not None and cancel.cancelled):
                    raise

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

    def begun(self) -> tuple[float, ...]:
        """The losses up to the last checkpoint of a run that was begun and has not ended; empty for none."""
        records = (self._jobs.get(key, _Record) for key in self._jobs.keys(_key("")))
        return next((tuple(one.losses) for one in records if one), ())

    def forget(self, run: str) -> None:
        """Drops the checkpoint and record of a run whose adapter is stored."""
        self._checkpoints.clear(run)
        self._jobs.clear(_key(run))

    def close(self) -> None:
        self._child.close()


@dataclass(frozen=True)
class _Record:
    """What a run remembers beside its checkpoint."""

    losses: list[float]
    seconds: float


class _Run:
    """One run, over as many attempts as it takes."""

    def __init__(
        self,
        trainer: Trainer,
        settings: TrainingSettings,
        lessons: tuple[m.Lesson, ...],
        validation: tuple[m.Lesson, ...],
        progress: Progress,
        on_step: OnStep | None,
    ) -> None:
        self._base, self._threads = trainer._base, trainer._threads
        self._checkpoints, self._jobs = trainer._checkpoints, trainer._jobs
        self._settings, self._lessons, self._validation = settings, lessons, validation
        self._progress, self._on_step = progress, on_step
        self.name = _name(self._base, settings, lessons, validation)
        self.reached = 0  # the furthest step told of in this process
        self._losses: list[float] = []
        self._before = 0.0
        self._started = time.monotonic()

    def attempt(self, child: "Child[m.TrainerReply]", cancel: CancelToken | None) -> TrainedAdapter:
        """From the last checkpoint to the end. Raises ChildDied when the child did not get there."""
        request = self._request()
        for reply in child.stream(request, final=(m.Trained,), cancel=cancel, repeats=0):
            match reply:
                case m.Prepared():
                    self._progress.update("training", reply.first, reply.total)
                case m.StepDone():
                    self._stepped(reply)
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
        self._before, self._started = record.seconds, time.monotonic()
        return m.Train(
            base=str(self._base),
            settings=self._settings,
            lessons=self._lessons,
            validation=self._validation,
            checkpoint=checkpoint.state if checkpoint else b"",
            threads=self._threads,
        )

    def _stepped(self, done: m.StepDone) -> None:
        self._losses.append(done.loss)
        self.reached = max(self.reached, done.step)
        self._progress.update("training", done.step, done.total, f"loss {done.loss:.2f}", done.loss)
        if self._on_step:
            self._on_step(done.step, done.total, done.loss)

    def _keep(self, checkpoint: m.Checkpointed) -> None:
        self._jobs.set(_key(self.name), _Record(self._losses, self._seconds()))
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
        )


def segments(prompt: prompts.Prompt) -> tuple[Segment, ...]:
    return tuple(Segment(part.text, isinstance(part, Frame)) for part in prompt.parts)


def answer(example: Example) -> str:
    """What the agent is to write for an example. Each rule in plain words: a small model is to learn
    which rules a mail calls for, not which of many wordings the large one chose this time."""
    names = Names.of(example.context.incoming)
    return "\n".join(str(in_plain_words(line, names)) for line in example.rules)


def lesson(example: Example, weight: float) -> m.Lesson:
    """An example as the training child takes it: prompt, answer, and how much it counts."""
    return m.Lesson(segments(prompts.agent(example.context)), answer(example), weight)


def _name(
    base: Path, settings: TrainingSettings, lessons: Sequence[m.Lesson], validation: Sequence[m.Lesson]
) -> str:
    """The same for the same work, so that it is found again; another for any change."""
    digest = hashlib.sha256(to_toml(settings).encode())
    weights = sorted((file.name, file.stat().st_size) for file in base.glob("*.safetensors"))
    digest.update(json.dumps(weights).encode())
    digest.update(msgspec.msgpack.encode([list(lessons), list(validation)]))
    return digest.hexdigest()[:32]


def _key(run: str) -> str:
    return f"training/{run}"
