"""The reader child: hostile mail is parsed here, without key, network or the store, so that a
parser that hangs or crashes takes nothing with it."""

import contextlib
import importlib
import threading
from collections.abc import Callable
from typing import Any

from core.domain import ParsedMail
from core.engine.inbox import Inbox
from core.engine.messages import Parse, Parsed, ParseDone, ReaderRequest, Show, Shown
from core.engine.pipe import Failed, Pipe


def main(pipe: Pipe, idle: float | None) -> None:
    """Serves until `idle` seconds pass without a request."""
    cancelled = threading.Event()
    inbox: Inbox[ReaderRequest] = Inbox(pipe, ReaderRequest, cancelled)
    while (request := inbox.next(idle)) is not None:
        if isinstance(request, Parse):
            _answer(pipe, request, cancelled)
        elif isinstance(request, Show):
            _show(pipe, request)


def _answer(pipe: Pipe, request: Parse, cancelled: threading.Event) -> None:
    parse: Callable[[bytes], ParsedMail] = _named(request.parser)
    for raw in request.raw:
        if cancelled.is_set():
            pipe.send(Failed("cancelled"))
            return
        _answer_one(pipe, parse, raw, request.careful)
    pipe.send(ParseDone())


def _answer_one(pipe: Pipe, parse: Callable[[bytes], ParsedMail], raw: bytes, flush: bool) -> None:
    try:
        pipe.send(Parsed(parse(raw)), flush=flush)
    except OSError:
        raise  # the parent is gone
    except Exception:  # noqa: BLE001
        # Whatever a parser trips over, RecursionError and half a surrogate pair included, is
        # one message skipped and counted, not the end of a sync.
        pipe.send(Parsed(None), flush=flush)


def _show(pipe: Pipe, request: Show) -> None:
    html: str | None = None
    with contextlib.suppress(Exception):  # as above: one message that cannot be shown
        make: Callable[[bytes], str] = _named(request.maker)
        html = make(request.raw)
    pipe.send(Shown(html))


def _named(dotted: str) -> Any:
    module, _, function = dotted.partition(":")
    return getattr(importlib.import_module(module), function)
