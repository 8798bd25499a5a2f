"""The three parts of the mail: learning, validation, and the gate (the newest). Threads and near
duplicates are never parted, so nothing that is tested was learned."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from core.domain import Exchange, ExchangeId
from core.store.exchanges import Part
from core.traits.layout import words

GATE_SHARE = 0.15
VALIDATION_SHARE = 0.1
_GRAM = 5
_OVERLAP = 0.8
_COMMON = 50  # a 5-gram in more mails than this is boilerplate and finds no duplicates


def split_exchanges(
    exchanges: Sequence[Exchange], drafted: Collection[ExchangeId] = ()
) -> dict[ExchangeId, Part]:
    """Each exchange's part. The gate is filled with whole groups from the newest; validation is
    drawn from the rest by a hash, so that new mail moves no old one. A group with a reply that may have
    begun as a draft (`drafted`) is for learning alone: it would bear out whatever wrote that draft."""
    groups = sorted(_groups(exchanges), key=lambda group: max(one.date for one in group), reverse=True)
    wanted = math.floor(len(exchanges) * GATE_SHARE)
    parts: dict[ExchangeId, Part] = {}
    gate = 0
    for group in groups:
        if any(one.id in drafted for one in group):
            parts.update({one.id: "learning" for one in group})
            continue
        part: Part = "validation" if _hash(group) < VALIDATION_SHARE else "learning"
        if gate + len(group) <= wanted:
            part, gate = "gate", gate + len(group)
        parts.update({one.id: part for one in group})
    return parts


def _groups(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    roots = list(range(len(exchanges)))

    def root(i: int) -> int:
        while roots[i] != i:
            roots[i] = roots[roots[i]]
            i = roots[i]
        return i

    first: dict[str, int] = {}
    for i, one in enumerate(exchanges):
        if one.thread:
            roots[root(i)] = root(first.setdefault(one.thread, i))
    for a, b in near_duplicates([one.sent for one in exchanges]):
        roots[root(a)] = root(b)
    groups: dict[int, list[Exchange]] = defaultdict(list)
    for i, one in enumerate(exchanges):
        groups[root(i)].append(one)
    return list(groups.values())


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of texts that share at least 0.8 of the shorter one's 5-grams of words."""
    grams = [_grams(text) for text in texts]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    pairs: list[tuple[int, int]] = []
    for i, own in enumerate(grams):
        shared: Counter[int] = Counter()
        for gram in own:
            if len(where[gram]) <= _COMMON:
                shared.update(where[gram])
            where[gram].append(i)
        pairs += [(j, i) for j, count in shared.items() if count >= _OVERLAP * min(len(own), len(grams[j]))]
    return pairs


def _grams(text: str) -> set[tuple[str, ...]]:
    found = [word.casefold() for word in words(text)]
    return {tuple(found[i : i + _GRAM]) for i in range(len(found) - _GRAM + 1)}


def _hash(group: Sequence[Exchange]) -> float:
    """0 to 1, the same for the same thread for ever."""
    name = min((one.thread or one.incoming.text + one.sent) for one in group)
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
