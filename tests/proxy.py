"""A TCP proxy on loopback before a server that is there already, for tests that see or spoil what is said."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self


class Proxy:
    """`carry` is one connection's conversation; it may return before that is over. On leaving, every
    connection ends."""

    def __init__(self, port: int) -> None:
        """`port`: the server's."""
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        raise NotImplementedError

    def welcome(self, client: socket.socket) -> socket.socket:
        """The connection as it is to be read and written, before the server hears of it."""
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in [self._listener, *self._open]:
            end(one)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                in_background(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client = self.welcome(client)
            server = socket.create_connection(("127.0.0.1", self._target))
            for one in (client, server):  # nothing waits for more to come before it is sent
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [client, server]
            self.carry(client, server)


def in_background(work: Callable[..., None], *of: object) -> None:
    threading.Thread(target=work, args=of, daemon=True).start()


def end(one: socket.socket) -> None:
    """For both directions."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
