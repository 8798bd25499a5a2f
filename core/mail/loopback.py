"""The browser's way back after a sign-in on a provider's page (RFC 8252, 7.3): a server on this machine, for
one answer, that first leads the browser to that page."""

import http.server
import queue
import secrets
import socketserver
import threading
import time
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.tasks import CancelToken

_LONGEST = 8000  # characters of a query
_DONE = (
    "<!doctype html><meta charset=utf-8><title>Longhand</title><body style='font-family:sans-serif'>"
    "<p>You can close this page and go back to Longhand.</p>"
)


class Loopback:
    """Serves from when it is made to the end of its block. Only an answer with the right `state` counts: any
    page in the browser, and any program here, can ask this server something."""

    def __init__(self, name: str, state: str) -> None:
        self._answers: queue.Queue[str] = queue.Queue()
        self._page = ""
        self._begin = f"/{secrets.token_urlsafe(16)}"
        self._state = state
        # Not http.server's own: that looks its name up in the DNS.
        self._server = _Server(("127.0.0.1", 0), self._handler())
        # No path behind it: Microsoft compares that.
        self.address = f"http://{name}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def start(self) -> str:
        """What to open in a browser."""
        return f"{self.address}{self._begin}"

    def lead_to(self, page: str) -> None:
        """The provider's page that `start` leads to."""
        self._page = page

    def wait(self, cancel: CancelToken, seconds: float) -> str | None:
        """The query the browser came back with; None where it did not in time. Raises Cancelled."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            cancel.check()
            try:
                return self._answers.get(timeout=0.1)
            except queue.Empty:
                continue
        return None

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        loopback = self

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 10.0

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                if asked.path == loopback._begin:
                    self.send_response(302)
                    self.send_header("Location", loopback._page)
                    self.send_header("Cache-Control", "no-store")
                    self.end_headers()
                elif asked.path == "/" and loopback._is_answer(asked.query):
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Cache-Control", "no-store")
                    self.end_headers()
                    self.wfile.write(_DONE.encode())
                    loopback._answers.put(asked.query)
                else:
                    self.send_error(404)

            def version_string(self) -> str:
                return "Longhand"

            def log_message(self, *_: Any) -> None:
                """Paths hold the code."""

        return Handler

    def _is_answer(self, query: str) -> bool:
        if len(query) > _LONGEST:
            return False
        state = parse_qs(query).get("state", [""])[0]
        return secrets.compare_digest(state.encode(), self._state.encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up; what it asked is in no log."""
