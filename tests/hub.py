"""A stand-in for the model hub: what `GET /api/models/REPO` and `/REPO/resolve/...` answer, with the
files themselves on a second host, as the real one has them, and with faults on demand."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REPO, FILE, REVISION = "somebody/tiny-GGUF", "Tiny-1-Q8_0.gguf", "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Fault:
    """What happens instead of an answer, once. `cut`: the connection ends after so many bytes; `wait`: so
    many seconds pass before every block."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    wrong: bool = False
    whole: bool = False  # a server that cannot send parts
    wait: float = 0.0
    more: bytes = b""


@dataclass
class StandIn:
    """`faults` befall the next answers with the file, `api_faults` those of the hub itself; `asked` are
    the byte ranges that were asked for, `headers` all header lines."""

    content: bytes
    url: str = ""
    cdn: str = ""
    licence: str | None = "mit"
    faults: list[Fault] = field(default_factory=list)
    api_faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    revision: str = REVISION
    below: str = ""  # the path of a mirror

    def describe(self) -> bytes:
        lfs = {"sha256": hashlib.sha256(self.content).hexdigest(), "size": len(self.content)}
        files = [{"rfilename": "README.md", "size": 3}, {"rfilename": FILE, "size": 1, "lfs": lfs}]
        card = {"license": self.licence} if self.licence else {}
        return json.dumps({"sha": self.revision, "siblings": files, "cardData": card}).encode()


@contextmanager
def stand_in(content: bytes) -> Iterator[StandIn]:
    """Both hosts of it on loopback: the hub by its number, the CDN by its name."""
    hub = StandIn(content)

    class Api(_Quiet):
        def do_GET(self) -> None:
            hub.headers += [f"{name}: {value}" for name, value in self.headers.items()]
            if hub.api_faults:
                fault = hub.api_faults.pop(0)
                self.answer(fault.status, fault.headers)
            elif self.path == f"{hub.below}/api/models/{REPO}?blobs=true":
                self.answer(200, {}, hub.describe())
            elif self.path == f"{hub.below}/{REPO}/resolve/{hub.revision}/{FILE}":
                self.answer(302, {"Location": f"{hub.cdn}/blob?signed=abc"})
            else:
                self.answer(404, {"X-Error-Code": "RepoNotFound"})

    class Cdn(_Quiet):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            hub.asked.append(asked)
            fault = hub.faults.pop(0) if hub.faults else Fault()
            if fault.status:
                return self.answer(fault.status, fault.headers)
            start = 0 if fault.whole else int(asked.removeprefix("bytes=").rstrip("-"))
            body = hub.content[start:] + fault.more
            if fault.wrong:
                body = bytes(byte ^ 1 for byte in body)
            self.send_response(200 if fault.whole else 206)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            return self.blocks(body[: fault.cut], fault.wait)

    with _serving(Api) as api, _serving(Cdn) as cdn:
        hub.url, hub.cdn = f"http://127.0.0.1:{api}", f"http://localhost:{cdn}"
        yield hub


class _Quiet(BaseHTTPRequestHandler):
    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def blocks(self, body: bytes, wait: float) -> None:
        try:
            for start in range(0, len(body), 10_000):
                time.sleep(wait)
                self.wfile.write(body[start : start + 10_000])
        except OSError:
            pass  # the other side went away, as some tests have it
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
