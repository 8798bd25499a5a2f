"""Talks to a model hub (Hugging Face or a mirror) for the length of one job: past the guard, on the
ledger, with no token, no telemetry and no proxy but the one in the settings.

Retries, waiting as asked (Retry-After) and the hub's kinds of errors are the library's. Its own
download is not used: it reads ten megabytes at a time, which is too coarse to stop or go on within,
and compares sizes, not checksums. Its API class is not used either: it asks the hub for a list of
programs to name in its User-Agent.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Annotated, Any, BinaryIO, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from core.errors import Cancelled, InputError, ModelError
from core.privacy.egress import Guard, Ledger
from core.store.settings import Download

Made = TypeVar("Made")

_POLL = 0.1  # seconds between two looks at a cancel token
_ASKING = 2  # retries of a question: somebody waits for the answer
_LONGEST_PAUSE = 8.0  # seconds before the next try after a cut
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PLAIN = {"Accept-Encoding": "identity"}  # else a byte range would be one of the compressed file


class _Lfs(msgspec.Struct):
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(gt=0)]


class _File(msgspec.Struct):
    rfilename: str
    lfs: _Lfs | None = None


class _Card(msgspec.Struct):
    license: Any = None


class _Repository(msgspec.Struct):
    """What `GET /api/models/REPO?blobs=true` answers, as far as it matters here."""

    sha: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40}$")]
    siblings: list[_File] = []
    cardData: _Card | None = None  # noqa: N815 - the hub's word


@dataclass(frozen=True)
class HubFile:
    """A file as the hub at `host` describes it. `sha256`: of its content, from the hub's large file
    storage; `size` in bytes; `licence`: what the repository's card says, empty where it says nothing."""

    host: str
    repo: str
    file: str
    revision: str
    sha256: str
    size: int
    licence: str


@dataclass
class _Traffic:
    out: int = 0
    into: int = 0


@dataclass
class Tally:
    """How many bytes of a file are there; read by one thread while another counts."""

    bytes: int = 0


class Hub:
    """Its methods raise ModelError with a sentence of ours, and OSError where a file cannot be written.
    A context manager: its hosts are allowed until it ends.

    A thread that waits for the network cannot be stopped: it is left behind, and after the end neither
    asks nor writes anything more.
    """

    def __init__(
        self, settings: Download, guard: Guard, ledger: Ledger, *, retries: int = 5, timeout: float = 10.0
    ) -> None:
        """`retries`: in a row that brought nothing; `timeout` in seconds, of each connect and each read.
        Raises InputError for an address that is not encrypted, except on this machine."""
        address = urlsplit(settings.hub)
        self.host = address.hostname or ""
        if not self.host or not (address.scheme == "https" or self.host in _LOOPBACK):
            raise InputError(
                "In settings.toml, download.hub must begin with https:// (http:// works for this machine)."
            )
        self._unencrypted = address.scheme == "http"
        self._url, self._proxy = settings.hub.rstrip("/"), settings.proxy
        self._guard, self._ledger = guard, ledger
        self._retries, self._timeout = retries, timeout
        self._traffic: dict[str, _Traffic] = {}
        self._noted: dict[str, _Traffic] = {}
        self._allowed: list[str] = []
        self._stopped = threading.Event()

    def __enter__(self) -> "Hub":
        from huggingface_hub import set_client_factory

        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)  # it would tell of each retry
        set_client_factory(self._client)
        if self._proxy:
            self._allow(urlsplit(self._proxy).hostname or "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        from huggingface_hub import close_session

        self._stopped.set()
        close_session()
        for host in self._allowed:
            self._guard.disallow(host)
        self._note()

    def describe(self, repo: str, file: str, tick: Callable[[], None]) -> HubFile:
        """Asks for size, checksum and revision. `tick` is called every tenth of a second and may raise.
        Raises InputError for what the hub does not have."""
        return self._apart(lambda: self._describe(repo, file), tick)

    def fetch(self, one: HubFile, into: BinaryIO, there: Tally, tick: Callable[[], None]) -> None:
        """Appends to `into` what is missing behind `there` bytes. A server that cannot send a part sends
        the whole: then `into` begins anew."""
        self._apart(lambda: self._fetch(one, into, there), tick)

    def _apart(self, work: Callable[[], Made], tick: Callable[[], None]) -> Made:
        """Works on a thread of its own: a hub that says nothing must not hold up a cancel."""
        done: Future[Made] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - told to the waiting side, which decides
                done.set_exception(error)

        thread = threading.Thread(target=run, name="download", daemon=True)
        thread.start()
        try:
            while not wait([done], _POLL).done:
                if len(self._noted) < len(self._traffic):
                    self._note()  # at once: a kill before the end must not keep a host from the ledger
                tick()
        except BaseException:
            self._stopped.set()
            thread.join(_POLL)  # a write under way ends before somebody else goes on with the file
            raise
        try:
            return done.result()
        except Exception as error:  # noqa: BLE001 - the library's own words name addresses: ours instead
            raise _sentence(error) from None

    def _describe(self, repo: str, file: str) -> HubFile:
        from huggingface_hub.utils import hf_raise_for_status, http_backoff

        address = f"{self._url}/api/models/{quote(repo)}?blobs=true"
        tries = min(self._retries, _ASKING)
        answer = http_backoff("GET", address, max_retries=tries, headers=_PLAIN, timeout=self._timeout)
        self._traffic[answer.url.host].into += len(answer.content)
        hf_raise_for_status(answer)
        try:
            found = msgspec.json.decode(answer.content, type=_Repository)
        except msgspec.MsgspecError:
            raise ModelError(
                f"{self.host} does not answer like a model hub; check download.hub in settings.toml."
            ) from None
        return _pick(found, self.host, repo, file)

    def _fetch(self, one: HubFile, into: BinaryIO, there: Tally) -> None:
        import httpx2

        failures = 0
        while there.bytes < one.size:
            before = there.bytes
            try:
                self._stream(one, into, there)
            except httpx2.TransportError:
                failures = failures + 1 if there.bytes <= before else 1
                if failures > self._retries:
                    raise
                self._stopped.wait(min(_LONGEST_PAUSE, 2.0 ** (failures - 1)))
                self._check()

    def _stream(self, one: HubFile, into: BinaryIO, there: Tally) -> None:
        """One answer, as far as it comes."""
        import httpx2
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import hf_raise_for_status, http_stream_backoff

        url = hf_hub_url(one.repo, one.file, revision=one.revision, endpoint=self._url)
        with http_stream_backoff(
            "GET",
            url,
            max_retries=self._retries,
            retry_on_exceptions=(),  # a cut is `_fetch`'s: it goes on where this one ended
            headers={**_PLAIN, "Range": f"bytes={there.bytes}-"},
            timeout=self._timeout,
        ) as answer:
            hf_raise_for_status(answer)
            if answer.status_code != httpx2.codes.PARTIAL_CONTENT:
                into.truncate(0)
                there.bytes = 0
            for piece in answer.iter_raw():
                self._check()
                into.write(piece)
                there.bytes += len(piece)
                self._traffic[answer.url.host].into += len(piece)
                if there.bytes > one.size:
                    into.truncate(0)
                    raise ModelError("The hub sends more than the file it named; nothing of it is kept.")
        if there.bytes < one.size:
            raise httpx2.RemoteProtocolError("cut short")

    def _note(self) -> None:
        """What went over the network since the last time."""
        for host, one in list(self._traffic.items()):
            before, now = self._noted.get(host, _Traffic()), replace(one)
            if now != before:
                self._ledger.note(host, "download", now.out - before.out, now.into - before.into)
            self._noted[host] = now

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled

    def _client(self) -> Any:
        import httpx2

        return httpx2.Client(
            proxy=self._proxy or None,
            trust_env=False,  # what was configured, nothing else
            follow_redirects=True,
            timeout=self._timeout,
            event_hooks={"request": [self._admit]},
        )

    def _admit(self, request: Any) -> None:
        """Every request passes here, those to where a hub redirects (a CDN) too: it is for this job that
        their hosts are allowed, and they are written down."""
        self._check()
        host = request.url.host
        if request.url.scheme != "https" and not (self._unencrypted and host in _LOOPBACK):
            raise ModelError(
                "The hub sent Longhand on to an address that is not encrypted; nothing was fetched."
            )
        if host not in self._traffic:
            self._traffic[host] = _Traffic()
            if not self._proxy:
                self._allow(host)
        request.headers["User-Agent"] = "longhand"
        self._traffic[host].out += len(str(request.url)) + sum(
            len(k) + len(v) for k, v in request.headers.raw
        )

    def _allow(self, host: str) -> None:
        self._allowed.append(host)
        self._guard.allow(host)


def _pick(found: _Repository, host: str, repo: str, file: str) -> HubFile:
    one = next((one for one in found.siblings if one.rfilename == file), None)
    if one is None:
        names = (other.rfilename for other in found.siblings)
        there = [name for name in names if name.endswith(".gguf") and name.isprintable()]
        told = f"it has {', '.join(there[:12])}" if there else "it has no GGUF files at all"
        raise InputError(f"{repo} has no file of that name; {told}.")
    if one.lfs is None:
        raise ModelError("The hub gives no checksum for this file, so Longhand does not fetch it.")
    licence = found.cardData.license if found.cardData else None
    told = licence if isinstance(licence, str) and licence.isprintable() else ""
    return HubFile(host, repo, file, found.sha, one.lfs.sha256, one.lfs.size, told)


def _sentence(error: Exception) -> Exception:
    """Our sentence for the library's error; any other stays as it is."""
    import httpx2
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return ModelError(
            "The hub gives this model only to those who accept its terms: fetch it with a browser and run"
            " 'longhand models use' with its path."
        )
    if isinstance(error, RepositoryNotFoundError):
        return InputError("The hub has no such repository, or it is not public; check its name.")
    if isinstance(error, HfHubHTTPError):
        return ModelError(_of_status(error.response.status_code))
    if isinstance(error, httpx2.TimeoutException):
        return ModelError("The hub does not answer; what has come is kept. Run the same command again later.")
    if isinstance(error, httpx2.HTTPError):
        return ModelError(
            "The hub cannot be reached or broke off; what has come is kept. Check the network and"
            " download.proxy in settings.toml, and run the same command again."
        )
    return error


def _of_status(status: int) -> str:
    if status == 429:
        return "The hub is busy and asks to wait; run the same command again in some minutes."
    if status >= 500:
        return "The hub has failed; what has come is kept. Run the same command again later."
    return f"The hub refused the file (status {status}); check the name, or try again later."
