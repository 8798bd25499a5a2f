"""Signing in by a provider's web page: a real authorisation server over HTTPS on loopback, a browser in a
process of its own, and Dovecot that takes its tokens."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core import cli
from core.domain import AccountId
from core.errors import Cancelled, InputError, MailError, SignInRefused
from core.mail.clients import GivenClient, oauth_client
from core.mail.imap import ImapSession
from core.mail.oauth import Grant, OAuth, OAuthClient, SignInPage
from core.mail.reading import DirectReader
from core.mail.servers import Servers
from core.privacy.egress import Guard, Ledger, LedgerEntry
from core.privacy.keychain import Keychain, open_keychain
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.tasks import CancelToken, Progress
from tests import dovecot
from tests.authorisation import CLIENT, SECRET, Provider, browse, browser_command, provider, visited
from tests.dovecot import Dovecot
from tests.integration.mail_wire import certificate, mailbox

ME = "me@home.example"
COUNT = 3


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    (tmp_path / "tls").mkdir()
    made = certificate(tmp_path / "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    with provider(ME, made) as served:
        yield served


@pytest.fixture
def server(google: Provider) -> Iterator[Dovecot]:
    dovecot.need()
    with dovecot.dovecot(mailbox(COUNT), token_info=google.info) as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "longhand.db", bytes(32)) as database:
        yield database


@pytest.fixture
def keychain(tmp_path: Path) -> Keychain:
    return open_keychain(tmp_path, "a passphrase of the tests")


@pytest.fixture
def noted() -> list[LedgerEntry]:
    return []


@pytest.fixture
def guard() -> Iterator[Guard]:
    with closing(Guard()) as guard:
        yield guard


@pytest.fixture
def servers(
    server: Dovecot, database: Database, keychain: Keychain, guard: Guard, noted: list[LedgerEntry]
) -> Servers:
    """The guard stands up after the server, which the test asks whether it has started."""
    return Servers(database, keychain, guard, Ledger(noted.append))


def client(google: Provider, secret: str = "") -> OAuthClient:
    return OAuthClient(CLIENT, SignInPage(google.authorize, google.token, "mail offline_access"), secret)


def account(server: Dovecot) -> Account:
    return Account(AccountId(0), ME, "Me", server.host, server.port, "none", ME)


def signed_in(servers: Servers, server: Dovecot, google: Provider, secret: str = "") -> Account:
    return servers.sign_in(
        account(server),
        client(google, secret),
        lambda page: browse(google.certificate, page),
        CancelToken(),
    )


def sync(servers: Servers) -> int:
    return servers.sync(DirectReader(), Progress(), CancelToken()).sent


def test_from_the_page_to_the_mail(
    servers: Servers,
    server: Dovecot,
    google: Provider,
    keychain: Keychain,
    noted: list[LedgerEntry],
    tmp_path: Path,
) -> None:
    pages: list[str] = []

    def show(page: str) -> None:
        pages.append(page)
        browse(google.certificate, page)

    made = servers.sign_in(account(server), client(google, SECRET), show, CancelToken())
    assert ME not in pages[0], "what is handed to a browser stands in its arguments"
    assert google.pages[0]["login_hint"] == ME
    assert google.pages[0]["code_challenge_method"] == "S256"
    assert google.pages[0]["scope"] == "mail offline_access"
    assert google.asked[0]["client_secret"] == SECRET
    assert sync(servers) == COUNT
    assert len(google.asked) == 1, "the first access token serves on"
    assert {(one.host, one.purpose) for one in noted} == {
        ("127.0.0.1", "sign-in"),
        ("127.0.0.1", "mail"),
    }
    kept = Grant.from_json(keychain.get(made.secret_name) or "")
    assert kept.refresh_token in google.refresh
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert kept.refresh_token.encode() not in file.read_bytes(), "in the keychain alone"


def test_tokens_are_renewed(
    servers: Servers, server: Dovecot, google: Provider, database: Database, keychain: Keychain, guard: Guard
) -> None:
    made = signed_in(servers, server, google)
    first = Grant.from_json(keychain.get(made.secret_name) or "").refresh_token
    google.revoke()  # an access token ended before its time
    assert sync(servers) == COUNT
    assert [one["grant_type"] for one in google.asked] == ["authorization_code", "refresh_token"]
    second = Grant.from_json(keychain.get(made.secret_name) or "").refresh_token
    assert second != first, "the server replaced it"
    later = Servers(database, keychain, guard, Ledger(lambda _: None))  # the program was started anew
    assert "Signed in" in later.test(made.id)
    assert google.asked[-1]["refresh_token"] == second
    google.life = 100
    later = Servers(database, keychain, guard, Ledger(lambda _: None))
    for _ in range(2):
        later.test(made.id)
    count = len(google.asked)
    assert count == 4, "a token serves for half of a short life"


def test_a_refresh_token_that_stays_the_same(
    servers: Servers, server: Dovecot, google: Provider, keychain: Keychain
) -> None:
    google.rotates = False
    made = signed_in(servers, server, google)
    before = keychain.get(made.secret_name)
    google.revoke()
    servers.test(made.id)
    assert keychain.get(made.secret_name) == before


def test_two_sessions_use_a_refresh_token_once(servers: Servers, server: Dovecot, google: Provider) -> None:
    made = signed_in(servers, server, google)
    google.revoke()
    told: list[str] = []
    threads = [threading.Thread(target=lambda: told.append(servers.test(made.id))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(told) == 4
    assert [one["grant_type"] for one in google.asked].count("refresh_token") == 1


def test_a_sign_in_that_ended_says_what_to_do(servers: Servers, server: Dovecot, google: Provider) -> None:
    made = signed_in(servers, server, google)
    google.revoke()
    google.refresh.clear()
    with pytest.raises(SignInRefused, match="--oauth"):
        servers.test(made.id)
    signed_in(servers, server, google)
    assert sync(servers) == COUNT


def test_somebody_elses_mailbox(
    servers: Servers, server: Dovecot, google: Provider, database: Database
) -> None:
    google.owner = "other@home.example"
    with pytest.raises(SignInRefused, match="owner of the mailbox"):
        signed_in(servers, server, google)
    assert AccountRepository(database).all() == ()


@pytest.mark.parametrize("mechanisms", ["xoauth2", "oauthbearer"])
def test_each_mechanism_alone(google: Provider, mechanisms: str) -> None:
    dovecot.need()
    google.access["good"] = time.monotonic() + 100
    with dovecot.dovecot(mailbox(1), token_info=google.info, mechanisms=mechanisms) as server:
        wanted = replace(account(server), sign_in="oauth")
        with ImapSession(wanted, "good") as session:
            assert session.find("Sent") == "Sent"
        started = time.monotonic()
        with pytest.raises(SignInRefused):
            ImapSession(wanted, "bad")
        assert time.monotonic() - started < 15


def test_a_server_that_takes_none(google: Provider) -> None:
    dovecot.need()
    with (
        dovecot.dovecot(mailbox(1)) as server,
        pytest.raises(MailError, match="use a password"),
    ):
        ImapSession(replace(account(server), sign_in="oauth"), "good")


def oauth_of(guard: Guard, noted: list[LedgerEntry]) -> OAuth:
    return OAuth(guard, Ledger(noted.append))


@pytest.mark.parametrize(
    ("refuses", "fails", "words"),
    [
        ("access_denied", "", "declined"),
        ("unauthorized_client", "", "client id"),
        ("server_error", "", "server_error"),
        ("Come to evil.example!", "", "no reason"),
        ("", "invalid_client", "client id"),
        ("", "invalid_grant", "--oauth"),
        ("", "503", "busy"),
        ("", "200", "not understand|refused"),
    ],
)
def test_what_the_provider_refuses(
    google: Provider, guard: Guard, noted: list[LedgerEntry], refuses: str, fails: str, words: str
) -> None:
    google.refuses = refuses
    google.fails = [fails] if fails else []
    with pytest.raises(MailError, match=words):
        oauth_of(guard, noted).sign_in(
            client(google), ME, lambda page: browse(google.certificate, page), CancelToken()
        )


def test_a_page_nobody_visits_is_left_at_once(
    google: Provider, guard: Guard, noted: list[LedgerEntry]
) -> None:
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        oauth_of(guard, noted).sign_in(client(google), ME, lambda _: None, cancel)
    assert time.monotonic() - started < 1.3
    assert noted == []


def test_an_answer_that_nobody_asked_for_is_none(
    google: Provider, guard: Guard, noted: list[LedgerEntry]
) -> None:
    """Any page in the browser can send one to this machine; the right one still counts afterwards."""

    def show(page: str) -> None:
        home = page.rpartition("/")[0]
        for forged in ("code=stolen&state=guessed", "code=stolen", "error=access_denied&state="):
            assert not visited(google.certificate, f"{home}/?{forged}")
        browse(google.certificate, page)

    grant, access = oauth_of(guard, noted).sign_in(client(google), ME, show, CancelToken())
    assert access.good
    assert grant.refresh_token in google.refresh
    assert "stolen" not in str(google.asked)


def test_a_sign_in_server_without_a_proof_of_its_name(
    google: Provider, guard: Guard, noted: list[LedgerEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailError, match="prove who it is"):
        oauth_of(guard, noted).refresh(Grant(client(google), "token"))
    assert google.asked == []


def test_nothing_is_sent_without_tls() -> None:
    for url in ("http://127.0.0.1/token", "https:///token", "token"):
        with pytest.raises(InputError, match="https"):
            OAuthClient(CLIENT, SignInPage("https://127.0.0.1/", url, "mail")).checked()


def test_whose_client_id() -> None:
    firm = {"outlook.office365.com": {"client_id": "of-the-firm", "token": "https://login.example/token"}}
    own = oauth_client("outlook.office365.com", GivenClient("mine"), firm)
    assert (own.client_id, own.page.redirect) == ("mine", "localhost")
    assert own.page.token == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    theirs = oauth_client("Outlook.Office365.com", GivenClient(), firm)
    assert (theirs.client_id, theirs.page.token) == ("of-the-firm", "https://login.example/token")
    with pytest.raises(InputError, match="client id"):
        oauth_client("imap.gmail.com", GivenClient(), firm)
    with pytest.raises(InputError, match="authorize-url"):
        oauth_client("mail.firm.example", GivenClient("mine"), firm)


def test_googles_client_file(tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    file.write_text(json.dumps({"installed": {"client_id": "mine", "client_secret": "word"}}))
    made = oauth_client("imap.gmail.com", GivenClient(file=file), {})
    assert (made.client_id, made.secret) == ("mine", "word")
    assert "word" not in repr(made)
    for broken in ("", "[]", '{"installed": []}', "{}"):
        file.write_text(broken)
        with pytest.raises(InputError, match="client file"):
            oauth_client("imap.gmail.com", GivenClient(file=file), {})


def test_the_command_line(
    server: Dovecot,
    google: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import webbrowser

    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    command = browser_command(google.certificate, tmp_path)
    monkeypatch.setattr(webbrowser, "_tryorder", [command])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    where = ["--host", server.host, "--port", str(server.port), "--tls", "none"]
    page = ["--authorize-url", google.authorize, "--token-url", google.token, "--scope", "mail"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["account", "add", ME, *where, *page, "--oauth", "--client-id", CLIENT, "--json"])
    told = capsys.readouterr()
    assert ended.value.code == 0, told.err
    assert json.loads(told.out)["sign_in"] == "oauth"
    assert "http://127.0.0.1:" in told.err
    with pytest.raises(SystemExit) as ended:
        cli.main(["sync", "--json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["sent"] == COUNT
    for wrong, status in ((["--oauth"], 1), (["--client-id", CLIENT], 2)):
        with pytest.raises(SystemExit) as ended:
            cli.main(["account", "add", ME, *where, *wrong])
        assert ended.value.code == status
        capsys.readouterr()
