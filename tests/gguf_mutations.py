"""Damage to GGUF files, by a seed: what a bad disk, a cut download or an enemy may make of one."""

import random

_EXTREMES = (b"\x00" * 4, b"\xff" * 4, b"\xff" * 8, b"\x00" * 8, b"\xff\xff\xff\x7f", b"\xff" * 7 + b"\x7f")


def mutate(whole: bytes, rng: random.Random) -> bytes:
    """One to three of: bits turned, numbers made extreme, parts cut out, doubled or overwritten, the end cut
    off; mostly in the header, where it hurts."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _damage(data, rng)
    return bytes(data)


def _damage(data: bytearray, rng: random.Random) -> None:
    header = _header(data)
    place = rng.choice(
        (rng.randrange(24), rng.randrange(1200), rng.randrange(header), rng.randrange(len(data)))
    )
    place = min(place, len(data) - 1)
    match rng.choice(("bit", "extreme", "extreme", "number", "cut", "double", "random", "end")):
        case "bit":
            data[place] ^= 1 << rng.randrange(8)
        case "extreme":
            value = rng.choice(_EXTREMES)
            data[place : place + len(value)] = value
        case "number":
            data[place : place + 4] = rng.randrange(300).to_bytes(4, "little")
        case "cut":
            del data[place : place + rng.randrange(1, 64)]
        case "double":
            part = data[place : place + rng.randrange(1, 64)]
            data[place:place] = part
        case "random":
            data[place : place + 16] = rng.randbytes(16)
        case "end":
            del data[max(1, place) :]
    if not data:
        data += b"G"


def _header(data: bytearray) -> int:
    """About where the weights begin: after the last tensor's name."""
    return max(2000, data.rfind(b"ffn_down.weight") + 100)
