"""How near drafts come to the real replies word by word: the measures papers give, beside those of style.
They reward saying the same in the same words, whoever's style it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Overlap:
    """`edit_distance`: words to add, drop or change until a draft is the real reply, as a share of the longer
    one's words (0 the same, 1 nothing in common), and `rouge_l` (the F1 of their longest common
    subsequence of words, 0 to 1), both as means; `bleu` and `chrf` over all drafts, 0 to 100."""

    edit_distance: float
    rouge_l: float
    bleu: float
    chrf: float


def overlap(drafts: Sequence[str], real: Sequence[str]) -> Overlap | None:
    """None without drafts. The libraries are imported when it is asked for.

    Twice the longest common subsequence over the sum of both lengths, ROUGE-L's F1, is what RapidFuzz calls
    the similarity of insertions and deletions."""
    if not drafts:
        return None
    from rapidfuzz.distance import Indel, Levenshtein
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    pairs = list(zip(drafts, real, strict=True))
    edits = [Levenshtein.normalized_distance(a.split(), b.split()) for a, b in pairs]
    common = [Indel.normalized_similarity(_words(a), _words(b)) for a, b in pairs]
    return Overlap(
        edit_distance=sum(edits) / len(edits),
        rouge_l=sum(common) / len(common),
        bleu=float(BLEU().corpus_score(list(drafts), [list(real)]).score),
        chrf=float(CHRF().corpus_score(list(drafts), [list(real)]).score),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
