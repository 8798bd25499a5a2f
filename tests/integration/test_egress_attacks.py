# ruff: noqa: E501 - what is written to attack is easier to read in one piece
"""Attempts to get out: from a child, past its wall, and from the app, past its guard. A listener on IPv4 and IPv6,
TCP and UDP, counts what arrives. What the guard cannot hold, a trace from outside sees."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import tracing
from tests.bench.figure import REPOSITORY

pytestmark = pytest.mark.slow
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's wall is Linux's")


class Listener:
    """On one port of 127.0.0.1 and ::1; `heard` says by which way something came."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._open = True
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        tcp = self._bind(socket.AF_INET, "127.0.0.1", socket.SOCK_STREAM, 0)
        self.port = int(tcp.getsockname()[1])
        self._bind(socket.AF_INET, "127.0.0.1", socket.SOCK_DGRAM, self.port)
        if socket.has_ipv6:
            self._bind(socket.AF_INET6, "::1", socket.SOCK_STREAM, self.port)
            self._bind(socket.AF_INET6, "::1", socket.SOCK_DGRAM, self.port)

    def close(self) -> None:
        self._open = False
        for one in self._threads:
            one.join()
        for listening in self._sockets:
            listening.close()

    def _bind(self, family: int, host: str, kind: int, port: int) -> socket.socket:
        listening = socket.socket(family, kind)
        listening.bind((host, port))
        listening.settimeout(0.1)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        self._sockets.append(listening)
        thread = threading.Thread(target=self._listen, args=(listening, kind == socket.SOCK_STREAM, host))
        thread.start()
        self._threads.append(thread)
        return listening

    def _listen(self, listening: socket.socket, stream: bool, host: str) -> None:
        while self._open:
            try:
                if stream:
                    listening.accept()[0].close()
                else:
                    listening.recvfrom(1)
            except TimeoutError:
                continue
            self.heard.append(f"{'tcp' if stream else 'udp'} {host}")


@pytest.fixture
def listener() -> Iterator[Listener]:
    with closing(Listener()) as one:
        yield one


# Each is one attempt; `port` is the listener's. An attempt may fail in any way.
ATTEMPTS = {
    "socket": "socket.create_connection(('127.0.0.1', port), 2)",
    "socket over IPv6": "socket.create_connection(('::1', port), 2)",
    "name": "socket.create_connection(('localhost', port), 2)",
    "connect_ex": "socket.socket().connect_ex(('127.0.0.1', port))",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
    "datagram over IPv6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('::1', port))",
    "sendmsg": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', port))",
    "mapped address": "socket.socket(socket.AF_INET6).connect(('::ffff:127.0.0.1', port))",
    "number as a name": "socket.create_connection(('2130706433', port), 2)",
    "lower module": "import _socket; _socket.socket(2, 1).connect(('127.0.0.1', port))",
    "event loop": (
        "import asyncio\n"
        "async def go():\n    await asyncio.open_connection('127.0.0.1', port)\n"
        "asyncio.run(go())"
    ),
    "urllib": "import urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=2)",
    "http.client": "import http.client; http.client.HTTPConnection('127.0.0.1', port, timeout=2).connect()",
    "urllib3": "import urllib3; urllib3.PoolManager().request('GET', f'http://127.0.0.1:{port}/', retries=False)",
    "requests": "import requests; requests.get(f'http://127.0.0.1:{port}/', timeout=2)",
    "httpx2": "import httpx2; httpx2.get(f'http://127.0.0.1:{port}/', timeout=2)",
    "openai": (
        "import openai; openai.OpenAI(api_key='k', base_url=f'http://127.0.0.1:{port}', max_retries=0).models.list()"
    ),
    "anthropic": (
        "import anthropic; anthropic.Anthropic(api_key='k', base_url=f'http://127.0.0.1:{port}', max_retries=0)"
        ".models.list()"
    ),
    "hub": (
        "import os; os.environ['HF_ENDPOINT'] = f'http://127.0.0.1:{port}'\n"
        "import huggingface_hub; huggingface_hub.HfApi(endpoint=f'http://127.0.0.1:{port}').model_info('a/b')"
    ),
    "hub's telemetry": (
        "import os; os.environ['HF_ENDPOINT'] = f'http://127.0.0.1:{port}'\n"
        "from huggingface_hub.utils import send_telemetry; send_telemetry('x', library_name='y'); time.sleep(1)"
    ),
    "dns": (
        "import dns.resolver; r = dns.resolver.Resolver(configure=False); r.nameservers = ['127.0.0.1']; r.port = port\n"
        "r.lifetime = 1; r.resolve('x.example', 'A')"
    ),
    "dns over tcp": (
        "import dns.query, dns.message\n"
        "dns.query.tcp(dns.message.make_query('x.example', 'A'), '127.0.0.1', 2, port=port)"
    ),
}
# Past the interpreter: no hook of Python sees these, the kernel's wall does.
DEEPER = {
    "ctypes": "libc.connect(libc.socket(2, 1, 0), address, 16)",
    "ctypes over IPv6": "libc.connect(libc.socket(10, 1, 0), address_6, 28)",
    "ctypes datagram": "libc.sendto(libc.socket(2, 2, 0), b'x', 1, 0, address, 16)",
    "system call": "libc.syscall(42, libc.syscall(41, 2, 1, 0), address, 16)",
    "ctypes resolver": "libc.getaddrinfo(b'localhost', str(port).encode(), None, ctypes.byref(ctypes.c_void_p()))",
    "other thread": (
        "import threading\n"
        "t = threading.Thread(target=lambda: libc.connect(libc.socket(2, 1, 0), address, 16)); t.start(); t.join()"
    ),
    "program": (
        "subprocess.run([sys.executable, '-c', f'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'],"
        " stderr=subprocess.DEVNULL)"
    ),
    "shell": "subprocess.run(['bash', '-c', f'echo x > /dev/tcp/127.0.0.1/{port}'], stderr=subprocess.DEVNULL)",
    "os.system": "os.system(f'bash -c \"echo x > /dev/udp/127.0.0.1/{port}\" 2>/dev/null')",
    "fork": (
        "pid = os.fork()\n"
        "if not pid:\n    libc.connect(libc.socket(2, 1, 0), address, 16); os._exit(0)\n"
        "os.waitpid(pid, 0)"
    ),
    "spawned process": (
        "import multiprocessing\n"
        "p = multiprocessing.get_context('fork').Process(target=lambda: libc.connect(libc.socket(2, 1, 0), address, 16))\n"
        "p.start(); p.join()"
    ),
}
PROLOGUE = """
import ctypes, os, socket, struct, subprocess, sys, time, warnings
warnings.simplefilter("ignore")
port = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
address = struct.pack("=HH4s8x", 2, socket.htons(port), socket.inet_aton("127.0.0.1"))
address_6 = struct.pack("=HHI16sI", 10, socket.htons(port), 0, socket.inet_pton(10, "::1"), 0)
def attempt(code):
    try:
        exec(code, globals())
    except BaseException:
        pass
"""


def attempts(before: str, codes: dict[str, str], port: int) -> None:
    """Runs every attempt in one process of its own, after `before`."""
    lines = [PROLOGUE, before, *(f"attempt({code!r})" for code in codes.values())]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines), str(port)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_the_attempts_get_out_where_nothing_holds_them(listener: Listener) -> None:
    """Otherwise the tests below would show nothing."""
    attempts("", ATTEMPTS | (DEEPER if sys.platform.startswith("linux") else {}), listener.port)
    assert {"tcp 127.0.0.1", "udp 127.0.0.1", "tcp ::1", "udp ::1"} <= set(listener.heard)
    assert len(listener.heard) >= 0.7 * len(ATTEMPTS)


@LINUX
def test_nothing_gets_out_of_a_child(listener: Listener) -> None:
    wall = "from core.privacy.egress import deny_all_network; deny_all_network()"
    attempts(wall, ATTEMPTS | DEEPER, listener.port)
    assert listener.heard == []


def test_no_library_gets_out_of_the_app(listener: Listener) -> None:
    attempts("from core.privacy.egress import Guard; guard = Guard()", ATTEMPTS, listener.port)
    assert listener.heard == []


def test_a_host_let_through_lets_no_other_through(listener: Listener) -> None:
    """The mail server's host is open: not another name for the same port, nor another address of this machine."""
    before = "from core.privacy.egress import Guard; guard = Guard(); guard.allow('imap.firm.example')"
    attempts(before, ATTEMPTS, listener.port)
    assert listener.heard == []


@LINUX
def test_what_goes_round_the_guard_is_seen_from_outside(listener: Listener, tmp_path: Path) -> None:
    """The app's guard is Python's: code that calls the kernel itself goes round it, and so does another program.
    The benchmark `egress` looks from outside for that reason; this shows that it would see them."""
    lines = [PROLOGUE, *(f"attempt({code!r})" for code in DEEPER.values())]
    try:
        done, trace = tracing.run(
            [sys.executable, "-c", "\n".join(lines), str(listener.port)], tmp_path, cwd=REPOSITORY
        )
    except RuntimeError as missing:
        pytest.skip(str(missing))
    assert done.returncode == 0
    assert trace.reached["127.0.0.1", listener.port] >= 8
    assert trace.reached["::1", listener.port] >= 1
