"""Stand-ins for model services, over real HTTP: the wire formats of OpenAI's chat completions and of
Anthropic's messages as their makers document them, and the ways in which services fail."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """What one request gets: `status` other than 200 is an error that quotes the request. `pieces` are the
    answer; with `cut` the connection ends before the answer does, with `fails` an error ends the stream."""

    pieces: Sequence[str] = ("Dear ", "Ann,\n\nyes.")
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds before the answer
    pause: float = 0.0  # between its pieces
    cut: bool = False
    fails: bool = False
    error: str = ""


@dataclass
class Service:
    """`script` is followed from its first behaviour to its last, which then stays."""

    url: str = ""
    script: list[Behaviour] = field(default_factory=lambda: [Behaviour()])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    written: int = 0  # pieces of answers that went out

    def next(self) -> Behaviour:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def text(self, number: int = -1) -> str:
        """What a request said, as its one turn."""
        (message,) = self.requests[number]["messages"]
        assert message["role"] == "user"
        return str(message["content"])


Stream = Callable[[Behaviour], Iterator[bytes]]


def openai_stream(behaviour: Behaviour) -> Iterator[bytes]:
    def chunk(choices: list[dict[str, Any]], **more: Any) -> bytes:
        head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return f"data: {json.dumps({**head, 'choices': choices, **more})}\n\n".encode()

    for piece in behaviour.pieces:
        yield chunk([{"index": 0, "delta": {"content": piece}, "finish_reason": None}])
    if behaviour.fails:
        yield b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'
        return
    if behaviour.cut:
        return
    yield chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield chunk([], usage={"prompt_tokens": 40, "completion_tokens": 7, "total_tokens": 47})
    yield b"data: [DONE]\n\n"


def anthropic_stream(behaviour: Behaviour) -> Iterator[bytes]:
    def event(kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"input_tokens": 40, "output_tokens": 1}
    yield event(
        "message_start", message={**message, "stop_reason": None, "stop_sequence": None, "usage": usage}
    )
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield event("ping")
    for piece in behaviour.pieces:
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    if behaviour.fails:
        yield event("error", error={"type": "overloaded_error", "message": "Overloaded"})
        return
    if behaviour.cut:
        return
    yield event("content_block_stop", index=0)
    yield event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 7}
    )
    yield event("message_stop")


@contextmanager
def serving(path: str, stream: Stream, *script: Behaviour) -> Iterator[Service]:
    """A service that answers POST requests to `path` alone."""
    service = Service(script=list(script) or [Behaviour()])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            service.at.append(time.monotonic())
            service.headers.append({name.lower(): value for name, value in self.headers.items()})
            service.requests.append(json.loads(asked))
            behaviour = service.next() if self.path == path else Behaviour(status=404)
            time.sleep(behaviour.wait)
            with suppress(BrokenPipeError, ConnectionResetError):  # they may have gone, as tests want
                self._answer(behaviour, asked)

        def _answer(self, behaviour: Behaviour, asked: str) -> None:
            self.send_response(behaviour.status)
            for name, value in behaviour.headers.items():
                self.send_header(name, value)
            if behaviour.status != 200:
                told = behaviour.error or f"no: {asked}"
                body = json.dumps({"type": "error", "error": {"type": "e", "message": told}}).encode()
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece in stream(behaviour):
                self.wfile.write(piece)
                self.wfile.flush()
                service.written += 1
                time.sleep(behaviour.pause)

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    service.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield service
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@contextmanager
def llama_server(model: Path, key: str) -> Iterator[str]:
    """llama.cpp's own OpenAI-compatible server with a GGUF; its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--model", str(model), "--port", str(port), "--n_ctx", "2048", "--api_key", key]
    arguments += ["--interrupt_requests", "False"]  # by default it drops an answer when the next is asked
    command = [sys.executable, "-m", "llama_cpp.server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
