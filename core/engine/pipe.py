"""Frames over a pair of binary streams: four bytes of length, then one msgpack message."""

import contextlib
import struct
import threading
from typing import BinaryIO

import msgspec

_LENGTH = struct.Struct("<I")
_LARGEST = 1 << 30  # a checkpoint of a large adapter is some 100 MB; more than 1 GB is a broken stream


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all that crosses a pipe; the class name is the tag, so unions of messages decode."""


class Cancel(Message, frozen=True):
    """Parent to child: stop the request now running. Part of every role's request union."""


class Failed(Message, frozen=True):
    """Child to parent: the request came to nothing. `kind` is 'cancelled', 'model', 'graphics' (the card
    failed; the processor may do), 'adapter' (the child does not hold the adapter named), 'learning' or
    'bug'. `sentence` is for people and holds no mail text; for 'bug' it is the exception's type and the
    places it passed, never its text."""

    kind: str
    sentence: str = ""


class Pipe:
    """One end of a two-way pipe. `send` may be called from several threads, `receive` from one."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._encoder = msgspec.msgpack.Encoder()
        self._lock = threading.Lock()

    def send(self, message: Message, *, flush: bool = True) -> None:
        """Without `flush` it waits in a buffer for the next message that has it, or for the buffer to be
        full. Raises OSError when the other end is gone."""
        body = self._encoder.encode(message)
        if len(body) > _LARGEST:
            raise ValueError("message too large for the pipe")
        with self._lock:
            try:
                self._outgoing.write(_LENGTH.pack(len(body)))
                self._outgoing.write(body)
                if flush:
                    self._outgoing.flush()
            except ValueError as error:  # closed by another thread
                raise BrokenPipeError from error

    def receive(self) -> bytes | None:
        """The body of the next frame, None at the end of the stream.

        Raises ValueError for a length no peer of ours sends."""
        head = self._read(_LENGTH.size)
        if head is None:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > _LARGEST:
            raise ValueError("broken frame")
        return self._read(length)

    def close(self) -> None:
        """Tells the other end that no more will come."""
        with contextlib.suppress(OSError):  # a flush to a process that is already gone
            self._outgoing.close()

    def _read(self, count: int) -> bytes | None:
        data = self._incoming.read(count)
        return data if len(data) == count else None
