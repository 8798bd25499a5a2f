"""A TCP proxy that makes a loopback server a distant one, and counts round trips."""

import contextlib
import queue
import socket
import threading
import time


class SlowWire:
    """Every byte takes `delay` seconds each way; what is sent meanwhile is under way beside it, as on a real
    line. A round trip is what the client says after the server has said something."""

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self._target, self._delay = port, delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._server_spoke = True
        self.port: int = self._listener.getsockname()[1]
        self.round_trips = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "SlowWire":
        return self

    def __exit__(self, *_: object) -> None:
        for one in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [client, server]
                for source, sink, asks in ((client, server, True), (server, client, False)):
                    under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
                    threading.Thread(target=self._take, args=(source, under_way, asks), daemon=True).start()
                    threading.Thread(target=self._give, args=(sink, under_way), daemon=True).start()

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
