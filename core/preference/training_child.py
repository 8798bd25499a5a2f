"""The training child: one QLoRA run at a time, every loss told, every few steps a checkpoint sent."""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.engine.inbox import Inbox
from core.engine.memory import peak_rss_mb
from core.engine.pipe import Failed, Pipe
from core.errors import Known, LearningError
from core.preference import training_messages as m
from core.preference.encoding import Encoder

if TYPE_CHECKING:
    from core.preference.qlora import Qlora

_LOOK = 0.05  # seconds between looks at whether a held run may go on


def main(pipe: Pipe, idle: float | None) -> None:
    """Serves until `idle` seconds pass without a request."""
    cancel, held = threading.Event(), threading.Event()
    inbox: Inbox[m.TrainerRequest] = Inbox(
        pipe, m.TrainerRequest, cancel, {m.Hold: held.set, m.GoOn: held.clear}
    )
    while (request := inbox.next(idle)) is not None:
        try:
            if isinstance(request, m.Train):
                _train(pipe, request, cancel, held)
            elif isinstance(request, m.Encode):
                pipe.send(m.Encoded(tuple(Encoder(Path(request.base)).prompt(request.segments))))
            elif isinstance(request, m.Answer):
                _answer(pipe, request, cancel)
            elif isinstance(request, m.Dequantise):
                _dequantise(pipe, request)
            elif isinstance(request, m.Unpack):
                _unpack(pipe, request)
        except Known as error:
            pipe.send(Failed("learning", str(error)))


def _train(pipe: Pipe, request: m.Train, cancel: threading.Event, held: threading.Event) -> None:
    import torch

    from core.preference.qlora import MemoryShort, Qlora

    if request.threads:
        torch.set_num_threads(request.threads)
    settings = request.settings
    encoder = Encoder(Path(request.base))
    lessons = [encoder.lesson(one, settings.max_length) for one in request.lessons]
    validation = [encoder.lesson(one, settings.max_length) for one in request.validation]
    run = Qlora(Path(request.base), settings, lessons, validation, request.at_once)
    if request.checkpoint:
        run.restore(request.checkpoint)
    pipe.send(m.Prepared(run.step, run.total, run.settings, run.told))
    while not run.done:
        while held.is_set() and not cancel.is_set():
            time.sleep(_LOOK)
        if cancel.is_set():
            pipe.send(Failed("cancelled"))
            return
        try:
            loss = run.advance()
        except MemoryShort:
            pipe.send(m.Eased(run.ease()))
            continue
        pipe.send(m.StepDone(run.step, run.total, loss))
        _after_step(pipe, run, settings.checkpoint_every, settings.validate_every if validation else 0)
    gguf, peft = run.adapter()
    pipe.send(m.Trained(gguf, peft, run.loss, run.step, peak_rss_mb()))


def _answer(pipe: Pipe, request: m.Answer, cancel: threading.Event) -> None:
    import torch

    from core.preference.qlora import Qlora

    if request.threads:
        torch.set_num_threads(request.threads)
    encoder = Encoder(Path(request.base))
    run = Qlora(Path(request.base), request.settings, [], [])
    run.wear(request.peft)
    texts = []
    for segments in request.prompts:
        if cancel.is_set():
            pipe.send(Failed("cancelled"))
            return
        texts.append(encoder.text(run.greedy(encoder.prompt(segments), request.max_tokens, encoder.end)))
    pipe.send(m.Answered(tuple(texts)))


def _dequantise(pipe: Pipe, request: m.Dequantise) -> None:
    from core.preference.dequantised import write_dequantised

    try:
        write_dequantised(Path(request.base), request.settings, Path(request.shipped), Path(request.target))
    except OSError as error:
        raise LearningError(
            "There is no room on disk for the agent's base; free some and learn again."
        ) from error
    pipe.send(m.Dequantised())


def _unpack(pipe: Pipe, request: m.Unpack) -> None:
    from core.preference.unpacked import unpack

    try:
        unpack(Path(request.source), Path(request.target), request.settings)
    except OSError as error:
        raise LearningError(
            "There is no room on disk for the model's weights; free some and try again."
        ) from error
    pipe.send(m.Unpacked())


def _after_step(pipe: Pipe, run: "Qlora", checkpoint_every: int, validate_every: int) -> None:
    # Validation first: a checkpoint then holds its outcome, and nothing is judged twice.
    if validate_every and (run.step % validate_every == 0 or run.step == run.total):
        pipe.send(m.Validated(run.step, *run.validate()))
    if run.step % checkpoint_every == 0 or run.done:
        pipe.send(m.Checkpointed(run.step, run.state()))
