"""A model service on the user's terms: off, then on for named accounts, within a budget and the firm's
policy, redacted, and only after the user saw what is sent. Over real HTTP."""

import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from core.app import App
from core.domain import MessageId
from core.errors import InputError, ModelError
from core.models.catalogue import embedded_path
from core.privacy.policy import Policy
from core.privacy.redaction import unrestored
from core.store.paths import Profile
from core.store.settings import Cloud
from core.tasks import CancelToken, Progress
from tests.bench.program import PASSPHRASE, longhand
from tests.model_services import Behaviour, Service, llama_server, openai_stream, serving

TOM, ANN = "tom@hale.example", "ann.kovac@north.example"
IBAN, PHONE = "DE89 3704 0044 0532 0130 00", "+49 30 901820"
ANSWER = ("Dear [FIR", "ST_1],\n\ncall [PHONE_1], or [NAME", "_77].\n\nBest,\n[FIRST_2]")


@pytest.fixture
def service() -> Iterator[Service]:
    with serving("/v1/chat/completions", openai_stream, Behaviour(ANSWER)) as one:
        yield one


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    file = tmp_path / "mail.mbox"
    box = mailbox.mbox(file)
    for number, (sender, to, text) in enumerate(
        [
            (
                f"Ann Kovač <{ANN}>",
                f"Tom Hale <{TOM}>",
                f"Hi Tom,\n\nMarta Silva ({PHONE}) asks: pay {IBAN}? Falcon?\n\nAnn",
            ),
            (
                f"Tom Hale <{TOM}>",
                f"Ann Kovač <{ANN}>",
                "Hi Ann,\n\nthe crates are on their way.\n\nBest,\nTom",
            ),
        ]
    ):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, "Crates"
        message["Date"], message["Message-ID"] = (
            f"Mon, {5 + number} Jan 2026 10:00:00 +0000",
            f"<{number}@x.example>",
        )
        message.set_content(text)
        box.add(message)
    box.close()
    return file


def open_app(home: Path, policy: Policy | None = None) -> App:
    return App.open(Profile(home), PASSPHRASE, "a test", policy)


def filled(home: Path, mail: Path) -> App:
    app = open_app(home)
    app.mail.import_path(mail, Progress(), CancelToken(), own=TOM)
    return app


def waiting(app: App) -> MessageId:
    (one,) = app.mail.waiting()
    return one.id


def test_what_is_sent_is_what_the_preview_shows_and_names_come_back(
    profile_home: Path, mail: Path, service: Service
) -> None:
    with closing(filled(profile_home, mail)) as app:
        terms = Cloud(base_url=f"{service.url}/v1", model="m", words=("falcon",))
        app.models.use_cloud(terms, "key")
        with pytest.raises(ModelError, match="privacy preview"):
            app.drafts.write(waiting(app), notes="tell Ann yes")
        assert app.cloud.unseen
        shown = app.drafts.preview(waiting(app), "tell Ann yes")
        assert not app.cloud.unseen
        made = app.drafts.write(waiting(app), notes="tell Ann yes")
        assert [service.text(number) for number in range(len(service.requests))] == [shown]
        for secret in (
            TOM,
            ANN,
            IBAN,
            PHONE,
            "Ann",
            "Kovač",
            "Tom",
            "Hale",
            "Marta",
            "Silva",
            "Falcon",
            "901820",
        ):
            assert secret not in shown
        assert made.text == f"Dear Ann,\n\ncall {PHONE}, or [NAME_77].\n\nBest,\nTom"
        assert "[NAME_77]" in {finding.text for finding in made.findings if "put back" in finding.reason}
        assert [(row.host, row.purpose) for row in app.ledger.all()] == [
            ("127.0.0.1", shown and row_purpose(made))
        ]


def row_purpose(made: object) -> str:
    return str(getattr(made, "prompt_version", "")).split()[0]


def test_without_redaction_the_preview_still_tells_the_truth(
    profile_home: Path, mail: Path, service: Service
) -> None:
    with closing(filled(profile_home, mail)) as app:
        app.models.use_cloud(Cloud(base_url=f"{service.url}/v1", model="m"), "key")
        app.drafts.preview(waiting(app))
        app.cloud.set(replace(app.cloud.now, redact=False))
        assert app.cloud.unseen  # other text is sent from now on
        shown = app.drafts.preview(waiting(app))
        assert IBAN in shown
        app.drafts.write(waiting(app))
        assert service.text() == shown


def test_it_is_off_until_it_is_turned_on_for_the_account(
    profile_home: Path, mail: Path, service: Service
) -> None:
    with closing(filled(profile_home, mail)) as app:
        with pytest.raises(InputError, match=r"not set up|No cloud"):
            app.models.use("cloud")
        app.models.use_cloud(Cloud(base_url=f"{service.url}/v1", model="m"), "key")
        app.drafts.preview(waiting(app))
        app.cloud.set(replace(app.cloud.now, accounts=()))
        with pytest.raises(ModelError, match="this account"):
            app.drafts.write(waiting(app))
        with pytest.raises(ModelError, match="every account"):
            app.learning.run(Progress(), CancelToken())
        app.cloud.set(replace(app.cloud.now, accounts=(TOM,), enabled=False))
        with pytest.raises(ModelError, match="is off"):
            app.drafts.write(waiting(app))
        with pytest.raises(InputError, match="no such account"):
            app.cloud.set(replace(app.cloud.now, accounts=("other@hale.example",)))
        assert service.requests == []


def test_what_learning_sends_is_said_before(profile_home: Path, mail: Path, service: Service) -> None:
    with closing(filled(profile_home, mail)) as app:
        assert app.learning.before() == ""
        app.models.use_cloud(Cloud(base_url=f"{service.url}/v1", model="m"), "key")
        told = app.learning.before()
        assert told.startswith("m at 127.0.0.1 makes what is learned from: up to 120 of your sent mails")
        assert "without the names" in told
        app.cloud.set(replace(app.cloud.now, redact=False))
        assert "without the names" not in app.learning.before()
        assert service.requests == []


@pytest.mark.parametrize(
    "policy", [Policy(cloud=False), Policy(cloud_hosts=("llm.firm.example",)), Policy(damaged=True)]
)
def test_a_policy_holds_whatever_the_user_turns_on(
    profile_home: Path, mail: Path, service: Service, policy: Policy
) -> None:
    terms = Cloud(base_url=f"{service.url}/v1", model="m")
    with closing(filled(profile_home, mail)) as app:
        app.models.use_cloud(terms, "key")
        app.drafts.preview(waiting(app))
    with closing(open_app(profile_home, policy)) as app:
        for act in (lambda: app.drafts.write(waiting(app)), lambda: app.models.use_cloud(terms, "key")):
            with pytest.raises(ModelError, match="policy"):
                act()
        app.models.use("mini-large")
        app.drafts.preview(waiting(app))
    assert service.requests == []
    with closing(open_app(profile_home, Policy(cloud_hosts=("127.0.0.1",)))) as app:
        app.models.use("cloud")
        app.drafts.write(waiting(app))
    assert len(service.requests) == 1


def test_a_months_requests_and_tokens_end(profile_home: Path, mail: Path, service: Service) -> None:
    with closing(filled(profile_home, mail)) as app:
        app.models.use_cloud(Cloud(base_url=f"{service.url}/v1", model="m", monthly_requests=2), "key")
        app.drafts.preview(waiting(app))
        app.drafts.write(waiting(app))
        app.drafts.zero_shot(waiting(app))
        with pytest.raises(ModelError, match="2 requests"):
            app.drafts.write(waiting(app))
        assert (app.cloud.service.used.requests, app.cloud.service.used.tokens) == (2, 94)
        app.cloud.set(replace(app.cloud.now, monthly_requests=0, monthly_tokens=94))
        with pytest.raises(ModelError, match="94 tokens"):
            app.drafts.write(waiting(app))
        assert len(service.requests) == 2


def test_the_key_is_in_the_keychain_alone(profile_home: Path, mail: Path, service: Service) -> None:
    with closing(filled(profile_home, mail)) as app:
        app.models.use_cloud(Cloud(base_url=f"{service.url}/v1", model="m"), "a-very-secret-key")
    held = [path for path in profile_home.rglob("*") if path.is_file()]
    assert profile_home / "settings.toml" in held
    assert not any(b"a-very-secret-key" in path.read_bytes() for path in held)


def test_by_command(profile_home: Path, mail: Path, service: Service) -> None:
    def run(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
        done = longhand(profile_home, *arguments, typed=typed, timeout=120)
        return done.returncode, done.stdout, done.stderr

    profile_home.parent.mkdir(exist_ok=True)
    assert run("import", str(mail), "--own", TOM)[0] == 0
    status, told, failed = run(
        "models", "use", "cloud", "--url", f"{service.url}/v1", "--model", "m", typed="key\n"
    )
    assert (status, "without the names" in told) == (0, True), failed
    status, told, failed = run("draft", "--message", "<0@x.example>")
    assert status == 0, failed
    assert told.startswith("Dear Ann,")
    assert "This is sent to the model service" in failed
    assert service.text().strip() in failed
    status, told, _ = run("models", "cloud", "--requests", "1", "--word", "Crates")
    assert "Used this month: 1 requests of 1, 47 tokens." in told
    status, _, failed = run("draft", "--message", "<0@x.example>")
    assert status == 1
    assert "1 requests" in failed
    shown = run("privacy", "preview", "--message", "1")[1]
    assert "[WORD_1]" in shown


def test_a_service_is_chosen_by_its_name(profile_home: Path, mail: Path, service: Service) -> None:
    def run(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
        done = longhand(profile_home, "models", "use", "cloud", *arguments, typed=typed, timeout=120)
        return done.returncode, done.stdout, done.stderr

    filled(profile_home, mail).close()
    status, told, failed = run("--service", "mistral", "--model", "m", typed="key\n")
    assert (status, "m at api.mistral.ai writes from now on" in told) == (0, True), failed
    status, told, failed = run("--service", "anthropic", "--model", "m", typed="key\n")
    assert (status, "m at api.anthropic.com" in told) == (0, True), failed
    status, _, failed = run("--service", "azure", "--model", "m", typed="key\n")
    assert (status, "your own resource" in failed) == (1, True)
    status, _, failed = run("--service", "gemini", "--model", "m", typed="\n")
    assert (status, "key is needed" in failed) == (1, True)
    assert run("--service", "nobody", "--model", "m")[0] == 2
    assert run("--service", "mistral")[0] == 2
    # A server of one's own elsewhere than usual, which asks for no key.
    status, told, failed = run(
        "--service", "ollama", "--url", f"{service.url}/v1", "--model", "m", typed="\n"
    )
    assert (status, "m at 127.0.0.1" in told) == (0, True), failed
    with closing(open_app(profile_home)) as app:
        app.drafts.preview(waiting(app))
        assert app.drafts.write(waiting(app)).text.startswith("Dear Ann")
    assert len(service.requests) == 1


def test_a_server_of_ones_own_writes_without_names(profile_home: Path, mail: Path) -> None:
    """llama.cpp's server with the embedded writer: what it makes of placeholders is its affair, but those it
    repeats come back, and the others are marked."""
    with llama_server(embedded_path("mini-large"), "key") as url, closing(filled(profile_home, mail)) as app:
        app.models.use_cloud(Cloud(base_url=url, model="mini-large"), "key")
        shown = app.drafts.preview(waiting(app), "tell Ann that Marta Silva comes on Tuesday")
        made = app.drafts.write(waiting(app), notes="tell Ann that Marta Silva comes on Tuesday")
        assert not {"Ann", "Marta", "Silva", "Tom"} & set(re.findall(r"\w+", shown))
        assert len(made.text.split()) >= 3
        assert made.model == "mini-large"
        left = {made.text[a:b] for a, b in unrestored(made.text, "")}
        assert left <= {finding.text for finding in made.findings}
        assert app.cloud.service.used.requests == 1
        assert [(row.host, row.bytes_out) for row in app.ledger.all()] == [("127.0.0.1", len(shown.encode()))]
