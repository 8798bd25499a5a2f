"""New versions: one question over verified TLS, to a real server on loopback under a private authority, and
what is believed of its answers. Every key is made on the fly."""

import io
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core import cli
from core.errors import InputError, UpdatesError
from core.privacy.egress import EgressRefused, Guard, Ledger, LedgerEntry
from core.privacy.policy import Policy
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.kept_settings import KeptSettings
from core.updates import sentences
from core.updates.desk import OURS, Source, Updates
from core.updates.statement import LARGEST, LONGEST, Statement, is_newer, opened, sign
from scripts import release_statement
from tests.integration.local_internet import Web, https, resolving
from tests.integration.mail_wire import certificate

HOST, PATH, PAGE = "versions.longhand.test", "/versions.json", "https://longhand.test/9.1"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Ed25519PrivateKey:
    made = Ed25519PrivateKey.generate()
    monkeypatch.setattr("core.updates.desk.OURS", Source(f"https://{HOST}{PATH}", raw(made)))
    return made


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """'away.longhand.test' is a port that nobody listens on, 'evil.longhand.test' has no certificate."""
    (tmp_path / "tls").mkdir()
    cert, secret = certificate(tmp_path / "tls", HOST, "elsewhere.longhand.test", "away.longhand.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with https(context) as web, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ports = dict.fromkeys(
            ((HOST, 443), ("elsewhere.longhand.test", 443), ("evil.longhand.test", 443)), web.port
        )
        ports["away.longhand.test", 443] = closed.getsockname()[1]
        monkeypatch.setattr(socket, "getaddrinfo", resolving(ports))
        web.kind = "application/json"
        yield web


@dataclass
class Desk:
    """`updates` over a real store, on the day `now`."""

    settings: KeptSettings
    jobs: JobRepository
    guard: Guard
    noted: list[LedgerEntry]
    now: datetime = NOW
    policy: Policy = field(default_factory=Policy)

    @property
    def updates(self) -> Updates:
        ledger = Ledger(self.noted.append)
        return Updates(self.settings, self.policy, self.jobs, self.guard, ledger, lambda: self.now)


@pytest.fixture
def desk(tmp_path: Path, web: Web) -> Iterator[Desk]:
    guard = Guard()
    database = Database.open(tmp_path / "x.db", bytes(32))
    made = Desk(KeptSettings(tmp_path / "settings.toml"), JobRepository(database), guard, [])
    made.updates.turn(True)
    yield made
    database.close()
    guard.close()


def statement(serial: int = 5, number: str = "9.1", issued: datetime = NOW, days: int = 45) -> Statement:
    return Statement(serial, issued, issued + timedelta(days=days), number, PAGE)


def serve(web: Web, content: bytes | str | int | list[bytes]) -> None:
    web.pages[HOST, PATH] = content


def test_a_good_statement_is_told_and_nothing_else_happens(
    web: Web, key: Ed25519PrivateKey, desk: Desk
) -> None:
    made = sign(statement(), key)
    serve(web, made)
    news = desk.updates.ask()
    assert news == desk.updates.news
    assert (news.version, news.page, news.newer, news.heard, news.fault) == ("9.1", PAGE, True, NOW, "")
    assert news.told == f"Longhand 9.1 is there; this is {version('longhand')}."
    assert web.asked == [(HOST, PATH)]
    assert [(one.host, one.purpose, one.bytes_in) for one in desk.noted] == [
        (HOST, "new versions", len(made))
    ]


def test_the_question_tells_nothing_of_who_asks(
    web: Web, key: Ed25519PrivateKey, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # not used either
    serve(web, sign(statement(), key))
    desk.updates.ask()
    desk.updates.ask()
    assert (
        web.headers
        == [
            {
                "host": HOST,
                "accept": "*/*",
                "accept-encoding": "identity",
                "connection": "keep-alive",
                "user-agent": "Longhand",
            }
        ]
        * 2
    )


def test_the_host_is_let_through_for_the_question_alone(web: Web, key: Ed25519PrivateKey, desk: Desk) -> None:
    serve(web, sign(statement(), key))
    desk.updates.ask()
    with pytest.raises(EgressRefused):
        socket.create_connection((HOST, 443), 1)


def test_off_or_forbidden_nobody_is_asked(web: Web, key: Ed25519PrivateKey, desk: Desk) -> None:
    serve(web, sign(statement(), key))
    desk.updates.turn(False)
    assert not desk.updates.due
    with pytest.raises(InputError, match="updates on"):
        desk.updates.ask()
    assert desk.updates.news.told == sentences.TURN_ON
    for policy in (Policy(updates=False), Policy(damaged=True)):
        desk.policy = Policy()
        desk.updates.turn(True)  # before there was a policy
        desk.policy = policy
        with pytest.raises(UpdatesError, match="policy"):
            desk.updates.turn(True)
        assert not desk.updates.due
        with pytest.raises(UpdatesError, match="policy"):
            desk.updates.ask()
        assert desk.updates.news.told == sentences.FORBIDDEN
    assert (web.asked, desk.noted) == ([], [])


def signed(serial: int, number: str, issued: datetime, key: Ed25519PrivateKey) -> bytes:
    return sign(statement(serial, number, issued), key)


def reworked(key: Ed25519PrivateKey, **fields: str) -> bytes:
    """A good one with other fields around the statement; an empty one is left out."""
    whole = json.loads(signed(6, "9.2", NOW, key)) | fields
    return json.dumps({name: value for name, value in whole.items() if value}).encode()


def signed_as_something_else(key: Ed25519PrivateKey) -> bytes:
    text = json.loads(signed(6, "9.2", NOW, key))["statement"]
    return reworked(key, signature=b64encode(key.sign(text.encode())).decode())


# Answers that must not be believed, and what is said of them.
WRONG: dict[str, tuple[Callable[[Ed25519PrivateKey], bytes | str | int], str]] = {
    "changed": (lambda key: signed(6, "9.1", NOW, key).replace(b"9.1", b"9.2"), sentences.UNSIGNED),
    "other key": (lambda _: signed(6, "9.2", NOW, Ed25519PrivateKey.generate()), sentences.UNSIGNED),
    "signed as something else": (signed_as_something_else, sentences.UNSIGNED),
    "no signature": (lambda key: reworked(key, signature=""), sentences.NO_STATEMENT),
    "a short signature": (lambda key: reworked(key, signature="QUJD"), sentences.UNSIGNED),
    "one thing more": (lambda key: reworked(key, run="https://evil.test/x"), sentences.NO_STATEMENT),
    "expired": (lambda key: signed(6, "9.2", NOW - 46 * DAY, key), sentences.EXPIRED),
    "of the future": (lambda key: signed(6, "9.2", NOW + 2 * DAY, key), sentences.EXPIRED),
    "older serial": (lambda key: signed(4, "9.2", NOW, key), sentences.OLDER),
    "same serial": (lambda key: signed(5, "9.2", NOW, key), sentences.OLDER),
    "too large": (lambda key: signed(6, "9.2", NOW, key) + b" " * LARGEST, sentences.NO_STATEMENT),
    "no JSON": (lambda _: b"<html>Sign in to the hotel's network</html>", sentences.NO_STATEMENT),
    "nothing": (lambda _: b"", sentences.NO_STATEMENT),
    "redirect": (lambda _: f"https://elsewhere.longhand.test{PATH}", sentences.NO_STATEMENT),
    "gone": (lambda _: 404, sentences.NO_STATEMENT),
    "failing": (lambda _: 503, sentences.AWAY),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_to_be_believed_changes_nothing(
    web: Web, key: Ed25519PrivateKey, desk: Desk, how: str
) -> None:
    serve(web, sign(statement(), key))
    before = desk.updates.ask()
    answer, said = WRONG[how]
    serve(web, answer(key))
    web.pages["elsewhere.longhand.test", PATH] = sign(statement(6, "9.2"), key)
    with pytest.raises(UpdatesError) as told:
        desk.updates.ask()
    assert str(told.value) == said
    after = desk.updates.news
    assert (after.version, after.page, after.heard) == (before.version, PAGE, NOW)
    assert after.fault == said
    assert after.told.endswith(said)
    assert web.asked == [(HOST, PATH)] * 2  # a redirect is not followed
    assert len(desk.noted) == 2
    serve(web, sign(statement(7, "9.3"), key))
    assert (desk.updates.ask().version, desk.updates.news.fault) == ("9.3", "")


def test_another_kind_of_file_is_not_read(web: Web, key: Ed25519PrivateKey, desk: Desk) -> None:
    serve(web, sign(statement(), key))
    web.kind = "text/html"
    with pytest.raises(UpdatesError, match="something else"):
        desk.updates.ask()


def test_one_that_drips_is_given_up(
    web: Web, key: Ed25519PrivateKey, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.updates.desk._WHOLE", 0.3)
    serve(web, [b" "] * 30)
    with pytest.raises(UpdatesError, match="something else"):
        desk.updates.ask()


@pytest.mark.parametrize("host", ["away.longhand.test", "unknown.longhand.test", "evil.longhand.test"])
def test_no_network_and_no_certificate_are_one_calm_line(
    web: Web, key: Ed25519PrivateKey, desk: Desk, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.updates.desk.OURS", Source(f"https://{host}{PATH}", raw(key)))
    web.pages[host, PATH] = sign(statement(), key)
    with pytest.raises(UpdatesError, match="does not answer"):
        desk.updates.ask()
    assert web.asked == []
    assert [(one.host, one.bytes_in) for one in desk.noted] == [(host, 0)]


def test_the_stand_in_address_is_never_asked(web: Web, desk: Desk) -> None:
    assert not OURS.is_set_up
    with pytest.raises(UpdatesError, match="no address yet"):
        desk.updates.ask()
    assert desk.noted == []


def test_it_asks_once_a_day_whatever_comes_of_it(web: Web, key: Ed25519PrivateKey, desk: Desk) -> None:
    assert desk.updates.due
    serve(web, 503)
    with pytest.raises(UpdatesError):
        desk.updates.ask()
    assert not desk.updates.due
    desk.now += DAY - timedelta(minutes=1)
    assert not desk.updates.due
    desk.now += timedelta(minutes=1)
    assert desk.updates.due
    serve(web, sign(statement(issued=desk.now), key))
    desk.updates.ask()
    desk.now -= 2 * DAY  # a clock that was put right must not stop it for good
    assert desk.updates.due


def test_a_newer_version_is_a_notice_once(web: Web, key: Ed25519PrivateKey, desk: Desk) -> None:
    assert desk.updates.notice() == ""
    serve(web, sign(statement(), key))
    desk.updates.ask()
    assert "9.1" in desk.updates.notice()
    assert desk.updates.notice() == ""
    serve(web, sign(statement(6, version("longhand")), key))
    assert not desk.updates.ask().newer
    assert desk.updates.notice() == ""
    assert (
        desk.updates.news.told == f"This is Longhand {version('longhand')}, the newest version on 2026-03-01."
    )


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [("0.10", "0.9.2", True), ("0.2", "0.2.0", False), ("0.1.1", "0.1", True), ("0.1", "0.2", False)],
)
def test_versions_are_compared_by_number(one: str, other: str, newer: bool) -> None:
    assert is_newer(one, other) is newer


def test_a_statement_cannot_hold_for_long(key: Ed25519PrivateKey) -> None:
    for days in (0, LONGEST.days + 1):
        with pytest.raises(ValueError, match="holds for"):
            sign(statement(days=days), key)


# The command line

JSON_KEYS = {"on", "allowed", "own", "version", "page", "newer", "heard", "fault"}


def longhand(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["updates", *arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_command(
    web: Web,
    key: Ed25519PrivateKey,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    now = datetime.now(UTC)
    serve(web, sign(statement(issued=now), key))
    assert longhand(capsys) == (0, f"{sentences.TURN_ON}\n", "")
    status, out, err = longhand(capsys, "check")
    assert (status, out, "updates on" in err) == (1, "", True)
    assert web.asked == []
    status, out, _ = longhand(capsys, "on")
    assert (status, out) == (0, f"Longhand 9.1 is there; this is {version('longhand')}.\n{PAGE}\n")
    serve(web, sign(statement(4, issued=now), key))
    status, out, err = longhand(capsys, "check", "--json")
    assert (status, out, err) == (1, "", f"longhand: {sentences.OLDER}\n")
    status, out, _ = longhand(capsys, "--json")
    told = json.loads(out)
    assert (set(told), told["version"], told["fault"]) == (JSON_KEYS, "9.1", sentences.OLDER)
    assert json.loads(longhand(capsys, "off", "--json")[1])["on"] is False
    asked = len(web.asked)
    assert longhand(capsys, "check")[0] == 1
    assert len(web.asked) == asked
    with pytest.raises(SystemExit):
        cli.main(["privacy", "log"])
    assert capsys.readouterr().out.count(f"{HOST}  new versions") == 2
    policy = tmp_path / "policy.toml"
    policy.write_text("updates = false\n")
    monkeypatch.setattr("core.app.policy_path", lambda: policy)
    status, _, err = longhand(capsys, "on")
    assert (status, err) == (1, f"longhand: {sentences.FORBIDDEN}\n")
    assert longhand(capsys, "--help")[0] == 0


# The maintainer's script


def test_the_script_makes_what_the_program_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, file = tmp_path / "key.pem", tmp_path / "versions.json"

    def script(*arguments: str, typed: str = "only for tests\n") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        release_statement.main(arguments)
        return capsys.readouterr().out.strip()

    public = bytes.fromhex(script("key", str(secret)))
    assert secret.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in secret.read_bytes()
    with pytest.raises(SystemExit, match="left as it is"):
        script("key", str(secret))
    given = ("sign", str(secret), str(file), "--version", "9.1", "--page", PAGE, "--serial")
    with pytest.raises(SystemExit, match="another key"):
        script(*given, "3")
    assert not file.exists()
    monkeypatch.setattr("core.updates.desk.OURS", Source("https://x.test/", public))
    assert "serial 3" in script(*given, "3")
    assert opened(file.read_bytes(), public).serial == 3
    for serial, why in (("3", "higher"), ("2", "higher")):
        with pytest.raises(SystemExit, match=why):
            script(*given, serial)
    with pytest.raises(SystemExit, match="passphrase"):
        script(*given, "4", typed="wrong\n")
    with pytest.raises(SystemExit, match="holds for"):
        script(*given, "4", "--days", "400")
    with pytest.raises(SystemExit, match="else than a statement"):
        script("sign", str(secret), str(file), "--version", "9.1", "--page", "http://x", "--serial", "4")
    assert opened(file.read_bytes(), public).serial == 3
