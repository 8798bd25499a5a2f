"""Several answers at once, where that helps. What a step of a large model costs is mostly reading its
weights, so that tokens for several answers come for less than as many steps; `try_paces`
finds out for how many. A seat that falls free goes to the next job. A tiny model gains nothing by that:
what each answer has to look back at weighs as much as the weights. Its answers are written side by side, a
core each.

Each answer has a sequence of its own in a context made for the purpose and freed after it.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import llama_cpp

from core.engine.llama_context import Logits, Sequences
from core.engine.llama_native import BATCH, Model
from core.engine.sampler import Sampler

_llama: Any = llama_cpp

_TRIED = (1, 2, 4, 8)  # answers at once: each more costs memory for its context, and no more are asked for
_WORTH = 1.1  # times as fast as one at a time; less may be chance
_TRIAL = 64  # steps at most
_STEPS, _SECONDS = 3, 0.1  # each is tried for so many steps at least, and so long


@dataclass(frozen=True)
class Job:
    """`most`: tokens the answer may have."""

    tokens: Sequence[int]
    sampler: Sampler
    most: int


@dataclass(frozen=True)
class Answer:
    """`stopped` is 'end' or 'length'."""

    text: str
    new_tokens: int
    stopped: str


def try_paces(model: Model) -> dict[int, float]:
    """Tokens a second that this model writes on this machine, by how many answers at a time. Takes some
    twenty steps of it. Raises Cancelled, ModelError."""
    return {count: count / _step_seconds(model, count) for count in _TRIED}


def choose_seats(paces: Mapping[int, float], jobs: int) -> int:
    """With how many answers at a time that many are written fastest."""
    best = max((count for count in paces if count <= jobs), key=lambda count: paces[count])
    return best if paces[best] >= _WORTH * paces[1] else 1


def answer_all(
    model: Model, jobs: Sequence[Job], seats: int, on_answer: Callable[[int, Answer], None]
) -> None:
    """Answers every prompt, at most `seats` at a time in one batch; `on_answer` gets the number of each as it
    is done. Raises Cancelled, ModelError."""
    for job in jobs:
        model.check_length(len(job.tokens))
    waiting = deque(enumerate(jobs))
    with model.sequences(min(seats, len(jobs)), _longest(jobs)) as context:
        _answer_waiting(model, context, waiting, on_answer)


def answer_side_by_side(
    model: Model, jobs: Sequence[Job], cores: int, on_answer: Callable[[int, Answer], None]
) -> None:
    """The same, each core with a context of its own and one answer at a time in it: for models so small that
    several cores would wait for each other over a single token. The text is that of one at a time."""
    for job in jobs:
        model.check_length(len(job.tokens))
    waiting = deque(enumerate(jobs))
    done: SimpleQueue[tuple[int, Answer] | None] = SimpleQueue()  # None: no more from one of them

    def work() -> None:
        try:
            with model.sequences(1, _longest(jobs), alone=False) as context:
                _answer_waiting(model, context, waiting, lambda *answer: done.put(answer))
        except BaseException:
            waiting.clear()  # the others begin no further answer
            raise
        finally:
            done.put(None)

    with ThreadPoolExecutor(min(cores, len(jobs)), "answer") as pool:  # llama.cpp runs without the GIL
        workers = [pool.submit(work) for _ in range(min(cores, len(jobs)))]
        for _ in workers:
            while (answer := done.get()) is not None:
                on_answer(*answer)
    for worker in workers:
        worker.result()


def _answer_waiting(
    model: Model,
    context: Sequences,
    waiting: deque[tuple[int, Job]],
    on_answer: Callable[[int, Answer], None],
) -> None:
    """Takes jobs, which others may take too, as seats fall free, until there are none."""
    free, taken = deque(range(context.count)), list[_Seat]()
    with _batch() as batch:
        while True:
            with suppress(IndexError):
                while free:
                    taken.append(_Seat(free[0], *waiting.popleft()))
                    free.popleft()
            if not taken:
                return
            due = _fill(batch, taken)
            context.decode(batch)
            for place, seat in due:
                answer = _say(model, seat, context.logits(place))
                if answer is None:
                    continue
                on_answer(seat.number, answer)
                taken.remove(seat)
                context.forget(seat.sequence)
                free.append(seat.sequence)


def _longest(jobs: Sequence[Job]) -> int:
    return max(len(job.tokens) + job.most for job in jobs)


def _step_seconds(model: Model, count: int) -> float:
    """The shortest of several: the others waited for other programs."""
    taken: list[float] = []
    with model.sequences(count, _TRIAL) as context, _batch() as batch:
        batch.n_tokens = count
        for position in range(_TRIAL):
            for at in range(count):
                batch.token[at], batch.pos[at] = (at + position) % model.n_vocab, position
                batch.n_seq_id[at], batch.seq_id[at][0], batch.logits[at] = 1, at, True
            begun = time.perf_counter()
            context.decode(batch)
            context.logits(count - 1)
            taken.append(time.perf_counter() - begun)
            if len(taken) > _STEPS and sum(taken) > _SECONDS:
                break
    return min(taken[1:])  # the first warms up


class _Seat:
    """One sequence of the context and the job that now has it."""

    def __init__(self, sequence: int, number: int, job: Job) -> None:
        self.sequence, self.number, self.job = sequence, number, job
        self.unread = list(job.tokens)
        self.position = 0
        self.said: list[bytes] = []


def _say(model: Model, seat: _Seat, logits: Logits) -> Answer | None:
    """Chooses the next token; the answer where that ends it."""
    token = seat.job.sampler.pick(logits)
    most = min(seat.job.most, model.n_train - len(seat.job.tokens))
    if model.vocabulary.ends(token):
        return _answer(seat, "end")
    seat.said.append(model.vocabulary.piece(token))
    seat.unread = [token]
    return _answer(seat, "length") if len(seat.said) == most else None


def _answer(seat: _Seat, stopped: str) -> Answer:
    return Answer(b"".join(seat.said).decode("utf-8", "replace"), len(seat.said), stopped)


@contextmanager
def _batch() -> Iterator[Any]:
    batch = _llama.llama_batch_init(BATCH, 0, 1)
    try:
        yield batch
    finally:
        _llama.llama_batch_free(batch)


def _fill(batch: Any, seats: Sequence[_Seat]) -> list[tuple[int, _Seat]]:
    """Puts into the batch what each seat has not read yet, BATCH tokens in all. Answers under way come
    first: a long prompt is read in what room they leave. Returns the seats whose next token this step
    will tell, each with its place in the batch."""
    due, at = [], 0
    for seat in sorted(seats, key=lambda seat: len(seat.unread)):
        part = seat.unread[: BATCH - at]
        del seat.unread[: len(part)]
        for token in part:
            batch.token[at], batch.pos[at] = token, seat.position
            batch.n_seq_id[at], batch.seq_id[at][0] = 1, seat.sequence
            batch.logits[at] = False
            seat.position += 1
            at += 1
        if part and not seat.unread:
            batch.logits[at - 1] = True
            due.append((at - 1, seat))
    batch.n_tokens = at
    return due
