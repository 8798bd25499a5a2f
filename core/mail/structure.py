"""Messages without their attachments: which parts of a large one to fetch, by its BODYSTRUCTURE (RFC 3501,
7.4.2, as the library reads it: nested tuples), and the message made again of those."""

from collections.abc import Iterator, Mapping
from typing import Any

MOST_PARTS = 60
_DEPTH = 20


def sections(structure: Any) -> tuple[str, ...]:
    """What to ask of a message with several parts: the MIME headers of each, and the text parts a reader
    would see. Of a message of one part its text, whatever it is."""
    if not _is_multipart(structure):
        return ("TEXT",)
    wanted: list[str] = []
    for section, part in _leaves(structure, "", 0):
        wanted.append(f"{section}.MIME")
        if _is_shown(part):
            wanted.append(section)
    return tuple(wanted)


def rebuilt(header: bytes, structure: Any, parts: Mapping[str, bytes]) -> bytes:
    """The message of its header and the parts by section; parts that are not there stay empty."""
    if not _is_multipart(structure):
        return header + parts.get("TEXT", b"")
    return header + _body(structure, "", parts, 0)


def _body(structure: Any, above: str, parts: Mapping[str, bytes], depth: int) -> bytes:
    boundary = _parameter(structure[2] if len(structure) > 2 else None, b"boundary")
    pieces: list[bytes] = []
    for section, part in _children(structure, above):
        if _is_multipart(part) and depth < _DEPTH:
            inner = _parameter(part[2] if len(part) > 2 else None, b"boundary")
            head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (part[1], inner)
            pieces.append(head + _body(part, section, parts, depth + 1))
        else:
            pieces.append(parts.get(f"{section}.MIME", b"\r\n") + parts.get(section, b""))
    return b"".join(b"--%s\r\n%s\r\n" % (boundary, piece) for piece in pieces) + b"--%s--\r\n" % boundary


def _leaves(structure: Any, above: str, depth: int) -> Iterator[tuple[str, Any]]:
    count = 0
    for section, part in _children(structure, above):
        if _is_multipart(part):
            if depth < _DEPTH:
                yield from _leaves(part, section, depth + 1)
        elif count < MOST_PARTS:
            count += 1
            yield section, part


def _children(structure: Any, above: str) -> Iterator[tuple[str, Any]]:
    for number, part in enumerate(structure[0], 1):
        yield (f"{above}.{number}" if above else str(number)), part


def _is_multipart(structure: Any) -> bool:
    return bool(structure) and isinstance(structure[0], list)


def _is_shown(part: Any) -> bool:
    """Text that is no attachment. A part that is a whole message is one."""
    return _lower(part[0]) == b"text" and not _is_attached(part)


def _is_attached(part: Any) -> bool:
    # The disposition stands after the lines and the MD5 of a text part, where the server tells it at all.
    disposition = part[9] if len(part) > 9 else None
    kind = disposition[0] if isinstance(disposition, tuple) and disposition else disposition
    return _lower(kind) == b"attachment"


def _parameter(listed: Any, name: bytes) -> bytes:
    pairs = listed if isinstance(listed, tuple) else ()
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if _lower(key) == name and isinstance(value, bytes):
            return value
    return b""


def _lower(word: Any) -> bytes:
    return word.lower() if isinstance(word, bytes) else b""
