"""The guard lets through what was allowed alone; behind the wall no network is left, Unix sockets are."""

import platform
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.privacy.egress import EgressRefused, Guard
from tests.answering import answering


@pytest.fixture
def server() -> Iterator[int]:
    """A server on loopback; gives its port. It greets whoever connects."""
    with answering(b"hello") as port:
        yield port


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


def greeting(host: str, port: int) -> bytes:
    with socket.create_connection((host, port), timeout=10) as connection:
        return connection.recv(5)


def test_what_is_not_configured_is_refused(guard: Guard, server: int) -> None:
    with pytest.raises(EgressRefused):
        greeting("127.0.0.1", server)
    with pytest.raises(EgressRefused):
        socket.getaddrinfo("elsewhere.example", 443)
    with pytest.raises(EgressRefused):
        socket.gethostbyname("elsewhere.example")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(EgressRefused):
        datagram.sendto(b"x", ("127.0.0.1", server))


def test_an_allowed_host_is_reached_by_name_and_number(guard: Guard, server: int) -> None:
    guard.allow("LOCALHOST.")
    assert greeting("localhost", server) == b"hello"
    assert greeting("127.0.0.1", server) == b"hello"  # it was resolved: that is where localhost lies
    with pytest.raises(EgressRefused):
        greeting("127.0.0.2", server)
    with pytest.raises(EgressRefused):
        socket.getaddrinfo("localhost.elsewhere.example", 443)


def test_allowing_ends_with_the_job_and_nests(guard: Guard, server: int) -> None:
    with guard.allowing("localhost"):
        with guard.allowing("localhost"):
            assert greeting("localhost", server) == b"hello"
        assert greeting("localhost", server) == b"hello"
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(EgressRefused):
            greeting(host, server)


def test_one_hosts_end_does_not_shut_out_another(guard: Guard, server: int) -> None:
    guard.allow("localhost")
    assert greeting("localhost", server) == b"hello"
    with guard.allowing("127.0.0.2"):
        pass
    assert greeting("127.0.0.1", server) == b"hello"


def test_bytes_are_a_host_too(guard: Guard) -> None:
    with pytest.raises(EgressRefused):
        socket.getaddrinfo(b"elsewhere.example", 443)


def test_unix_sockets_and_listening_go_on(guard: Guard) -> None:
    one, two = socket.socketpair()
    with one, two:
        one.sendall(b"x")
        assert two.recv(1) == b"x"
    assert socket.getaddrinfo(None, 0)


def test_a_refusal_is_a_failed_connection_and_names_no_host(guard: Guard) -> None:
    with pytest.raises(OSError, match="not configured") as caught:
        socket.create_connection(("elsewhere.example", 443), timeout=1)
    assert "elsewhere" not in str(caught.value)


def test_a_closed_guard_lets_everything_through_and_leaves_the_resolver_as_it_was(server: int) -> None:
    before = socket.getaddrinfo
    guard = Guard()
    guard.close()
    assert socket.getaddrinfo == before
    assert greeting("127.0.0.1", server) == b"hello"


WALL = """
import ctypes, os, socket, subprocess, sys, threading
from core.privacy.egress import EgressRefused, deny_all_network

port = int(sys.argv[1])
ready, go = threading.Event(), threading.Event()
seen = []
libc = ctypes.CDLL(None, use_errno=True)

def older_thread():
    ready.set()
    go.wait(10)
    seen.append(libc.socket(2, 1, 0))

thread = threading.Thread(target=older_thread)
thread.start()
ready.wait(10)
wall = deny_all_network()
go.set()
thread.join()

def refused(act):
    try:
        act()
    except EgressRefused:
        return "hook"
    except OSError:
        return "system"
    return "through"

one, two = socket.socketpair()
one.sendall(b"x")
assert two.recv(1) == b"x"
read, write = os.pipe()
os.write(write, b"x")
assert os.read(read, 1) == b"x"
print("name", refused(lambda: socket.getaddrinfo("localhost", 80)))
print("python", refused(socket.socket))
print("seccomp", wall.seccomp)
print("raw", libc.socket(2, 1, 0), libc.socket(10, 2, 0), libc.socket(16, 3, 0), seen[0])
print("io_uring", libc.syscall(425, 1, 0), ctypes.get_errno())
tell = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)"
print("grandchild", subprocess.run([sys.executable, "-c", tell], stderr=subprocess.DEVNULL).returncode)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in {"x86_64", "aarch64"},
    reason="the kernel's wall is Linux's",
)
def test_behind_the_wall_nothing_gets_out(server: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALL, str(server)], capture_output=True, text=True, check=False, timeout=60
    )
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert told == {
        "name": "hook",
        "python": "system",  # the socket cannot even be made
        "seccomp": "True",
        "raw": "-1 -1 -1 -1",
        "io_uring": "-1 13",
        "grandchild": "1",
    }, done.stderr


HOOK_ALONE = """
import socket, sys
from core.privacy import egress, sandbox

sandbox.forbid_sockets = lambda: False  # a system without the kernel's walls
sandbox.leave_network_namespace = lambda: False
assert egress.deny_all_network() == egress.Wall(False, False)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
except egress.EgressRefused:
    print("refused")
"""


def test_where_the_kernel_has_no_wall_the_hook_still_stands(server: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOOK_ALONE, str(server)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "refused\n", done.stderr
