"""A TCP proxy that makes a loopback server a distant one, and counts round trips."""

import contextlib
import queue
import socket
import time

from tests.proxy import Proxy, in_background


class SlowWire(Proxy):
    """Every byte takes `delay` seconds each way; what is sent meanwhile is under way beside it, as on a real
    line. A round trip is what the client says after the server has said something."""

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self._delay, self._server_spoke = delay, True
        self.round_trips = 0
        super().__init__(port)

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        for source, sink, asks in ((client, server, True), (server, client, False)):
            under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            in_background(self._take, source, under_way, asks)
            in_background(self._give, sink, under_way)

    def _take(
        self, source: socket.socket, under_way: "queue.SimpleQueue[tuple[float, bytes]]", asks: bool
    ) -> None:
        data = b"."
        while data:
            data = b""
            with contextlib.suppress(OSError):
                data = source.recv(1 << 18)
            if asks and data and self._server_spoke:
                self.round_trips += 1
            if data:
                self._server_spoke = not asks
            under_way.put((time.monotonic() + self._delay, data))

    def _give(self, sink: socket.socket, under_way: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = under_way.get()
                if (left := due - time.monotonic()) > 0:
                    time.sleep(left)
                if not data:
                    break
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
