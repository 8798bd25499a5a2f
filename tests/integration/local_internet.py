"""A small internet on loopback, for tests of what is found in it: names that lead to local ports, a DNS
server, and an https server that answers by host and path."""

import contextlib
import http.server
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Web:
    """`pages`: (host, path) to a body, to a URL that it has moved to, to a status, or to pieces of which one
    comes every tenth of a second; `kind` is their Content-Type. `asked` has what was asked for, and `headers`
    with which headers."""

    port: int
    pages: dict[tuple[str, str], bytes | str | int | list[bytes]] = field(default_factory=dict)
    kind: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Names:
    """`zone`: (name, type) to the texts of its records. `asked` has what was asked for. `raw`, where given,
    follows the question's own id instead of an answer."""

    port: int
    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    raw: bytes | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def https(context: ssl.SSLContext) -> Iterator[Web]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = (self.headers.get("Host", ""), self.path)
            web.asked.append(key)
            web.headers.append({name.lower(): value for name, value in self.headers.items()})
            page = web.pages.get(key, 404)
            self.send_response(page if isinstance(page, int) else 302 if isinstance(page, str) else 200)
            if web.kind:
                self.send_header("Content-Type", web.kind)
            if isinstance(page, str):
                self.send_header("Location", page)
            self.end_headers()
            with contextlib.suppress(OSError):
                for piece in [page] if isinstance(page, bytes) else page if isinstance(page, list) else []:
                    self.wfile.write(piece)
                    time.sleep(0.1 if isinstance(page, list) else 0)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def get_request(self) -> Any:
            request, address = super().get_request()
            # The handshake comes with the first read, in the request's own thread.
            return context.wrap_socket(request, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, *_: Any) -> None:
            pass  # a client that does not trust the certificate

    with Server(("127.0.0.1", 0), Handler) as server:
        web = Web(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield web
        server.shutdown()


@contextmanager
def nameserver() -> Iterator[Names]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question = dns.message.from_wire(self.request[0])
            answer = dns.message.make_response(question)
            name, kind = question.question[0].name, question.question[0].rdtype
            key = (name.to_text(omit_final_dot=True), dns.rdatatype.to_text(kind))
            names.asked.append(key)
            if names.raw is not None:
                self.request[1].sendto(self.request[0][:2] + names.raw, self.client_address)
                return
            if texts := names.zone.get(key):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", key[1], *texts))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self.request[1].sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        names = Names(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield names
        server.shutdown()


def resolving(ports: Mapping[tuple[str, int], int]) -> Any:
    """A getaddrinfo for which these hosts and ports are ports of this machine, and nothing else exists. It
    raises the audit event that the real one does; the servers of the test itself go by number."""

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name != "127.0.0.1":
            sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)
            if (name, int(port)) not in ports:
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
        there = ("127.0.0.1", ports.get((name, int(port)), int(port)))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", there)]

    return getaddrinfo
