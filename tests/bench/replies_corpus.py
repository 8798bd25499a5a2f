"""Exact own text on published reply cases: five suites with exact expectations, the others reported. Each
suite also without the phrases that no other suite's files hold, as if it had not been at hand."""

import importlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.mail import announcements, courtesies, parse, phrases, quotes, signature
from tests.bench.figure import REPOSITORY, Figure, at_least, reported
from tests.integration import replies_corpus
from tests.integration.replies_corpus import Case

CORPUS = REPOSITORY.parent / "shared" / "corpora" / "replies"


def run(quick: bool, corpus: Path = CORPUS) -> Iterator[Figure]:
    if not corpus.is_dir():
        raise RuntimeError("needs the reply corpora (../shared/corpora/replies) beside the checkout")
    cases = list(replies_corpus.cases(corpus))
    began = time.process_time()
    right = passed(cases)
    seconds = time.process_time() - began
    exact = [case for case in cases if case.exact]
    total = Counter(case.group for case in cases)
    yield at_least(
        "replies_corpus.exact",
        share(right, exact),
        0.85,
        cases=len(exact),
        inputs=len({c.input for c in exact}),
    )
    yield reported("replies_corpus.all", share(right, cases), cases=len(cases))
    yield reported("replies_corpus.milliseconds", 1000 * seconds / len(cases), "ms a case")
    blind: set[Case] = set()
    for group, count in total.items():
        suite = [case for case in cases if case.group == group]
        others = [case for case in cases if not same_family(case.group, group)]
        dropped = only_in(suite, others)
        with without(dropped):
            found = passed(suite)
        blind |= found
        details: dict[str, Any] = {"cases": count, "passed": sum(case in right for case in suite)}
        details |= {"phrases_left_out": len(dropped), "passed_without": len(found)}
        yield reported(f"replies_corpus.{group.replace(' ', '_')}", share(right, suite), **details)
    yield reported("replies_corpus.exact_left_one_out", share(blind, exact), cases=len(exact))


def passed(cases: Sequence[Case]) -> set[Case]:
    # By way of the module: it is loaded anew where phrases are left out.
    return {case for case in cases if replies_corpus.same(own_text(case), case.expected, case.loose)}


def own_text(case: Case) -> str:
    kind = "html" if case.html else "plain"
    raw = f"Content-Type: text/{kind}; charset=utf-8\n\n".encode() + case.input.encode("utf-8", "replace")
    return parse.parse_message(raw).text


def share(right: set[Case], cases: Sequence[Case]) -> float:
    return sum(case in right for case in cases) / len(cases)


def same_family(one: str, other: str) -> bool:
    """Talon's parts are one suite, and three suites are ports of one another: they share files."""
    ports = ("github-email_reply_parser", "willdurand-EmailReplyParser", "crisp-email-reply-parser")
    return one.partition(" ")[0] == other.partition(" ")[0] or (one in ports and other in ports)


def only_in(suite: Sequence[Case], others: Sequence[Case]) -> set[str]:
    """Phrases that files of this suite hold and no other suite's do."""
    here, there = ("\n".join(case.input for case in some).lower() for some in (suite, others))
    everything = {
        *phrases.WROTE,
        *phrases.WROTE_GLUED,
        *phrases.OPENERS,
        *phrases.LABEL_OF,
        *phrases.ORIGINAL,
        *phrases.FORWARDED,
        *courtesies.SENT_FROM,
        *courtesies.CLOSINGS,
        *courtesies.DISCLAIMERS,
    }
    return {phrase for phrase in everything if phrase in here and phrase not in there}


@contextmanager
def without(dropped: set[str]) -> Iterator[None]:
    """The parser with these phrases unknown to it."""
    kept = {(module, name): getattr(module, name) for module, name in _LISTS}
    try:
        for (module, name), value in kept.items():
            left = (
                {word: kind for word, kind in value.items() if word not in dropped}
                if isinstance(value, dict)
                else type(value)(word for word in value if word not in dropped)
            )
            setattr(module, name, left)
        _load_anew()
        yield
    finally:
        for (module, name), value in kept.items():
            setattr(module, name, value)
        _load_anew()


_LISTS = (
    (phrases, "WROTE"),
    (phrases, "WROTE_GLUED"),
    (phrases, "OPENERS"),
    (phrases, "LABEL_OF"),
    (phrases, "ORIGINAL"),
    (phrases, "FORWARDED"),
    (courtesies, "SENT_FROM"),
    (courtesies, "CLOSINGS"),
    (courtesies, "DISCLAIMERS"),
)


def _load_anew() -> None:
    for module in (announcements, signature, quotes, parse):
        importlib.reload(module)
