"""A look at a GGUF before native code opens it: most wrong files end here, politely.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The `gguf` package reads it too, but
follows every length it is told, and takes half a minute for a vocabulary of 150,000 tokens.
"""

import mmap
import struct
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError

_HEADER = struct.Struct("<4sIQQ")  # magic, version, tensors, key-value pairs
_TENSOR = struct.Struct("<IQ")  # type and offset, after its name and sizes
_LENGTH, _KIND = struct.Struct("<Q"), struct.Struct("<I")
_MANY = 1_000_000
_TENSORS, _PAIRS, _KEY, _TEXT, _ITEMS = 65_536, 4096, 65_535, 1 << 24, 1 << 24
_STRING, _ARRAY = 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# Weights to a block and its bytes, by ggml's number of the type; of others only native code knows.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 30: (1, 2),
}  # fmt: skip


Stamp = tuple[int, int]  # a file's size and the time it was changed (ns): another is another file


def file_stamp(path: Path) -> Stamp | None:
    """None where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def check_gguf(path: Path) -> None:
    """By the first bytes. Raises ModelError where the file cannot be a GGUF model."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
    except OSError as error:
        raise ModelError(f"The model file {path.name} cannot be opened ({error.strerror}).") from error
    if len(head) < _HEADER.size or head[:4] != b"GGUF":
        raise ModelError(f"{path.name} is not a GGUF model; choose a file that ends in .gguf.")
    _, version, tensors, pairs = _HEADER.unpack(head)
    if version not in (2, 3) or not 0 < tensors < _MANY or not 0 < pairs < _MANY:
        raise unreadable(path)


def check_whole(path: Path) -> None:
    """The whole header: every length and count within limits, and all that it speaks of within the file.
    Some 0.1 s for a vocabulary of 150,000. Raises ModelError."""
    check_gguf(path)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _walk(data)
    except (ValueError, struct.error, OSError):  # a struct.error is a read past the end
        raise unreadable(path) from None


def unreadable(path: Path) -> ModelError:
    return ModelError(
        f"The model file {path.name} is damaged, cut short or of a kind this version cannot run; fetch it"
        " again or choose another."
    )


def _walk(data: mmap.mmap) -> None:
    """Raises ValueError and struct.error."""
    _, _, tensors, pairs = _HEADER.unpack_from(data)
    if tensors > _TENSORS or pairs > _PAIRS:
        raise ValueError
    at, alignment = _HEADER.size, 32
    for _ in range(pairs):
        key, at = _text(data, at, _KEY)
        (kind,) = _KIND.unpack_from(data, at)
        at += _KIND.size
        if key == b"general.alignment" and kind == 4:
            (alignment,) = _KIND.unpack_from(data, at)
        at = _skip(data, at, kind)
    if not 8 <= alignment <= 1 << 20 or alignment & (alignment - 1):
        raise ValueError
    end = 0
    for _ in range(tensors):
        at, bytes_end = _tensor(data, at, alignment)
        end = max(end, bytes_end)
    start = -(-at // alignment) * alignment
    if start + end > len(data):
        raise ValueError


def _tensor(data: mmap.mmap, at: int, alignment: int) -> tuple[int, int]:
    """What comes after its entry, and where its weights end, from the first weight on."""
    _, at = _text(data, at, 64)
    (dimensions,) = _KIND.unpack_from(data, at)
    if not 1 <= dimensions <= 4:
        raise ValueError
    sizes = struct.unpack_from(f"<{dimensions}Q", data, at + _KIND.size)
    at += _KIND.size + 8 * dimensions
    kind, offset = _TENSOR.unpack_from(data, at)
    count = 1
    for size in sizes:
        count *= size
    weights, width = _BLOCKS.get(kind, (1, 0))
    if count == 0 or sizes[0] % weights or offset % alignment:
        raise ValueError
    return at + _TENSOR.size, offset + count // weights * width


def _text(data: mmap.mmap, at: int, most: int) -> tuple[bytes, int]:
    (length,) = _LENGTH.unpack_from(data, at)
    at += _LENGTH.size
    if length > most or at + length > len(data):
        raise ValueError
    return data[at : at + length], at + length


def _skip(data: mmap.mmap, at: int, kind: int) -> int:
    """Where a value ends."""
    if kind == _STRING:
        return _text(data, at, _TEXT)[1]
    if kind != _ARRAY:
        return at + _width(kind)
    (items,) = _KIND.unpack_from(data, at)
    count: int = _LENGTH.unpack_from(data, at + _KIND.size)[0]
    at += _KIND.size + _LENGTH.size
    if count > _ITEMS:
        raise ValueError
    if items != _STRING:
        return at + count * _width(items)
    unpack: Callable[..., tuple[int]] = _LENGTH.unpack_from
    for _ in range(count):
        (length,) = unpack(data, at)
        if length > _TEXT:
            raise ValueError
        at += 8 + length
    return at


def _width(kind: int) -> int:
    """Of a plain value. Raises ValueError for a kind that is none."""
    if kind not in _WIDTHS:
        raise ValueError
    return _WIDTHS[kind]
