"""Frames over a pair of streams: what goes in comes out; broken streams end or are refused."""

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.messages import LlamaRequest, Segment, Tokenize
from core.engine.pipe import Cancel, Failed, Message, Pipe


class Blob(Message, frozen=True):
    data: bytes


def sent(*messages: Message) -> bytes:
    stream = io.BytesIO()
    pipe = Pipe(io.BytesIO(), stream)
    for message in messages:
        pipe.send(message)
    return stream.getvalue()


@given(st.lists(st.binary(max_size=2000)))
def test_frames_arrive_whole_and_in_order(blobs: list[bytes]) -> None:
    pipe = Pipe(io.BytesIO(sent(*(Blob(blob) for blob in blobs))), io.BytesIO())
    decoder = msgspec.msgpack.Decoder(Blob)
    assert [decoder.decode(pipe.receive() or b"").data for _ in blobs] == blobs
    assert pipe.receive() is None


@given(st.integers(min_value=0, max_value=30))
def test_a_stream_cut_short_is_an_end(kept: int) -> None:
    whole = sent(Blob(b"x" * 40))
    assert Pipe(io.BytesIO(whole[:kept]), io.BytesIO()).receive() is None


def test_a_length_no_peer_sends_is_refused() -> None:
    with pytest.raises(ValueError, match="broken frame"):
        Pipe(io.BytesIO(b"\xff\xff\xff\xff"), io.BytesIO()).receive()


def test_the_class_name_tells_messages_apart() -> None:
    decoder = msgspec.msgpack.Decoder(LlamaRequest)
    for message in (Cancel(), Tokenize("m", "é", special=False)):
        assert decoder.decode(sent(message)[4:]) == message
    for stranger in (Failed("bug"), Segment("x", ours=True)):
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(sent(stranger)[4:])
