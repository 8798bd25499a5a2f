"""A local authorisation server for tests of signing in by a web page: HTTPS as RFC 6749 and 7636 have it, its
checks written by hand so that they share no code with the client, and what Dovecot asks about a token. With
it, a browser: another process that follows where it is led."""

import base64
import hashlib
import json
import secrets
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

CLIENT, SECRET = "longhand-of-the-tests", "not-very-secret"
_BROWSER = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
handlers = urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
opener = urllib.request.build_opener(*handlers)
opener.open(sys.argv[2], timeout=20).read()
"""


@dataclass
class Provider:
    """`owner`: whose mailbox its tokens open. `refuses`: what it answers instead of a code, such as
    'access_denied'; `fails`: the statuses or error codes of the next answers with a token. `asked`: what was
    asked for tokens; `pages`: the queries of its sign-in page."""

    owner: str
    authorize: str = ""
    token: str = ""
    info: str = ""
    certificate: Path = Path()
    life: int = 3600
    rotates: bool = True
    refuses: str = ""
    fails: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    access: dict[str, float] = field(default_factory=dict)

    def revoke(self) -> None:
        """No token that it gave is good any more; the refresh tokens are."""
        self.access.clear()

    def page(self, query: dict[str, str]) -> str:
        """Where the browser is sent."""
        self.pages.append(query)
        back = query["redirect_uri"]
        host = urlsplit(back).hostname
        if query["client_id"] != CLIENT or host not in ("127.0.0.1", "localhost"):
            return ""
        told = {"state": query["state"]}
        if self.refuses:
            told["error"] = self.refuses
        else:
            told["code"] = secrets.token_urlsafe(20)
            self.codes[told["code"]] = query
        return f"{back}/?{urlencode(told)}"

    def tokens(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(asked)
        if self.fails:
            fault = self.fails.pop(0)
            return (int(fault), {}) if fault.isdigit() else (400, {"error": fault})
        if asked.get("client_id") != CLIENT or asked.get("client_secret", SECRET) != SECRET:
            return 401, {"error": "invalid_client"}
        if asked["grant_type"] == "authorization_code":
            begun = self.codes.pop(asked.get("code", ""), {})
            proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
            good = (
                begun.get("code_challenge_method") == "S256"
                and begun.get("code_challenge") == challenge
                and begun.get("redirect_uri") == asked.get("redirect_uri")
                and len(asked["code_verifier"]) >= 43
            )
        else:
            good = asked.get("refresh_token") in self.refresh
            if good and self.rotates:
                self.refresh.discard(asked["refresh_token"])
        if not good:
            return 400, {"error": "invalid_grant"}
        access, refresh = secrets.token_urlsafe(300), asked.get("refresh_token", "")
        self.access[access] = time.monotonic() + self.life
        told = {"access_token": access, "token_type": "Bearer", "expires_in": self.life, "scope": "mail"}
        if self.rotates or not refresh:
            refresh = secrets.token_urlsafe(40)
            self.refresh.add(refresh)
            told["refresh_token"] = refresh
        return 200, told


@contextmanager
def provider(owner: str, certificate: tuple[Path, Path]) -> Iterator[Provider]:
    made = Provider(owner, certificate=certificate[0])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    class Web(_Quiet):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            there = made.page(query) if asked.path == "/authorize" else ""
            self.answer(302 if there else 404, {"Location": there})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            status, told = made.tokens(asked) if self.path == "/token" else (404, {})
            self.answer(status, {"Content-Type": "application/json"}, json.dumps(told).encode())

    class Info(_Quiet):
        """What Dovecot asks of a token: whose it is, while it is good."""

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            left = made.access.get(token, 0.0) - time.monotonic()
            told = {"email": made.owner, "expires_in": int(left)} if left > 0 else {"error": "invalid_token"}
            status = 200 if left > 0 else 400
            self.answer(status, {"Content-Type": "application/json"}, json.dumps(told).encode())

    with _serving(Web, context) as web, _serving(Info, None) as info:
        made.authorize, made.token = (f"https://127.0.0.1:{web}/{path}" for path in ("authorize", "token"))
        made.info = f"http://127.0.0.1:{info}/info?access_token="
        yield made


def browse(certificate: Path, address: str) -> None:
    """Opens an address in a browser of its own process, so that no guard of the program stands around it."""
    threading.Thread(target=visited, args=(certificate, address), daemon=True).start()


def visited(certificate: Path, address: str) -> bool:
    """Whether a page was there."""
    command = [sys.executable, "-c", _BROWSER, str(certificate), address]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False, timeout=30).returncode == 0


def browser_command(certificate: Path, folder: Path) -> str:
    """What the variable BROWSER is to hold for the same browser."""
    script = folder / "browser.py"
    script.write_text(_BROWSER, encoding="utf-8")
    return f"{sys.executable} {quote(str(script))} {quote(str(certificate))} %s"


class _Quiet(BaseHTTPRequestHandler):
    timeout = 10.0

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def _serving(handler: type[_Quiet], context: ssl.SSLContext | None) -> Iterator[int]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            request, address = super().get_request()
            if context is not None:
                request = context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
            return request, address

        def handle_error(self, *_: Any) -> None:
            pass  # a client that does not trust the certificate

    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
