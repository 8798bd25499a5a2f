"""A chat model behind an OpenAI-compatible service: OpenAI itself, Mistral, OpenRouter, Azure, Gemini, or the
user's own vLLM, llama.cpp, Ollama or LM Studio."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.models import cloud as said
from core.models.cloud import Asked, CloudModel, Failure, Piece, plain_client, seconds_asked

if TYPE_CHECKING:
    from openai import OpenAI


class OpenAIModel(CloudModel):
    """`base_url` as in 'https://api.example.com/v1'."""

    _client: "OpenAI | None" = None
    _refused: frozenset[str] = frozenset()  # what this service or model does not take

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _connect(self) -> None:
        with self._lock:
            if self._client is None:
                import openai

                self._client = openai.OpenAI(
                    base_url=self._url,
                    api_key=self._key or "none",
                    organization="",
                    project="",
                    max_retries=0,
                    timeout=self._timeout,
                    http_client=plain_client(self._timeout),
                )

    @contextmanager
    def _ask(self, asked: Asked) -> Iterator[Iterator[Piece]]:
        assert self._client is not None  # noqa: S101 - connected before
        request: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "user", "content": asked.text}],
            "stream": True,
        }
        limit = "max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"
        request[limit] = asked.max_tokens
        if "temperature" not in self._refused:
            request["temperature"] = asked.temperature
        if "stream_options" not in self._refused:
            request["stream_options"] = {"include_usage": True}
        with self._client.chat.completions.create(**request) as stream:
            yield _pieces(stream)

    def _adapt(self, error: Exception) -> bool:
        """Newer models take another name for the limit, and no temperature; older servers tell no usage. What
        a refusal names, or else the youngest of these, is left out from then on."""
        import openai

        if not isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
            return False
        told = f"{error.param or ''} {error.message}"
        known = ("stream_options", "max_tokens", "temperature")
        named = next((one for one in known if one in told and one not in self._refused), None)
        if named is None:
            return False
        self._refused |= {named}
        return True

    def _failure(self, error: Exception) -> Failure | None:
        import openai

        headers = error.response.headers if isinstance(error, openai.APIStatusError) else None
        after = seconds_asked(headers)
        kinds: list[tuple[type[Exception], Failure]] = [
            (openai.AuthenticationError, Failure(said.WRONG_KEY)),
            (openai.PermissionDeniedError, Failure(said.NOT_ALLOWED)),
            (openai.NotFoundError, Failure(said.UNKNOWN)),
            (openai.RateLimitError, Failure(said.BUSY, not _credit_used_up(error), after)),
            (openai.BadRequestError, Failure(said.REFUSED)),
            (openai.APITimeoutError, Failure(said.SILENT)),
            (openai.APIConnectionError, Failure(said.AWAY, again=True)),
            (openai.InternalServerError, Failure(said.FAILED, again=True, after=after)),
            (openai.APIError, Failure(said.FAILED)),
        ]
        return next((failure for kind, failure in kinds if isinstance(error, kind)), None)


def _credit_used_up(error: Exception) -> bool:
    """It answers as for a rate limit, but waiting does not help."""
    return getattr(error, "code", None) == "insufficient_quota"


def _pieces(stream: Any) -> Iterator[Piece]:
    """Ends with the stream, for usage comes after the last piece of text."""
    count, ended = 0, False
    for chunk in stream:
        delta = chunk.choices[0].delta.content if chunk.choices else None
        ended = ended or bool(chunk.choices and chunk.choices[0].finish_reason)
        count += bool(delta)  # servers send a token at a time, or nearly
        usage = getattr(chunk, "usage", None)
        told = (int(usage.prompt_tokens), int(usage.completion_tokens)) if usage else (0, count)
        yield Piece(delta or "", *told)
    if ended:
        yield Piece(end=True)
