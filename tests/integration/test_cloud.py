"""The cloud model over HTTP: against llama.cpp's own server with the tiny GGUF, and against servers
that misbehave."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.app import App
from core.domain import Address, Context, Exchange, ExchangeId, Incoming
from core.errors import Cancelled, InputError, ModelError
from core.evaluation.arms import Reply
from core.evaluation.judge_pairs import PairJudge
from core.evaluation.style import Case
from core.evaluation.wins import WinRate
from core.models.chat import Question
from core.models.openai_model import OpenAIModel
from core.models.prompts import Frame, Mail, Prompt
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.paths import Profile
from core.store.settings import Cloud
from core.tasks import CancelToken, Progress
from tests.model_services import llama_server

SECRET = "the mail's own words"
PROMPT = Prompt("zero_shot", "1", (Frame("Write.\n"), Mail(SECRET)))


class Notes:
    """What was written to the ledger."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, int, int]] = []

    def __call__(self, host: str, purpose: str, bytes_out: int, bytes_in: int) -> None:
        self.rows.append((host, purpose, bytes_out, bytes_in))


@pytest.fixture(scope="module")
def server(tiny_model: Path) -> Iterator[str]:
    with llama_server(tiny_model, "right") as url:
        yield url


def test_streams_from_a_real_server(server: str) -> None:
    notes, pieces = Notes(), list[str]()
    with closing(OpenAIModel(server, "tiny", "right", notes)) as model:
        made = model.complete(Question(PROMPT, 20, grammar='root ::= "x"'), on_text=pieces.append)
    assert made.text == "".join(pieces) != ""
    assert 1 < made.new_tokens <= 20
    assert notes.rows == [("127.0.0.1", "zero_shot", len(PROMPT.text), len(made.text.encode()))]


def test_judges_pairs_over_http(server: str, tmp_path: Path) -> None:
    """The tiny model's letters are noise; that they are asked for, counted and kept is not."""
    notes, date = Notes(), datetime(2026, 1, 1, tzinfo=UTC)
    mail = Incoming(Address("Ann", "ann@x.example"), Address("Tom", "tom@x.example"), "", "?")
    sent = [Exchange(ExchangeId(number), mail, "Yes.", date, "") for number in range(2)]
    cases = [Case(one, Context(mail)) for one in sent]
    with (
        closing(OpenAIModel(server, "tiny", "right", notes)) as model,
        closing(Database.open(tmp_path / "longhand.db", bytes(32))) as database,
    ):
        drafts = [Reply("Yes."), Reply("No.")], [Reply("Yes."), Reply("Never.")]

        def judged() -> WinRate:
            judge = PairJudge(model, "gate/1:", JobRepository(database), most_tokens=30)
            return judge.compare(("guided", "zero_shot"), cases, drafts, Progress(), CancelToken())

        found = judged()
        assert [row[1] for row in notes.rows] == ["judge", "judge"]  # the two that are the same were not sent
        assert found.wins + found.ties + found.losses == 2
        assert judged() == found
        assert len(notes.rows) == 2


def test_what_a_cloud_judge_is_sent_is_said_before(profile_home: Path) -> None:
    with closing(App.open(Profile(profile_home), "a passphrase of the tests", "a test")) as app:
        assert app.comparing.before_judging("") == ""
        app.models.use_cloud(Cloud(base_url="https://models.example/v1", model="judge-7"), "key")
        for judge in ("", "cloud"):
            assert "judge-7 at models.example judges" in app.comparing.before_judging(judge)
            assert "your real replies" in app.comparing.before_judging(judge)
        assert app.comparing.before_judging("qwen3.gguf") == ""
        app.models.use("mini-large")
        assert app.comparing.before_judging("") == ""
        assert "judge-7" in app.comparing.before_judging("cloud")


def test_many_at_once_come_in_their_order(server: str) -> None:
    notes = Notes()
    asked = [Question(Prompt("brief", "1", (Mail(f"Mail {n}"),)), max_tokens=4 * n) for n in range(1, 7)]
    with closing(OpenAIModel(server, "tiny", "right", notes)) as model:
        made = model.complete_all(asked)
        assert [one.text for one in made] == [model.complete(one).text for one in asked]
    assert len(notes.rows) == 12


def test_an_answer_broken_off_is_no_answer() -> None:
    chunk = '{"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices":'
    chunk += ' [{"index": 0, "delta": {"content": "We can m"}, "finish_reason": null}]}'
    with (
        misbehaving(200, body=f"data: {chunk}\n\n", kind="text/event-stream") as (url, _),
        closing(OpenAIModel(url, "any", "key", Notes())) as model,
        pytest.raises(ModelError, match="broke off"),
    ):
        model.complete(Question(PROMPT))


def test_a_wrong_key_is_one_clear_sentence(server: str) -> None:
    with (
        closing(OpenAIModel(server, "tiny", "wrong", Notes())) as model,
        pytest.raises(ModelError, match="key"),
    ):
        model.complete(Question(PROMPT))


@contextmanager
def misbehaving(
    status: int, wait: float = 0.0, body: str = "", kind: str = "application/json"
) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with `status` after `wait` seconds: with `body`, or an error that
    quotes the request."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            time.sleep(wait)
            answer = (body or json.dumps({"error": {"message": f"no: {SECRET}"}})).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}/v1", seen
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_errors_are_our_sentences_and_never_quote_the_mail(status: int) -> None:
    notes = Notes()
    with (
        misbehaving(status) as (url, _),
        closing(OpenAIModel(url, "m", "k", notes, retries=0)) as model,
        pytest.raises(ModelError) as caught,
    ):
        model.complete(Question(PROMPT))
    assert str(caught.value).endswith(".")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert len(notes.rows) == 1  # it was sent, so the ledger says so


def test_a_failing_service_is_asked_again() -> None:
    with (
        misbehaving(503) as (url, seen),
        closing(OpenAIModel(url, "m", "k", Notes(), retries=1)) as model,
        pytest.raises(ModelError, match="try again later"),
    ):
        model.complete(Question(PROMPT))
    assert len(seen) == 2


def test_nobody_there() -> None:
    with (
        closing(OpenAIModel("http://127.0.0.1:9/v1", "m", "k", Notes(), retries=0)) as model,
        pytest.raises(ModelError, match="cannot be reached"),
    ):
        model.complete(Question(PROMPT))


def test_a_silent_service_neither_blocks_cancel_nor_waits_for_ever() -> None:
    with (
        misbehaving(500, wait=3.0) as (url, _),
        closing(OpenAIModel(url, "m", "k", Notes(), retries=0, timeout=1.0)) as model,
    ):
        with pytest.raises(ModelError, match="does not answer"):
            model.complete(Question(PROMPT))
        cancel = CancelToken()
        threading.Timer(0.2, cancel.cancel).start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            model.complete(Question(PROMPT), cancel=cancel)
        assert time.monotonic() - begun < 0.9


@pytest.mark.parametrize("url", ["http://api.example.com/v1", "ftp://127.0.0.1/v1", "api.example.com", ""])
def test_only_safe_addresses(url: str) -> None:
    with pytest.raises(InputError, match="https"):
        OpenAIModel(url, "m", "k", Notes())
