"""Starts a child process, speaks to it, and starts it again after a kill.

    child = Child("llama", LlamaReply, idle_seconds=300)
    for reply in child.stream(request, final=(Generated,), cancel=cancel): ...

One request runs at a time; its replies stream until one of the `final` kinds.
"""

import contextlib
import queue
import subprocess
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Generic, TypeVar, cast

import msgspec

from core.engine.launch import start
from core.engine.pipe import Cancel, Failed, Message, Pipe
from core.errors import Cancelled, ChildDied, Known, LearningError, ModelError
from core.tasks import CancelToken

_POLL = 0.02  # seconds between looks at the cancel token
_GRACE = 1.0  # seconds a cancelled child has to answer, then it is killed

_ILLEGAL = (-4, 0xC000001D)  # how a process ends of an illegal instruction: SIGILL, or Windows' status
UNFIT = (
    "This processor lacks instructions that Longhand's engine was built for (most likely AVX2), so no model"
    " can run here; let a service or a server of your own write: 'longhand models use cloud --url ...'."
)

Reply = TypeVar("Reply")


class Restarted(Message, frozen=True):
    """Made here, not by a child: it died and the request was sent again, so replies begin anew."""


class ChildHung(ChildDied):
    """It gave no sign for longer than allowed and was killed."""


class UnfitProcessor(ChildDied):
    """It was built for instructions that this processor does not have."""


class ChildDefectError(Exception):
    """A bug in a child: the type of its exception and where it happened, nothing more."""


class Child(Generic[Reply]):
    """A supervised child process of one role. Starts at the first request, and again by itself
    after it was killed or ended for being idle. Safe to share between threads."""

    def __init__(self, role: str, replies: Any, idle_seconds: float | None = None) -> None:
        """`replies` is the union of message types the child answers with (Failed among them);
        a child that gets no request for `idle_seconds` ends, which frees its memory."""
        self._role = role
        self._settings: Mapping[str, str] = {}
        self._decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(replies)
        self._idle = idle_seconds
        self._turn = threading.Lock()
        self._running: _Running | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process now running, None when there is none."""
        running = self._running
        return running.process.pid if running and running.process.poll() is None else None

    def stream(
        self,
        request: Message,
        *,
        final: tuple[type[Message], ...],
        cancel: CancelToken | None = None,
        repeats: int = 1,
        silence: float | None = None,
    ) -> Iterator[Reply | Restarted]:
        """Yields replies up to one of the `final` types. A child that dies is started again and
        the request repeated, `repeats` times at most, with a Restarted in between; after that
        ChildDied. `silence`: seconds without any reply before it is killed (ChildHung).

        Raises Cancelled, the Known error the child reported, ChildDied, ChildDefectError."""
        self._take_turn(cancel)
        finished = False
        try:
            for reply in self._converse(request, final, cancel, repeats, silence):
                finished = isinstance(reply, final)
                yield reply
        except Known as error:
            finished = isinstance(error, ModelError | LearningError)  # told by a child in good order
            raise
        except Cancelled:
            finished = True
            raise
        finally:
            # Left in mid-stream (an error of the caller's, a generator dropped): what the child
            # still sends would be taken for answers to the next request.
            if not finished:
                self._kill()
            self._turn.release()

    def send(self, message: Message) -> None:
        """A further message to a request that is running, from any thread."""
        if (running := self._running) is not None:
            running.send(message)

    def restart_with(self, settings: Mapping[str, str]) -> None:
        """Ends the process that runs, if any; each from now on has these in its environment."""
        with self._turn:
            self._settings = settings
            self._kill()

    def close(self) -> None:
        """Ends the child, within three seconds whatever it does."""
        self._closed = True
        if (running := self._running) is not None:
            running.end()
        self._running = None

    def _take_turn(self, cancel: CancelToken | None) -> None:
        while not self._turn.acquire(timeout=_POLL * 2):
            if cancel is not None:
                cancel.check()
        if self._closed:
            self._turn.release()
            raise ChildDied("Longhand is closing; start it again to go on.")

    def _converse(
        self,
        request: Message,
        final: tuple[type[Message], ...],
        cancel: CancelToken | None,
        repeats: int,
        silence: float | None,
    ) -> Iterator[Reply | Restarted]:
        while True:
            running = self._ensure()
            running.send(request)
            try:
                yield from self._replies(running, final, cancel, silence)
                return
            except _EndedError as ended:
                self._kill()
                if not ended.idle:  # it ended of idleness just as the request came: no death
                    repeats -= 1
                if repeats < 0 and ended.illegal:
                    raise UnfitProcessor(UNFIT) from None
                if repeats < 0 or self._closed:
                    raise ChildDied(_death_sentence(self._role)) from None
                yield Restarted()

    def _replies(
        self,
        running: "_Running",
        final: tuple[type[Message], ...],
        cancel: CancelToken | None,
        silence: float | None,
    ) -> Iterator[Reply]:
        heard = time.monotonic()
        asked_to_stop: float | None = None
        while True:
            now = time.monotonic()
            if cancel is not None and cancel.cancelled and asked_to_stop is None:
                running.send(Cancel())
                asked_to_stop = now
            if asked_to_stop is not None and now - asked_to_stop > _GRACE:
                self._kill()
                raise Cancelled
            if silence is not None and now - heard > silence:
                self._kill()
                raise ChildHung(_death_sentence(self._role))
            body = running.next()
            if body is None:
                continue
            heard = time.monotonic()
            reply = self._decoder.decode(body)
            if isinstance(reply, Failed):
                raise _error(reply)
            if asked_to_stop is not None and not isinstance(reply, final):
                continue
            if asked_to_stop is not None:
                raise Cancelled
            yield reply
            if isinstance(reply, final):
                return

    def _ensure(self) -> "_Running":
        if self._running is None or self._running.over:
            self._running = _Running(self._role, self._idle, self._settings)
        return self._running

    def _kill(self) -> None:
        if self._running is not None:
            self._running.kill()
        self._running = None


class _EndedError(Exception):
    """`illegal`: it met an instruction the processor does not know."""

    def __init__(self, code: int | None) -> None:
        self.idle = code == 0
        self.illegal = code in _ILLEGAL


class _Running:
    """One process and the thread that reads from it.

    That thread also starts it: on Linux a child asks to die with its parent, and the kernel takes
    the *thread* that started it for the parent. A worker thread of the window ends long before
    the program does; this one lives exactly as long as its child."""

    def __init__(self, role: str, idle: float | None, settings: Mapping[str, str]) -> None:
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        born: queue.SimpleQueue[tuple[subprocess.Popen[bytes], Pipe] | OSError] = queue.SimpleQueue()
        threading.Thread(
            target=_serve,
            args=(role, idle, settings, born, self._frames),
            name=f"{role}-child",
            daemon=True,
        ).start()
        result = born.get()
        if isinstance(result, OSError):
            raise ChildDied("A helper process of Longhand could not be started; is memory short?") from result
        self.process, self._pipe = result
        self._finalizer = weakref.finalize(self, _kill, self.process)
        self.over = False

    def send(self, message: Message) -> None:
        # Where it is gone, its end shows up among the replies.
        with contextlib.suppress(OSError):
            self._pipe.send(message)

    def next(self) -> bytes | None:
        """The next frame, None when there was none for a moment. Raises _EndedError."""
        try:
            frame = self._frames.get(timeout=_POLL)
        except queue.Empty:
            return None
        if frame is None:
            self.over = True
            raise _EndedError(self._wait(2.0))
        return frame

    def end(self) -> None:
        self._pipe.close()  # end of its input: it ends by itself
        if self._wait(1.5) is None:
            self.kill()

    def kill(self) -> None:
        self.over = True
        self._finalizer()
        self._wait(1.0)
        self._pipe.close()

    def _wait(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def _serve(
    role: str,
    idle: float | None,
    settings: Mapping[str, str],
    born: "queue.SimpleQueue[tuple[subprocess.Popen[bytes], Pipe] | OSError]",
    frames: "queue.SimpleQueue[bytes | None]",
) -> None:
    try:
        process = start(role, idle, settings)
    except OSError as error:
        born.put(error)
        return
    outgoing, incoming = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
    pipe = Pipe(incoming, outgoing)
    born.put((process, pipe))
    try:
        while (frame := pipe.receive()) is not None:
            frames.put(frame)
    except (OSError, ValueError):
        _kill(process)
    finally:
        incoming.close()
        frames.put(None)
        process.wait()  # the thread, its parent for the kernel, stays until it is gone
        pipe.close()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()


def _error(failed: Failed) -> Exception:
    match failed.kind:
        case "cancelled":
            return Cancelled()
        case "model":
            return ModelError(failed.sentence)
        case "learning":
            return LearningError(failed.sentence)
        case "adapter":
            return UnknownAdapterError()
        case "graphics":
            return GraphicsFailed(failed.sentence)
        case _:
            return ChildDefectError(failed.sentence)


class UnknownAdapterError(ModelError):
    """The child does not hold the adapter a request names; send it along."""


class GraphicsFailed(ModelError):
    """The graphics card did not take a model; the processor may."""


def _death_sentence(role: str) -> str:
    what = {
        "llama": "The process that runs the model",
        "trainer": "The process that trains",
        "reader": "The process that reads mail",
    }.get(role, "A helper process")
    return f"{what} was ended, perhaps for lack of memory; close other programs and try again."
