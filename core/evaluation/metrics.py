"""What stands beside style_match: authorship by character n-grams, and intervals by a bootstrap that
resamples mailboxes (or mails, where there is one mailbox)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.evaluation.style import Agreement, Written
from core.traits import Names

LEAST_TEXTS = 5  # of either side, for a classifier that means anything


@dataclass(frozen=True)
class Interval:
    """An estimate with its 90 % interval."""

    estimate: float
    low: float
    high: float


class Authorship:
    """Tells one person's texts from other writers' by character n-grams; names are masked, so that
    who signs does not give it away. The heavy library is imported when it is fitted."""

    def __init__(self, own: Sequence[Written], others: Sequence[Written]) -> None:
        """Raises ValueError with fewer than LEAST_TEXTS texts on a side."""
        if min(len(own), len(others)) < LEAST_TEXTS:
            raise ValueError("too few texts to tell writers apart")
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        self._model: Any = make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(2, 4), min_df=2, sublinear_tf=True),
            LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000),
        )
        texts = [masked(written) for written in (*own, *others)]
        self._model.fit(texts, [1] * len(own) + [0] * len(others))

    def score(self, texts: Sequence[Written]) -> float:
        """The mean probability that the person wrote `texts`."""
        chances = self._model.predict_proba([masked(written) for written in texts])[:, 1]
        return float(chances.mean())


def masked(written: Written) -> str:
    """The text with the names of both people out."""
    text = written.text
    for name in _names(written.names):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "*", text, flags=re.IGNORECASE)
    return text


def _names(names: Names) -> list[str]:
    found = {names.sender_full, names.user_full, *names.sender_full.split(), *names.user_full.split()}
    return sorted((name for name in found if len(name) > 1), key=len, reverse=True)


def paired_difference(
    first: Sequence[Agreement],
    second: Sequence[Agreement],
    traits: frozenset[str],
    mailboxes: Sequence[str],
    rounds: int = 2000,
) -> Interval | None:
    """style_match of `first` less that of `second` on the same mails; None where no trait counts."""
    import numpy as np

    if not first or not traits:
        return None
    names = sorted(traits)
    weight = np.array([[float(trait in sheet) for trait in names] for sheet in first])
    gap = np.array(
        [[a.get(t, 0.0) - b.get(t, 0.0) for t in names] for a, b in zip(first, second, strict=True)]
    )
    draws = _draws(mailboxes, rounds)
    counts = np.vstack([np.ones((1, len(first))), draws])
    totals = counts @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.nanmean(np.where(totals > 0, (counts @ (gap * weight)) / totals, np.nan), axis=1)
    low, high = np.nanquantile(means[1:], [0.05, 0.95])
    return Interval(float(means[0]), float(low), float(high))


def _draws(mailboxes: Sequence[str], rounds: int) -> Any:
    """How often each mail is drawn in each round: whole mailboxes at a time, where there are several."""
    import numpy as np

    random = np.random.default_rng(0)
    groups = sorted(set(mailboxes))
    if len(groups) < 2:
        count = len(mailboxes)
        return random.multinomial(count, [1 / count] * count, size=rounds).astype(float)
    drawn = random.multinomial(len(groups), [1 / len(groups)] * len(groups), size=rounds)
    return drawn[:, [groups.index(mailbox) for mailbox in mailboxes]].astype(float)


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of the values there are."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def rounded(scores: Mapping[str, float | None]) -> dict[str, float | None]:
    """For output: four places are more than the numbers bear."""
    return {name: None if value is None else round(value, 4) for name, value in scores.items()}
