"""Downloads over real HTTP, against a stand-in for the hub that cuts, lies, refuses and stalls."""

import hashlib
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled, InputError, Known, ModelError
from core.models.download import Downloads, Fetched, source
from core.models.hub import Hub
from core.privacy.egress import EgressRefused, Guard, Ledger, LedgerEntry
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.settings import Download
from core.tasks import CancelToken, Progress, Step
from tests.hub import FILE, REPO, REVISION, Fault, StandIn, stand_in

NAME = f"{REPO}:{FILE}"


@pytest.fixture
def hub(tiny_model: Path) -> Iterator[StandIn]:
    with stand_in(tiny_model.read_bytes()) as hub:
        yield hub


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(tmp_path / "longhand.db", bytes(32))) as database:
        yield database


class Fetching:
    """`Downloads` into a folder of the test, with little patience, and what it wrote to the ledger."""

    def __init__(self, url: str, folder: Path, guard: Guard, database: Database) -> None:
        self.folder = folder
        folder.mkdir()
        self.rows: list[LedgerEntry] = []
        self.steps: list[Step] = []
        self.settings = Download(hub=url)
        self.downloads = Downloads(
            folder,
            JobRepository(database),
            lambda: Hub(self.settings, guard, Ledger(self.rows.append), retries=1, timeout=2.0),
        )

    def get(self, cancel: CancelToken | None = None) -> Fetched:
        cancel = cancel or CancelToken()
        wanted = self.downloads.ask(NAME, cancel)
        return self.downloads.get(wanted, Progress(self.steps.append), cancel)

    @property
    def hosts(self) -> set[str]:
        """On the ledger."""
        return {one.host for one in self.rows}

    def received(self, host: str) -> int:
        return sum(one.bytes_in for one in self.rows if one.host == host)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    @property
    def usable(self) -> bool:
        return self.downloads.path(FILE).exists() or bool(self.downloads.all())


@pytest.fixture
def fetching(hub: StandIn, tmp_path: Path, guard: Guard, database: Database) -> Fetching:
    return Fetching(hub.url, tmp_path / "models", guard, database)


def test_a_file_comes_whole_private_and_on_record(hub: StandIn, fetching: Fetching, guard: Guard) -> None:
    made = fetching.get()
    (file,) = fetching.files
    assert file == fetching.downloads.path(FILE)
    assert file.read_bytes() == hub.content
    assert file.stat().st_mode & 0o777 == 0o600
    assert (made.repo, made.file, made.revision, made.size) == (REPO, FILE, REVISION, len(hub.content))
    assert fetching.downloads.all() == ((file, made),)
    assert [step.stage for step in fetching.steps][-1] == "checking (MB)"
    with pytest.raises(EgressRefused):
        socket.create_connection(("127.0.0.1", 9), timeout=1)  # its hosts were allowed for the job alone


def test_the_ledger_names_the_hub_and_where_it_redirects(hub: StandIn, fetching: Fetching) -> None:
    fetching.get()
    assert {one.purpose for one in fetching.rows} == {"download"}
    assert fetching.received("127.0.0.1") == len(hub.describe())
    assert fetching.received("localhost") == len(hub.content)
    assert all(one.bytes_out + one.bytes_in > 50 for one in fetching.rows)


def test_a_host_is_on_the_ledger_while_the_download_runs(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(wait=0.3)]
    with pytest.raises(Cancelled):
        fetching.get(stopping(lambda: "localhost" in fetching.hosts))
    assert {step.stage for step in fetching.steps} == {"downloading (MB)"}
    assert fetching.received("localhost") < len(hub.content)


def test_an_unencrypted_redirect_is_not_followed(hub: StandIn, fetching: Fetching) -> None:
    hub.cdn = "http://cdn.example"
    with pytest.raises(ModelError, match="not encrypted"):
        fetching.get()
    assert fetching.hosts == {"127.0.0.1"}
    assert not fetching.usable


def test_a_hub_whose_certificate_nobody_signed(hub: StandIn, fetching: Fetching, tmp_path: Path) -> None:
    with encrypted(tmp_path) as port:
        fetching.settings = Download(hub=f"https://localhost:{port}")
        with pytest.raises(ModelError, match="cannot be reached"):
            fetching.get()


def test_the_hub_learns_nothing_of_the_user(
    hub: StandIn, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetching.get()
    assert "User-Agent: longhand" in hub.headers
    assert not [line for line in hub.headers if "hf_secret" in line or "python" in line.lower()]


def test_what_is_there_is_not_fetched_again(hub: StandIn, fetching: Fetching) -> None:
    assert fetching.get() == fetching.get()
    assert len(hub.asked) == 1


def test_a_cut_is_mended_where_it_happened(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(cut=30_000), Fault(cut=20_000)]
    fetching.get()
    assert hub.asked == ["bytes=0-", "bytes=30000-", "bytes=50000-"]
    assert fetching.files[0].read_bytes() == hub.content


def test_after_too_many_cuts_what_came_is_kept_for_the_next_try(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(cut=40_000), Fault(cut=0), Fault(cut=0)]
    with pytest.raises(ModelError, match="same command again"):
        fetching.get()
    assert not fetching.usable
    (partial,) = fetching.files
    assert partial.stat().st_size == 40_000
    assert partial.stat().st_mode & 0o777 == 0o600
    fetching.get()
    assert hub.asked[-1] == "bytes=40000-"
    assert fetching.files[0].read_bytes() == hub.content


def test_a_server_that_cannot_send_parts_begins_anew(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(cut=40_000), Fault(whole=True)]
    fetching.get()
    assert fetching.files[0].read_bytes() == hub.content


def test_wrong_bytes_are_thrown_away(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(wrong=True)]
    with pytest.raises(ModelError, match="checksum differs"):
        fetching.get()
    assert fetching.files == []
    fetching.get()
    assert hub.asked == ["bytes=0-", "bytes=0-"]
    assert fetching.usable


def test_more_than_was_named_is_not_taken(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(more=b"x" * 50_000)]
    with pytest.raises(ModelError, match="more than the file"):
        fetching.get()
    assert not fetching.usable
    fetching.get()
    assert fetching.files[0].read_bytes() == hub.content


def test_a_whole_file_that_is_no_model_is_not_kept(tmp_path: Path, guard: Guard, database: Database) -> None:
    with stand_in(b"<html>not a model</html>") as hub:
        fetching = Fetching(hub.url, tmp_path / "models", guard, database)
        with pytest.raises(ModelError, match="no GGUF model"):
            fetching.get()
    assert fetching.files == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_hub_is_asked_again(status: int, hub: StandIn, fetching: Fetching) -> None:
    hub.api_faults, hub.faults = [Fault(status)], [Fault(status)]
    fetching.get()
    assert hub.asked == ["bytes=0-", "bytes=0-"]


def test_it_waits_as_long_as_it_is_asked_to(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(429, {"Retry-After": "2"})]
    begun = time.monotonic()
    fetching.get()
    assert time.monotonic() - begun > 2


@pytest.mark.parametrize(
    ("status", "told"), [(429, "asks to wait"), (502, "has failed"), (403, "status 403"), (404, "status 404")]
)
@pytest.mark.parametrize("where", ["api_faults", "faults"])
def test_a_refusal_is_one_sentence(
    status: int, told: str, where: str, hub: StandIn, fetching: Fetching
) -> None:
    setattr(hub, where, [Fault(status)] * 2)
    with pytest.raises(ModelError, match=told) as caught:
        fetching.get()
    assert "http" not in str(caught.value)
    assert not fetching.usable


def test_what_the_hub_does_not_have(hub: StandIn, fetching: Fetching) -> None:
    def asked(name: str) -> None:
        fetching.downloads.ask(name, CancelToken())

    with pytest.raises(InputError, match="no such repository"):
        asked("somebody/else:model.gguf")
    with pytest.raises(InputError, match=rf"no file of that name; it has {FILE}\."):
        asked(f"{REPO}:other.gguf")
    hub.api_faults = [Fault(403, {"X-Error-Code": "GatedRepo"})]
    with pytest.raises(ModelError, match="accept its terms"):
        asked(NAME)


def listing(revision: str, lfs: str) -> bytes:
    return f'{{"sha": "{revision}", "siblings": [{{"rfilename": "{FILE}", "lfs": {lfs}}}]}}'.encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not JSON", "like a model hub"),
        (b"{}", "like a model hub"),
        (listing(REVISION, "null"), "no checksum"),
        (listing("main", "null"), "like a model hub"),
        (listing(REVISION, f'{{"sha256": "{"../" * 21}a", "size": 9}}'), "like a model hub"),
        (listing(REVISION, f'{{"sha256": "{"0" * 64}", "size": -1}}'), "like a model hub"),
    ],
)
def test_a_hub_that_answers_strangely(
    content: bytes, told: str, hub: StandIn, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "describe", lambda: content)
    with pytest.raises(ModelError, match=told):
        fetching.get()


def test_nobody_there_and_nobody_answering(fetching: Fetching, hub: StandIn) -> None:
    hub.faults = [Fault(wait=3.0)] * 2
    with pytest.raises(ModelError, match="does not answer"):
        fetching.get()
    fetching.settings = Download(hub="http://127.0.0.1:9")
    with pytest.raises(ModelError, match="cannot be reached"):
        fetching.get()


@contextmanager
def encrypted(folder: Path) -> Iterator[int]:
    """A port where somebody speaks TLS who made their own certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "localhost.pem"
    file.write_bytes(pem + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # the other side hangs up
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stopping(after: Callable[[], bool]) -> CancelToken:
    """Cancelled by another thread as soon as `after` holds."""
    cancel = CancelToken()

    def watch() -> None:
        while not after():
            time.sleep(0.01)
        cancel.cancel()

    threading.Thread(target=watch, daemon=True).start()
    return cancel


def test_a_cancel_is_quick_and_the_next_try_goes_on(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(wait=0.3)]
    begun: list[float] = []

    def some_came() -> bool:
        came = any(file.stat().st_size for file in fetching.folder.iterdir())
        if came:
            begun.append(time.monotonic())
        return came

    with pytest.raises(Cancelled):
        fetching.get(stopping(some_came))
    assert time.monotonic() - begun[0] < 1
    assert not fetching.usable
    (partial,) = fetching.files
    there = partial.stat().st_size
    time.sleep(0.7)
    assert partial.stat().st_size == there > 0  # the thread that was left behind writes nothing more
    fetching.get()
    assert hub.asked[-1] == f"bytes={there}-"
    assert fetching.files[0].read_bytes() == hub.content


def test_a_cancel_does_not_wait_for_a_pause_to_end(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(429, {"Retry-After": "60"})]
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        fetching.get(stopping(lambda: bool(hub.asked)))
    assert time.monotonic() - begun < 3


def test_too_little_room_is_said_before(
    hub: StandIn, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.disk_usage(fetching.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: real._replace(free=500_000_000))
    told = r"too little room: 0\.0 GB are to come"
    with pytest.raises(ModelError, match=told):
        fetching.downloads.ask(NAME, CancelToken())  # before anybody is asked whether to fetch it
    assert hub.asked == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: real)
    wanted = fetching.downloads.ask(NAME, CancelToken())
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: real._replace(free=500_000_000))
    with pytest.raises(ModelError, match=told):  # it was taken since
        fetching.downloads.get(wanted, Progress(), CancelToken())
    assert hub.asked == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: real)
    fetching.get()
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: real._replace(free=0))
    fetching.get()  # what is there takes no room


def test_a_mirror_may_lie_below_a_path(hub: StandIn, fetching: Fetching) -> None:
    hub.below = "/mirrors/models"
    fetching.settings = Download(hub=f"{hub.url}{hub.below}/")
    assert fetching.get().sha256 == hashlib.sha256(hub.content).hexdigest()
    fetching.settings = Download(hub=hub.url)
    with pytest.raises(InputError, match="no such repository"):
        fetching.downloads.ask(NAME, CancelToken())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk that is always full is Linux's")
def test_a_disk_that_is_full_in_the_middle(hub: StandIn, fetching: Fetching) -> None:
    partial = fetching.folder / f"{FILE}.{hashlib.sha256(hub.content).hexdigest()[:12]}.partial"
    partial.symlink_to("/dev/full")
    with pytest.raises(ModelError, match="disk is full"):
        fetching.get()
    assert not fetching.usable
    partial.unlink()
    partial.mkdir()
    with pytest.raises(ModelError, match="check its permissions"):
        fetching.get()


def test_a_newer_revision_takes_the_place_of_an_older(
    hub: StandIn, fetching: Fetching, tiny_model: Path
) -> None:
    first = fetching.get()
    hub.content, hub.revision = tiny_model.read_bytes() + b"\0" * 16, "f" * 40
    second = fetching.get()
    assert first.sha256 != second.sha256
    ((path, record),) = fetching.downloads.all()
    assert record == second
    assert path.read_bytes() == hub.content


def test_what_came_of_another_revision_is_thrown_away(
    hub: StandIn, fetching: Fetching, tiny_model: Path
) -> None:
    hub.faults = [Fault(cut=40_000), Fault(cut=0), Fault(cut=0)]
    with pytest.raises(ModelError):
        fetching.get()
    hub.content, hub.revision = tiny_model.read_bytes() + b"\0" * 16, "f" * 40
    made = fetching.get()
    assert made.revision == "f" * 40
    assert hub.asked[-1] == "bytes=0-"
    assert [file.read_bytes() for file in fetching.files] == [hub.content]


def test_another_model_of_the_same_name_is_left_alone(hub: StandIn, fetching: Fetching) -> None:
    fetching.downloads.path(FILE).write_bytes(b"mine")
    with pytest.raises(InputError, match="move it away"):
        fetching.get()
    assert fetching.files[0].read_bytes() == b"mine"


def test_removing(hub: StandIn, fetching: Fetching) -> None:
    hub.faults = [Fault(cut=40_000), Fault(cut=0), Fault(cut=0)]
    path = fetching.downloads.path(FILE)
    with pytest.raises(ModelError):
        fetching.get()
    assert fetching.downloads.begun(path)
    fetching.downloads.remove(path)
    assert fetching.files == []
    fetching.get()
    fetching.downloads.remove(path)
    assert fetching.files == []
    assert fetching.downloads.all() == ()


def test_a_proxy_of_the_settings_is_used_and_alone_reached(
    hub: StandIn, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is somebody who answers everything: that it was asked shows in the answer."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    fetching.settings = Download(hub="http://localhost:9", proxy=hub.url)
    with pytest.raises(Known, match="no such repository"):
        fetching.get()
    assert [one.host for one in fetching.rows] == ["localhost"]


def test_a_hub_is_encrypted_or_on_this_machine(guard: Guard) -> None:
    with pytest.raises(InputError, match="https"):
        Hub(Download(hub="http://hub.example"), guard, Ledger(lambda _entry: None))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mini-large", "part of Longhand"),
        ("nothing", "OWNER/NAME:FILE.gguf"),
        ("a/b:../c.gguf", "OWNER/NAME"),
        ("a/b:c/../../d.gguf", "OWNER/NAME"),
        ("a/b/c:d.gguf", "OWNER/NAME"),
        ("a/b:c.bin", "OWNER/NAME"),
        ("../b:c.gguf", "OWNER/NAME"),
        ("a/b:c-00001-of-00003.gguf", "several parts"),
    ],
)
def test_names_that_mean_no_download(name: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        source(name)


def test_names_that_do() -> None:
    assert source("qwen3-4b") == ("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf")
    assert source("a.b/c-d:q4/model.gguf") == ("a.b/c-d", "q4/model.gguf")


@given(name=st.from_regex(r"[a./-]{1,6}/[a./-]{1,6}:[a./-]{0,9}\.gguf", fullmatch=True) | st.text())
def test_whatever_is_named_lies_in_the_folder(name: str) -> None:
    try:
        repo, file = source(name)
    except InputError:
        return
    assert repo.count("/") == 1
    assert ".." not in f"{repo}:{file}"
    folder = Path("/models")
    assert (folder / Path(file).name).parent == folder
    assert Path(file).name.removesuffix(".gguf")
