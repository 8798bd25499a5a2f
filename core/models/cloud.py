"""A chat model behind an OpenAI-compatible service: only when the user has chosen one and given a key."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import InputError, ModelError
from core.models.chat import Completion, Question
from core.models.prompts import Prompt
from core.tasks import CancelToken

if TYPE_CHECKING:
    from openai import OpenAI

Note = Callable[[str, str, int, int], None]  # host, purpose, bytes out, bytes in: the egress ledger's

_POLL = 0.02
_AT_ONCE = 4  # requests; more run into the limits of small accounts
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class _Piece:
    text: str
    prompt_tokens: int = 0
    new_tokens: int = 0


class OpenAIModel:
    """Sends each prompt as one user turn, frame and mail joined: the service's own chat format keeps
    them apart as well as it can. Grammar and prefill do not exist there; what parses its answers is
    lenient."""

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
        """`base_url` as in 'https://api.example.com/v1'; plain http to this machine alone.
        `timeout`: seconds without an answer or a further piece of it.

        Raises InputError for an address that cannot be used."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
            raise InputError(
                "The model service's address must begin with https:// (http:// works for this machine)."
            )
        self.name = model
        self.family = model.rpartition("/")[2].lower()
        self.host = host
        self._note = note
        self._url, self._key, self._retries, self._timeout = base_url, key, retries, timeout
        self._client: OpenAI | None = None  # made late: the library takes over a second to import

    def complete(
        self,
        prompt: Prompt,
        *,
        prefill: str = "",  # noqa: ARG002 - a ChatModel takes it
        max_tokens: int = 400,
        temperature: float = 0.0,
        grammar: str | None = None,  # noqa: ARG002 - a ChatModel takes it
        on_text: Callable[[str], None] | None = None,
        on_prompt: Callable[[int, int], None] | None = None,  # noqa: ARG002 - no service tells
        cancel: CancelToken | None = None,
    ) -> Completion:
        """See ChatModel.complete. Raises ModelError with a sentence of ours, never the service's."""
        started = time.monotonic()
        request = {
            "model": self.name,
            "messages": [{"role": "user", "content": prompt.text}],
            "max_tokens": max_tokens,
            "temperature": temperature,
        }
        text, prompt_tokens, new_tokens = "", 0, 0
        received = 0
        try:
            for piece in self._pieces(request, cancel):
                text += piece.text
                received += len(piece.text.encode("utf-8", "replace"))
                prompt_tokens, new_tokens = piece.prompt_tokens, new_tokens + piece.new_tokens
                if piece.text and on_text:
                    on_text(piece.text)
        finally:
            sent = len(prompt.text.encode("utf-8", "replace"))
            self._note(self.host, prompt.name, sent, received)
        return Completion(text, prompt_tokens, new_tokens, time.monotonic() - started)

    def complete_all(
        self, questions: Sequence[Question], cancel: CancelToken | None = None
    ) -> list[Completion]:
        """See ChatModel.complete_all: so many requests at once as a service takes without complaint."""

        def answer(one: Question) -> Completion:
            return self.complete(one.prompt, max_tokens=one.max_tokens, cancel=cancel)

        self._connect()  # once, not in each thread
        with ThreadPoolExecutor(_AT_ONCE, "model-service") as pool:
            return list(pool.map(answer, questions))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _pieces(self, request: dict[str, Any], cancel: CancelToken | None) -> Iterator[_Piece]:
        """Reads on a thread of its own: a service that says nothing must not hold up a cancel."""
        pieces: queue.SimpleQueue[_Piece | Exception | None] = queue.SimpleQueue()
        stop = threading.Event()
        threading.Thread(
            target=self._fetch, args=(request, pieces, stop), name="model-service", daemon=True
        ).start()
        try:
            while True:
                if cancel is not None:
                    cancel.check()
                try:
                    piece = pieces.get(timeout=_POLL)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    # `from None`: the service's own words may quote what was sent.
                    raise _sentence(piece) from None
                yield piece
        finally:
            stop.set()

    def _fetch(
        self,
        request: dict[str, Any],
        pieces: "queue.SimpleQueue[_Piece | Exception | None]",
        stop: threading.Event,
    ) -> None:
        ended = False
        try:
            with self._connect().chat.completions.create(**request, stream=True) as stream:
                for chunk in stream:
                    if stop.is_set():
                        return
                    pieces.put(_piece(chunk))
                    ended = ended or bool(chunk.choices and chunk.choices[0].finish_reason)
            # Some servers drop an answer, in good order, for the sake of the next request.
            pieces.put(None if ended else ModelError("The model service broke off its answer; try again."))
        except Exception as error:  # noqa: BLE001 - told to the waiting side, which decides
            pieces.put(error)

    def _connect(self) -> "OpenAI":
        if self._client is None:
            import openai

            self._client = openai.OpenAI(
                base_url=self._url,
                api_key=self._key or "none",
                organization="",
                project="",
                max_retries=self._retries,
                timeout=self._timeout,
                # No proxies or certificates from the environment: what was configured, nothing else.
                http_client=openai.DefaultHttpxClient(trust_env=False),
            )
        return self._client


def _piece(chunk: Any) -> _Piece:
    usage = getattr(chunk, "usage", None)
    prompt_tokens = int(usage.prompt_tokens) if usage else 0
    delta = chunk.choices[0].delta.content if chunk.choices else None
    return _Piece(delta or "", prompt_tokens, 1 if delta else 0)


def _sentence(error: Exception) -> Exception:
    """Our sentence for the library's error, which may quote the request; a bug stays a bug."""
    import openai

    sentences: list[tuple[type[Exception], str]] = [
        (
            openai.AuthenticationError,
            "The model service did not accept the key; give it again with 'longhand models use'.",
        ),
        (openai.PermissionDeniedError, "The key does not allow this model; choose another model or key."),
        (
            openai.NotFoundError,
            "The model service does not know this model or address; check both in the settings.",
        ),
        (openai.RateLimitError, "The model service is busy or the credit is used up; try again later."),
        (
            openai.BadRequestError,
            "The model service refused the request; the mail may be too long for the model.",
        ),
        (openai.APITimeoutError, "The model service does not answer; try again later."),
        (
            openai.APIConnectionError,
            "The model service cannot be reached; check the network and the address in the settings.",
        ),
        (openai.APIError, "The model service failed; try again later."),
    ]
    return next((ModelError(text) for kind, text in sentences if isinstance(error, kind)), error)
