"""Finding a mail server from an address, against real servers on loopback: https, DNS and IMAP."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from core.cli import main
from core.errors import Cancelled, InputError
from core.mail.discovery import Discovery, Found, Looked, Origin
from core.mail.network import Network
from core.mail.server_settings import ServerSettings
from core.privacy.egress import EgressRefused, Guard, Ledger, LedgerEntry
from core.sample.server import SampleServer
from core.tasks import CancelToken, Progress
from tests.answering import answering
from tests.integration.local_internet import Names, Web, https, nameserver, resolving
from tests.integration.mail_wire import Wire, certificate, mailbox

ADDRESS = "jo@firm.example"
PATH = "/mail/config-v1.1.xml"
WELL_KNOWN = f"/.well-known/autoconfig{PATH}"
NAMES = (
    "firm.example",
    "autoconfig.firm.example",
    "host.example",
    "imap.firm.example",
    "autoconfig.thunderbird.net",
)
FILE = (
    b'<clientConfig version="1.1"><emailProvider id="firm.example"><incomingServer type="imap">'
    b"<hostname>mx.host.example</hostname><port>993</port><socketType>SSL</socketType>"
    b"<username>%EMAILLOCALPART%</username></incomingServer></emailProvider></clientConfig>"
)
FROM_FILE = ServerSettings("mx.host.example", 993, "implicit", "jo")


@dataclass
class Internet:
    web: Web
    names: Names
    ports: dict[tuple[str, int], int]
    tls: ssl.SSLContext


@pytest.fixture
def internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    """Without pages and records; 'evil.example' has an https server without a certificate for that name."""
    cert, key = certificate(tmp_path, *NAMES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with https(context) as web, nameserver() as names:
        ports = {(name, 443): web.port for name in (*NAMES, "evil.example")}
        monkeypatch.setattr(socket, "getaddrinfo", resolving(ports))
        yield Internet(web, names, ports, context)


@pytest.fixture
def noted() -> list[LedgerEntry]:
    return []


@pytest.fixture
def guard(internet: Internet) -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


@pytest.fixture
def discovery(internet: Internet, guard: Guard, noted: list[LedgerEntry]) -> Discovery:
    return Discovery(Network(guard, Ledger(noted.append), [("127.0.0.1", internet.names.port)]))


def find(discovery: Discovery, address: str = ADDRESS, *, ask_ispdb: bool = False) -> Looked:
    return discovery.find(address, Progress(), CancelToken(), ask_ispdb=ask_ispdb)


def test_a_large_provider_is_known_without_any_network(
    discovery: Discovery, noted: list[LedgerEntry]
) -> None:
    looked = find(discovery, "Jo@GMAIL.com")
    assert looked.tried == (Origin.BUNDLED,)
    assert looked.found is not None
    assert looked.found.settings.host == "imap.gmail.com"
    assert looked.found.settings.user == "Jo@gmail.com"
    assert noted == []


def test_the_domains_own_file(
    internet: Internet, discovery: Discovery, guard: Guard, noted: list[LedgerEntry]
) -> None:
    internet.web.pages["autoconfig.firm.example", PATH] = FILE
    looked = find(discovery)
    assert looked == Looked(
        Found(Origin.AUTOCONFIG, "autoconfig.firm.example", FROM_FILE), (Origin.BUNDLED, Origin.AUTOCONFIG)
    )
    assert [(one.host, one.purpose, one.bytes_in) for one in noted] == [
        ("autoconfig.firm.example", "find server", len(FILE))
    ]
    with pytest.raises(EgressRefused):  # let through for that question alone
        socket.create_connection(("autoconfig.firm.example", 443), 1)


def test_no_proxy_of_the_environments_is_asked(
    internet: Internet, discovery: Discovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    internet.web.pages["autoconfig.firm.example", PATH] = FILE
    assert find(discovery).found is not None


def test_a_file_is_read_up_to_its_limit(internet: Internet, guard: Guard, noted: list[LedgerEntry]) -> None:
    network = Network(guard, Ledger(noted.append), [])
    internet.web.pages["firm.example", "/file"] = b"x" * 1000
    assert network.fetch("https://firm.example/file", 1000) == b"x" * 1000
    assert network.fetch("https://firm.example/file", 999) is None


def test_of_the_address_only_the_domain_leaves_the_machine(internet: Internet, discovery: Discovery) -> None:
    find(discovery, "secretive@firm.example", ask_ispdb=True)
    asked = [*internet.web.asked, *internet.names.asked]
    assert len(asked) == 6
    assert not any("secretive" in part for one in asked for part in one)


def test_the_well_known_place_and_a_move(
    internet: Internet, discovery: Discovery, noted: list[LedgerEntry]
) -> None:
    internet.web.pages["firm.example", WELL_KNOWN] = f"https://host.example{PATH}"
    internet.web.pages["host.example", PATH] = FILE
    found = find(discovery).found
    assert found == Found(Origin.AUTOCONFIG, "firm.example", FROM_FILE)
    assert [one.host for one in noted] == ["autoconfig.firm.example", "firm.example", "host.example"]


@pytest.mark.parametrize(
    "page",
    [
        f"http://host.example{PATH}",
        "https://[",
        "https://127.0.0.1/",
        "https://evil.example/",
        "file:///etc/passwd",
        PATH,  # to itself, for ever
        FILE + b" " * 200_000,
        b"<html>Welcome!</html>",
    ],
    ids=["http", "broken", "number", "certificate", "file", "loop", "large", "page"],
)
def test_a_file_that_is_not_taken(internet: Internet, discovery: Discovery, page: bytes | str) -> None:
    internet.web.pages["autoconfig.firm.example", PATH] = page
    elsewhere = {("host.example", PATH), ("evil.example", "/"), ("127.0.0.1", "/")}
    internet.web.pages.update(dict.fromkeys(elsewhere, FILE))
    internet.ports["127.0.0.1", 443] = internet.web.port  # with a certificate that holds for the number
    with answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + FILE) as plain:
        internet.ports["host.example", 80] = plain
        assert find(discovery).found is None
    assert elsewhere.isdisjoint(internet.web.asked)


def test_a_file_that_drips_is_given_up(
    internet: Internet, discovery: Discovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.mail.network._WHOLE_SECONDS", 0.5)
    internet.web.pages["autoconfig.firm.example", PATH] = [FILE, *[b" "] * 100]
    begun = time.monotonic()
    assert find(discovery).found is None
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff" * 3000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + FILE,
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + FILE,
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"* OK IMAP4rev1 ready\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_no_answer(
    internet: Internet, discovery: Discovery, said: bytes
) -> None:
    with answering(said) as port, Wire(port, tls=internet.tls) as wire:
        internet.ports["autoconfig.firm.example", 443] = wire.port
        assert find(discovery).found is None


def test_service_records_best_first(
    internet: Internet, discovery: Discovery, noted: list[LedgerEntry]
) -> None:
    internet.names.zone["_imaps._tcp.firm.example", "SRV"] = [
        "20 0 993 last.firm.example.",
        "10 1 993 light.firm.example.",
        "10 9 1993 Heavy.firm.example.",
    ]
    looked = find(discovery)
    settings = ServerSettings("heavy.firm.example", 1993, "implicit", ADDRESS)
    assert looked.found == Found(Origin.SRV, "firm.example", settings)
    assert noted[-1].host == "127.0.0.1"
    assert noted[-1].bytes_in > 50


def test_a_service_that_is_said_not_to_be_there(internet: Internet, discovery: Discovery) -> None:
    internet.names.zone["_imaps._tcp.firm.example", "SRV"] = ["0 0 0 ."]
    internet.names.zone["_imap._tcp.firm.example", "SRV"] = ["0 0 143 imap.firm.example."]
    found = find(discovery).found
    assert found == Found(
        Origin.SRV, "firm.example", ServerSettings("imap.firm.example", 143, "starttls", ADDRESS)
    )
    internet.names.zone["_imap._tcp.firm.example", "SRV"] = ["0 0 0 ."]
    assert find(discovery).found is None


@pytest.mark.parametrize("target", ["imap.host.example.", "evilfirm.example."])
def test_a_server_elsewhere_that_only_the_dns_names(
    internet: Internet, discovery: Discovery, target: str
) -> None:
    internet.names.zone["_imaps._tcp.firm.example", "SRV"] = [f"0 0 993 {target}"]
    found = find(discovery).found
    assert found is not None
    assert found.unproven


def test_mail_that_a_large_provider_takes_in(internet: Internet, discovery: Discovery) -> None:
    internet.names.zone["firm.example", "MX"] = ["20 mx.firm.example.", "10 ASPMX.L.google.com."]
    looked = find(discovery)
    assert looked.tried[-1] is Origin.MX
    assert looked.found is not None
    assert (looked.found.source, looked.found.settings.user) == ("Gmail", ADDRESS)


def test_the_public_database_is_asked_on_request_only(internet: Internet, discovery: Discovery) -> None:
    internet.web.pages["autoconfig.thunderbird.net", "/v1.1/firm.example"] = FILE
    assert find(discovery).found is None
    assert all(host != "autoconfig.thunderbird.net" for host, _ in internet.web.asked)
    found = find(discovery, ask_ispdb=True).found
    assert found == Found(Origin.ISPDB, "autoconfig.thunderbird.net", FROM_FILE)


def test_a_guess_is_tried(
    internet: Internet, discovery: Discovery, noted: list[LedgerEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.mail.network.SECONDS", 1.0)
    with answering(b"220 ready\r\n") as port, Wire(port, tls=internet.tls) as wire:
        internet.ports["imap.firm.example", 993] = wire.port  # a mail server, but for sending
        looked = find(discovery)
    assert looked.found is None
    assert looked.tried == tuple(one for one in Origin if one is not Origin.ISPDB)
    with SampleServer.start([]) as server, Wire(server.port, tls=internet.tls) as wire:
        internet.ports["mail.firm.example", 993] = wire.port  # there is no certificate for this name
        assert find(discovery).found is None
        internet.ports["imap.firm.example", 993] = wire.port
        settings = ServerSettings("imap.firm.example", 993, "implicit", ADDRESS)
        assert find(discovery).found == Found(Origin.GUESS, "imap.firm.example", settings)
    assert (noted[-1].host, noted[-1].bytes_out) == ("imap.firm.example", 0)


def test_a_nameserver_that_is_silent_hinders_no_other(
    internet: Internet, guard: Guard, noted: list[LedgerEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.mail.network.SECONDS", 0.3)
    internet.names.zone["_imaps._tcp.firm.example", "SRV"] = ["0 0 993 imap.firm.example."]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        servers = [silent.getsockname(), ("127.0.0.1", internet.names.port)]
        network = Network(guard, Ledger(noted.append), servers)
        assert [one.host for one in network.services("_imaps._tcp.firm.example")] == ["imap.firm.example"]
    assert [one.bytes_in > 0 for one in noted] == [False, True]


@pytest.mark.parametrize(
    "said", [b"", b"\0" * 12, b"\xff" * 600, b"no answer"], ids=["nothing", "zeros", "ones", "words"]
)
def test_an_answer_that_is_no_dns_is_no_answer(
    internet: Internet, discovery: Discovery, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr("core.mail.network.SECONDS", 0.3)
    internet.names.raw = said
    assert find(discovery).found is None
    assert len(internet.names.asked) == 3


@pytest.mark.parametrize(
    "address",
    "|jo|@firm.example|jo@|jo@firm|jo@fi rm.example|jo@127.0.0.1|j o@firm.example|jo@firm..example|"
    "j\no@firm.example|jo@-firm.example".split("|"),
)
def test_what_is_no_address(discovery: Discovery, address: str) -> None:
    with pytest.raises(InputError, match=r"you@example\.org"):
        find(discovery, address)


def test_a_domain_in_another_script_is_asked_for_as_the_dns_knows_it(
    internet: Internet, discovery: Discovery
) -> None:
    find(discovery, "jo@münchen.example")
    assert ("xn--mnchen-3ya.example", "MX") in internet.names.asked


def test_it_can_be_stopped(discovery: Discovery, internet: Internet) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        discovery.find(ADDRESS, Progress(), cancel)
    assert internet.web.asked == []


@dataclass(frozen=True)
class Ended:
    exit_code: int
    stdout: str
    stderr: str


class Longhand:
    """The command line in this process, so that it sees the small internet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str, given: str = "") -> Ended:
        return self._ended(StringIO(given), arguments)

    def by_hand(self, *arguments: str, says: str, password: str) -> Ended:
        """As somebody at a terminal, who types the answer to a question and, if asked, the password."""
        terminal = StringIO(f"{says}\n")
        self._monkeypatch.setattr(terminal, "isatty", lambda: True)
        self._monkeypatch.setattr("getpass.getpass", lambda _: password)
        return self._ended(terminal, arguments)

    def _ended(self, stdin: StringIO, arguments: tuple[str, ...]) -> Ended:
        self._monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, told.out, told.err)


@pytest.fixture
def longhand(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Longhand:
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")
    servers = [("127.0.0.1", internet.names.port)]
    monkeypatch.setattr("core.app.Network", partial(Network, nameservers=servers))
    return Longhand(monkeypatch, capsys)


def test_an_account_is_added_from_the_address_alone(internet: Internet, longhand: Longhand) -> None:
    with SampleServer.start(mailbox(2), user=ADDRESS) as server, Wire(server.port, tls=internet.tls) as wire:
        internet.names.zone["_imaps._tcp.firm.example", "SRV"] = [f"0 0 {wire.port} imap.firm.example."]
        internet.ports["imap.firm.example", wire.port] = wire.port
        refused = longhand("account", "add", ADDRESS, given=f"{server.password}\n")
        assert refused.exit_code == 1
        assert "--yes" in refused.stderr
        assert json.loads(longhand("account", "list", "--json").stdout) == []
        added = longhand("account", "add", ADDRESS, "--yes", "--json", given=f"{server.password}\n")
        assert added.exit_code == 0, added.stderr
        made = json.loads(added.stdout)
        assert (made["host"], made["port"], made["tls"]) == ("imap.firm.example", wire.port, "implicit")
        assert made["user"] == ADDRESS
        assert longhand("account", "test", str(made["id"])).stdout == "Signed in; all is there.\n"


def test_somebody_at_a_terminal_is_shown_the_server_and_asked(internet: Internet, longhand: Longhand) -> None:
    """Also about one that the DNS alone names, elsewhere."""
    with SampleServer.start([], user=ADDRESS) as server, Wire(server.port, tls=internet.tls) as wire:
        internet.names.zone["_imaps._tcp.firm.example", "SRV"] = [f"0 0 {wire.port} host.example."]
        internet.ports["host.example", wire.port] = wire.port
        adding = ("account", "add", ADDRESS)
        refused = longhand.by_hand(*adding, says="n", password=server.password)
        assert refused.exit_code == 1
        assert f"host.example, port {wire.port}, TLS" in refused.stderr
        assert "know it as your provider's" in refused.stderr
        assert json.loads(longhand("account", "list", "--json").stdout) == []
        assert longhand.by_hand(*adding, says="y", password=server.password).exit_code == 0
        assert json.loads(longhand("account", "list", "--json").stdout)[0]["host"] == "host.example"


def test_a_server_that_only_the_dns_names_elsewhere_needs_a_person(
    internet: Internet, longhand: Longhand
) -> None:
    internet.names.zone["_imaps._tcp.firm.example", "SRV"] = ["0 0 993 imap.host.example."]
    refused = longhand("account", "add", ADDRESS, "--yes", given="secret\n")
    assert refused.exit_code == 1
    assert "outside the address's domain" in refused.stderr.splitlines()[-1]
    shown = longhand("account", "find", ADDRESS)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(
        "imap.host.example, port 993, TLS, user name jo@firm.example; from the DNS"
    )
    assert "know it as your provider's" in shown.stdout


def test_find_shows_and_keeps_nothing(internet: Internet, longhand: Longhand) -> None:
    internet.web.pages["autoconfig.firm.example", PATH] = FILE
    told = json.loads(longhand("account", "find", ADDRESS, "--json").stdout)
    assert told["looked"] == ["bundled", "autoconfig"]
    assert told["found"]["origin"] == "autoconfig"
    assert (told["found"]["host"], told["found"]["user"]) == ("mx.host.example", "jo")
    assert json.loads(longhand("account", "list", "--json").stdout) == []
    connections = longhand("privacy", "log", "--json").stdout
    assert [(one["host"], one["purpose"]) for one in json.loads(connections)] == [
        ("autoconfig.firm.example", "find server")
    ]


def test_nothing_found_says_what_to_do(longhand: Longhand) -> None:
    for command in (("find", ADDRESS), ("add", ADDRESS, "--yes")):
        ended = longhand("account", *command)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "--host" in ended.stderr.splitlines()[-1]
    assert json.loads(longhand("account", "find", ADDRESS, "--json").stdout)["found"] is None


def test_what_providers_ask_for_is_told_before_a_password_is(longhand: Longhand) -> None:
    for address, words in (
        ("jo@gmail.com", "support.google.com"),
        ("jo@icloud.com", "support.apple.com"),
        ("jo@yahoo.com", "help.yahoo.com"),
        ("jo@fastmail.com", "fastmail.help"),
        ("jo@outlook.com", "by its web page only"),
    ):
        assert words in longhand("account", "find", address).stdout
    ended = longhand("account", "add", "jo@outlook.com", "--yes", given="secret\n")
    assert ended.exit_code == 1
    assert "by its web page only" in ended.stderr.splitlines()[-1]


def test_a_known_server_that_is_named_by_hand_is_told_about_too(longhand: Longhand) -> None:
    ended = longhand("account", "add", ADDRESS, "--host", "imap.gmail.com", given="\n")
    assert ended.exit_code == 1
    assert "https://support.google.com/" in ended.stderr.splitlines()[0]


def test_manual_settings_are_whole(longhand: Longhand) -> None:
    assert longhand("account", "add", ADDRESS, "--port", "993").exit_code == 2
    assert longhand("account", "add", ADDRESS, "--tls", "starttls").exit_code == 2
