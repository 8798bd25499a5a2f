"""A chat model behind Anthropic's Messages API, version 2026-10-21: it takes no temperature."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.models import cloud as said
from core.models.cloud import Asked, CloudModel, Failure, Piece, plain_client, seconds_asked

if TYPE_CHECKING:
    from anthropic import Anthropic

ADDRESS = "https://api.anthropic.com"


class AnthropicModel(CloudModel):
    """`base_url`: without the '/v1'; '' for Anthropic's own."""

    usual_address = ADDRESS
    _client: "Anthropic | None" = None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _connect(self) -> None:
        with self._lock:
            if self._client is None:
                import anthropic

                self._client = anthropic.Anthropic(
                    base_url=self._url.removesuffix("/").removesuffix("/v1"),
                    api_key=self._key or "none",  # given, so that nothing is looked for elsewhere
                    max_retries=0,
                    timeout=self._timeout,
                    open_telemetry=False,  # no spans of requests, whatever else is installed
                    http_client=plain_client(self._timeout),
                )

    @contextmanager
    def _ask(self, asked: Asked) -> Iterator[Iterator[Piece]]:
        assert self._client is not None  # noqa: S101 - connected before
        request: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "user", "content": asked.text}],
            "max_tokens": asked.max_tokens,
            "stream": True,
        }
        with self._client.messages.create(**request) as stream:
            yield _pieces(stream)

    def _failure(self, error: Exception) -> Failure | None:
        import anthropic

        headers = error.response.headers if isinstance(error, anthropic.APIStatusError) else None
        after = seconds_asked(headers)
        kinds: list[tuple[type[Exception], Failure]] = [
            (anthropic.AuthenticationError, Failure(said.WRONG_KEY)),
            (anthropic.PaymentRequiredError, Failure(said.BUSY)),
            (anthropic.PermissionDeniedError, Failure(said.NOT_ALLOWED)),
            (anthropic.NotFoundError, Failure(said.UNKNOWN)),
            (anthropic.RateLimitError, Failure(said.BUSY, again=True, after=after)),
            (anthropic.BadRequestError, Failure(said.REFUSED)),
            (anthropic.ContentTooLargeError, Failure(said.REFUSED)),
            (anthropic.APITimeoutError, Failure(said.SILENT)),
            (anthropic.APIConnectionError, Failure(said.AWAY, again=True)),
            (anthropic.InternalServerError, Failure(said.FAILED, again=True, after=after)),
            (anthropic.APIError, Failure(said.FAILED)),
        ]
        return next((failure for kind, failure in kinds if isinstance(error, kind)), None)


def _pieces(stream: Any) -> Iterator[Piece]:
    """The events of a streamed message; thoughts and tools are passed over."""
    for event in stream:
        if event.type == "message_start":
            yield Piece(prompt_tokens=int(event.message.usage.input_tokens))
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            yield Piece(event.delta.text)
        elif event.type == "message_delta" and event.usage:
            yield Piece(new_tokens=int(event.usage.output_tokens))
        elif event.type == "message_stop":
            yield Piece(end=True)
            return
