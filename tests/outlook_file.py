"""Writes Outlook .msg files: properties (MS-OXMSG) in a compound file (MS-CFB), as small as they can be."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
Tree = Mapping[str, "bytes | Tree"]
Values = Mapping[int, "str | bytes | int"]  # property id: text, binary, or a number
TIME = 0x0040


@dataclass
class _Entry:
    name: str
    kind: int
    child: int = FREE
    right: int = FREE
    start: int = END
    size: int = 0


@dataclass
class _Sectors:
    """Chains of blocks of one size, with their allocation table."""

    size: int
    content: bytes = b""
    table: list[int] = field(default_factory=list)

    def add(self, stream: bytes) -> int:
        """Its first block."""
        if not stream:
            return END
        first, count = len(self.table), -(-len(stream) // self.size)
        self.content += stream.ljust(count * self.size, b"\0")
        self.table += [*range(first + 1, first + count), END]
        return first


def compound_file(tree: Tree) -> bytes:
    sectors, mini = _Sectors(SECTOR), _Sectors(MINI)
    entries = [_Entry("Root Entry", ROOT)]
    _add(tree, entries, 0, sectors, mini)
    entries[0].start, entries[0].size = sectors.add(mini.content), len(mini.content)
    mini_table = sectors.add(struct.pack(f"<{len(mini.table)}I", *mini.table))
    folder = sectors.add(b"".join(map(_packed, entries)))
    count = 1
    while (len(sectors.table) + count) * 4 > count * SECTOR:
        count += 1
    places = [len(sectors.table) + number for number in range(count)]
    table = [*sectors.table, *[FAT] * count]
    table += [FREE] * (count * SECTOR // 4 - len(table))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        count,
        folder,
        0,
        CUTOFF,
        mini_table,
        -(-len(mini.table) * 4 // SECTOR),
        END,
        0,
        places[0],
    )
    head += struct.pack(f"<{len(places) - 1}I", *places[1:])
    return head.ljust(SECTOR, b"\xff") + sectors.content + struct.pack(f"<{len(table)}I", *table)


def _add(tree: Tree, entries: list[_Entry], parent: int, sectors: _Sectors, mini: _Sectors) -> None:
    before: _Entry | None = None
    for name, content in tree.items():
        number = len(entries)
        if isinstance(content, bytes):
            kept = sectors if len(content) >= CUTOFF else mini
            entry = _Entry(name, STREAM, start=kept.add(content), size=len(content))
            entries.append(entry)
        else:
            entry = _Entry(name, STORAGE)
            entries.append(entry)
            _add(content, entries, number, sectors, mini)
        if before is None:
            entries[parent].child = number
        else:
            before.right = number
        before = entry


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ",
        name,
        len(name) + 2,
        entry.kind,
        1,
        FREE,
        entry.right,
        entry.child,
        entry.start,
        entry.size,
    )


def outlook_file(
    values: Values, recipients: Sequence[Values] = (), times: Mapping[int, int] | None = None
) -> bytes:
    """`times`: property ids with seconds since 1970."""
    people = {f"__recip_version1.0_#{n:08X}": _storage(one, bytes(8)) for n, one in enumerate(recipients)}
    head = struct.pack("<8xIIII8x", len(recipients), 0, len(recipients), 0)
    return compound_file({**_storage(values, head, times or {}), **people})


def _storage(
    values: Values, head: bytes, times: Mapping[int, int] | None = None
) -> dict[str, "bytes | Tree"]:
    table, streams = head, {}
    for pid, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHIii", 0x0003, pid, 6, value, 0)
            continue
        kind = 0x001F if isinstance(value, str) else 0x0102
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{pid:04X}{kind:04X}"] = content
        table += struct.pack("<HHIII", kind, pid, 6, len(content) + 2 * (kind == 0x001F), 0)
    for pid, seconds in (times or {}).items():
        table += struct.pack("<HHIQ", TIME, pid, 6, (seconds + 11_644_473_600) * 10_000_000)
    return {"__properties_version1.0": table, **streams}
