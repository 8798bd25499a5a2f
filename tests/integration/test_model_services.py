"""Both kinds of model service over real HTTP: what is sent, and how each failure ends."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.errors import Cancelled, ModelError
from core.models.anthropic_model import AnthropicModel
from core.models.chat import Question
from core.models.cloud import CloudModel, seconds_asked
from core.models.openai_model import OpenAIModel
from core.models.prompts import Frame, Mail, Prompt
from core.tasks import CancelToken
from tests.model_services import Behaviour, Service, anthropic_stream, openai_stream, serving

SECRET = "the mail's own words"
PROMPT = Prompt("zero_shot", "1", (Frame("Write.\n"), Mail(SECRET)))
Row = tuple[str, str, int, int]
KINDS = ("openai", "anthropic")


@contextmanager
def model(
    kind: str, *script: Behaviour, retries: int = 2, timeout: float = 5.0
) -> Iterator[tuple[CloudModel, Service, list[Row]]]:
    """A model, the service behind it, and the rows of the ledger."""
    rows: list[Row] = []
    path, stream = {
        "openai": ("/v1/chat/completions", openai_stream),
        "anthropic": ("/v1/messages", anthropic_stream),
    }[kind]
    with serving(path, stream, *script) as service:
        url = f"{service.url}/v1" if kind == "openai" else service.url
        made = {"openai": OpenAIModel, "anthropic": AnthropicModel}[kind]
        with closing(
            made(url, "m-7", "the key", lambda *row: rows.append(row), retries=retries, timeout=timeout)
        ) as one:
            yield one, service, rows


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_streamed_counted_and_on_the_ledger(kind: str) -> None:
    pieces: list[str] = []
    with model(kind) as (one, service, rows):
        made = one.complete(Question(PROMPT, 20), on_text=pieces.append)
    assert (made.text, made.prompt_tokens, made.new_tokens) == ("Dear Ann,\n\nyes.", 40, 7)
    assert pieces == ["Dear ", "Ann,\n\nyes."]
    assert rows == [("127.0.0.1", "zero_shot", len(PROMPT.text), len(made.text))]
    (request,) = service.requests
    assert service.text() == PROMPT.text
    assert (request["model"], request["max_tokens"]) == ("m-7", 20)
    assert request.get("temperature") == (0.0 if kind == "openai" else None)
    assert set(request) <= {"model", "messages", "max_tokens", "temperature", "stream", "stream_options"}


def test_each_service_is_told_the_key_in_its_own_way_and_none_is_taken_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_ORG_ID"):
        monkeypatch.setenv(name, "from elsewhere")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with model("openai") as (one, service, _):
        one.complete(Question(PROMPT))
    assert service.headers[0]["authorization"] == "Bearer the key"
    with model("anthropic") as (one, service_2, _):
        one.complete(Question(PROMPT))
    assert service_2.headers[0]["authorization"] == "Bearer the key"
    assert service_2.headers[0]["anthropic-version"] == "2026-10-21"
    told = [*service.headers[0].values(), *service_2.headers[0].values()]
    assert not any("from elsewhere" in value for value in told)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 429, 500, 503, 529])
def test_errors_are_our_sentences_and_never_quote_the_mail(kind: str, status: int) -> None:
    with (
        model(kind, Behaviour(status=status), retries=0) as (one, _, rows),
        pytest.raises(ModelError) as caught,
    ):
        one.complete(Question(PROMPT))
    assert str(caught.value).endswith(".")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert len(rows) == 1  # it was sent, so the ledger says so


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_busy_service_is_asked_again_later_and_later(kind: str, status: int) -> None:
    busy = Behaviour(status=status)
    with model(kind, busy, busy, Behaviour()) as (one, service, rows):
        assert one.complete(Question(PROMPT)).text.startswith("Dear Ann")
    first, second = (b - a for a, b in zip(service.at, service.at[1:], strict=False))
    assert 0.45 < first < second
    assert rows[0][2] == 3 * len(PROMPT.text)  # it was sent three times


@pytest.mark.parametrize("kind", KINDS)
def test_the_wait_that_a_service_asks_for_is_kept_by_all_requests(kind: str) -> None:
    limited = Behaviour(status=429, headers={"Retry-After": "1"})
    with model(kind, limited, Behaviour()) as (one, service, _):
        made = one.complete_all([Question(PROMPT, 20), Question(PROMPT, 20), Question(PROMPT, 20)])
        assert len(made) == 3
        begun = time.monotonic()
        one.complete(Question(PROMPT))
        assert time.monotonic() - begun < 0.9
    assert service.at[-2] - service.at[0] >= 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_of_an_hour_is_not_waited(kind: str) -> None:
    with (
        model(kind, Behaviour(status=429, headers={"Retry-After": "3600"})) as (one, service, _),
        pytest.raises(ModelError, match="busy"),
    ):
        one.complete(Question(PROMPT))
    assert len(service.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_may_name_the_hour_to_come_back_at(kind: str) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    limited = Behaviour(status=429, headers={"Retry-After": soon})
    with model(kind, limited, Behaviour()) as (one, service, _):
        one.complete(Question(PROMPT))
    assert service.at[1] - service.at[0] > 1.2  # the usual pause is shorter, and whole seconds were named
    late = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with (
        model(kind, Behaviour(status=429, headers={"Retry-After": late})) as (one, service, _),
        pytest.raises(ModelError, match="busy"),
    ):
        one.complete(Question(PROMPT))
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("told", "seconds"), [("2", 2.0), ("-1", 0.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)]
)
def test_what_a_service_may_ask_for(told: str, seconds: float | None) -> None:
    assert seconds_asked({"retry-after": told}) == seconds
    assert seconds_asked({}) is seconds_asked(None) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("behaviour", [Behaviour(cut=True), Behaviour(fails=True)])
def test_half_an_answer_is_none_and_is_not_asked_for_again(kind: str, behaviour: Behaviour) -> None:
    with model(kind, behaviour) as (one, service, _), pytest.raises(ModelError, match=r"broke off|failed"):
        one.complete(Question(PROMPT))
    assert len(service.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancel_takes_effect_at_once_and_nothing_is_sent_after_it(kind: str) -> None:
    for behaviour in (Behaviour(wait=2.0), Behaviour(pause=0.5), Behaviour(status=503)):
        with model(kind, behaviour) as (one, service, _):
            cancel = CancelToken()
            threading.Timer(0.3, cancel.cancel).start()
            begun = time.monotonic()
            with pytest.raises(Cancelled):
                one.complete(Question(PROMPT), cancel=cancel)
            assert time.monotonic() - begun < 0.8
            time.sleep(1.2 if behaviour.status != 200 else 0)
            assert len(service.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_silence_ends(kind: str) -> None:
    with (
        model(kind, Behaviour(wait=3.0), timeout=0.5) as (one, _, _rows),
        pytest.raises(ModelError, match="does not answer"),
    ):
        one.complete(Question(PROMPT))


def test_what_a_newer_model_does_not_take_is_left_out_from_then_on() -> None:
    told = "Unsupported parameter: 'max_tokens' is not supported with this model."
    hot = "Unsupported value: 'temperature' does not support 0 with this model."
    script = (Behaviour(status=400, error=told), Behaviour(status=400, error=hot), Behaviour())
    with model("openai", *script) as (one, service, _):
        one.complete(Question(PROMPT, 20))
        one.complete(Question(PROMPT, 20))
    assert len(service.requests) == 4
    assert service.requests[3]["max_completion_tokens"] == 20
    assert not {"max_tokens", "temperature"} & set(service.requests[3])
