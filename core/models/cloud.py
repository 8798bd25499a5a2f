"""What all chat models behind a service have in common: asked only when the user has chosen one and given a
key; streamed, cancelled at once, asked again where that helps, and on the ledger. The makers' own libraries
speak to them (core.models.openai_model, core.models.anthropic_model)."""

import queue
import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import InputError, ModelError
from core.models.chat import Completion, Question
from core.tasks import CancelToken, OnPrompt, OnText

if TYPE_CHECKING:
    import httpx2

Note = Callable[[str, str, int, int], None]  # host, purpose, bytes out, bytes in: the egress ledger's

_POLL = 0.02
_AT_ONCE = 4  # requests; more run into the limits of small accounts
_LONGEST_WAIT = 60.0  # seconds that a service may ask us to wait before the next try
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

# What the user is told, whatever a service says.
WRONG_KEY = "The model service did not accept the key; give it again with 'longhand models use'."
NOT_ALLOWED = "The key does not allow this model; choose another model or key."
UNKNOWN = "The model service does not know this model or address; check both in the settings."
BUSY = "The model service is busy or the credit is used up; try again later."
REFUSED = "The model service refused the request; the mail may be too long for the model."
SILENT = "The model service does not answer; try again later."
AWAY = "The model service cannot be reached; check the network and the address in the settings."
FAILED = "The model service failed; try again later."


@dataclass(frozen=True)
class Asked:
    """One request, in no service's words."""

    text: str
    max_tokens: int
    temperature: float


@dataclass(frozen=True)
class Piece:
    """Of an answer. Tokens are the service's own count so far, 0 where it tells none; `end`: it is whole."""

    text: str = ""
    prompt_tokens: int = 0
    new_tokens: int = 0
    end: bool = False


@dataclass(frozen=True)
class Failure:
    """What an error of a service's library means: our sentence, whether another try may help, and when the
    service wants it (seconds)."""

    sentence: str
    again: bool = False
    after: float | None = None


@dataclass
class _Call:
    asked: Asked
    pieces: "queue.SimpleQueue[Piece | Exception | None]" = field(default_factory=queue.SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)
    tries: int = 0


class CloudModel(ABC):
    """Sends each prompt as one user turn, frame and mail joined: the service's own chat format keeps
    them apart as well as it can. Grammar and prefill do not exist there; what parses its answers is
    lenient."""

    usual_address = ""  # where the service is, if the user names no address

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str,
        note: Note,
        *,
        retries: int = 2,
        timeout: float = 60.0,
    ) -> None:
        """`base_url`: https, or plain http to this machine alone. `timeout`: seconds without an answer or a
        further piece of it.

        Raises InputError for an address that cannot be used."""
        self.name = model
        self.family = model.rpartition("/")[2].lower()
        base_url = base_url or self.usual_address
        self.host = checked_host(base_url)
        self._note = note
        self._url, self._key, self._retries, self._timeout = base_url, key, retries, timeout
        self._free_at = 0.0  # on the monotonic clock: no request before, as the service has asked
        self._lock = threading.Lock()

    @abstractmethod
    def _connect(self) -> None:
        """Loads the library and makes its client, once: it takes over a second to import."""

    @abstractmethod
    def _ask(self, asked: Asked) -> AbstractContextManager[Iterator[Piece]]:
        """One request, without tries of the library's own: a cancelled one must not be sent again."""

    @abstractmethod
    def _failure(self, error: Exception) -> Failure | None:
        """None for a bug."""

    def _adapt(self, error: Exception) -> bool:  # noqa: ARG002 - for services that differ from each other
        """Whether the same request will be put another way that may please the service."""
        return False

    @abstractmethod
    def close(self) -> None: ...

    def complete(
        self,
        question: Question,
        *,
        on_text: OnText | None = None,
        on_prompt: OnPrompt | None = None,  # noqa: ARG002 - no service tells
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete. Raises ModelError with a sentence of ours, never the service's."""
        started = time.monotonic()
        prompt = question.prompt
        call = _Call(Asked(prompt.text, question.max_tokens, question.temperature))
        text, prompt_tokens, new_tokens = "", 0, 0
        try:
            for piece in self._pieces(call, cancel):
                text += piece.text
                prompt_tokens = max(prompt_tokens, piece.prompt_tokens)
                new_tokens = max(new_tokens, piece.new_tokens)
                if piece.text and on_text:
                    on_text(piece.text)
        finally:
            sent = len(prompt.text.encode("utf-8", "replace")) * call.tries
            self._note(self.host, prompt.name, sent, len(text.encode("utf-8", "replace")))
        return Completion(text, prompt_tokens, new_tokens, time.monotonic() - started)

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all: so many requests at once as a service takes without complaint."""

        def answer(one: Question) -> Completion:
            return self.complete(replace(one, temperature=0.0), cancel=cancel)

        self._connect()  # once, not in each thread
        with ThreadPoolExecutor(_AT_ONCE, "model-service") as pool:
            return list(pool.map(answer, questions))

    def _pieces(self, call: _Call, cancel: CancelToken | None) -> Iterator[Piece]:
        """Reads on a thread of its own: a service that says nothing must not hold up a cancel."""
        threading.Thread(target=self._fetch, args=(call,), name="model-service", daemon=True).start()
        try:
            while True:
                if cancel is not None:
                    cancel.check()
                try:
                    piece = call.pieces.get(timeout=_POLL)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    # `from None`: the service's own words may quote what was sent.
                    raise piece from None
                yield piece
        finally:
            call.stop.set()

    def _fetch(self, call: _Call) -> None:
        """Puts the answer's pieces, then None; or an error."""
        again = 0
        while not call.stop.wait(max(0.0, self._free_at - time.monotonic())):
            begun = False
            try:
                self._connect()
                call.tries += 1
                with self._ask(call.asked) as stream:
                    for piece in stream:
                        if call.stop.is_set():
                            return
                        begun = begun or bool(piece.text)
                        call.pieces.put(piece)
                        if piece.end:
                            call.pieces.put(None)
                            return
                # Some servers drop an answer, in good order, for the sake of the next request.
                call.pieces.put(ModelError("The model service broke off its answer; try again."))
                return
            except Exception as error:  # noqa: BLE001 - told to the waiting side, which decides
                if not begun and self._adapt(error):
                    continue
                failure = self._failure(error)
                if failure is None:
                    call.pieces.put(error)
                    return
                if begun or again == self._retries or not self._waits(failure, again):
                    call.pieces.put(ModelError(failure.sentence))
                    return
                again += 1

    def _waits(self, failure: Failure, again: int) -> bool:
        """Puts off every request of this model, for the limits of a service hold for all of them; whether
        another try is worthwhile."""
        wait = failure.after if failure.after is not None else 0.5 * 2**again * random.uniform(1.0, 1.5)
        if not failure.again or wait > _LONGEST_WAIT:
            return False
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic() + wait)
        return True


def checked_host(base_url: str) -> str:
    """Raises InputError for an address that mail must not be sent to."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        raise InputError(
            "The model service's address must begin with https:// (http:// works for this machine)."
        )
    return host


def plain_client(timeout: float) -> "httpx2.Client":
    """No proxies and no certificates from the environment, nor to where an answer points: what was
    configured, nothing else. The libraries' own clients take the environment's proxies all the same."""
    import httpx2

    return httpx2.Client(trust_env=False, follow_redirects=False, timeout=timeout)


def seconds_asked(headers: object) -> float | None:
    """A service's Retry-After (RFC 9110, 10.2.3), a date or not, in seconds; None where there is none."""
    told = headers.get("retry-after") if hasattr(headers, "get") else None
    if told is None:
        return None
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
