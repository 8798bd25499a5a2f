"""The gate: scores every arm on the newest mail, which nothing was learned from, and decides whether a
new adapter goes live. The rules it follows are in docs/design.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.domain import AdapterKind, Exchange, Kept
from core.drafting.facts import brief_copy, fact_recall, unsupported
from core.evaluation.arms import Reply
from core.evaluation.folds import across_folds, folds
from core.evaluation.metrics import LEAST_TEXTS, Authorship, Interval, mean, paired_difference
from core.evaluation.style import (
    LEAST_MAILS,
    Agreement,
    Case,
    Written,
    agreement,
    counted,
    likeness,
    peers,
    strangers,
    style_match,
    traits_counted,
)
from core.preference.lessons import NAIVE
from core.traits import Names, kept

_AGENTS = (AdapterKind.THINKING, AdapterKind.UNTHOUGHT, AdapterKind.UNCOMPARED)
ENOUGH = 30  # gate replies; with fewer there is too little mail to tell


@dataclass(frozen=True)
class ArmScores:
    """Means over the gate's mails; None where nothing could be measured."""

    style_match: float | None
    likeness: float | None
    authorship: float | None
    fact_recall: float | None
    unsupported_facts: float | None
    brief_copy: float | None


@dataclass(frozen=True)
class Gate:
    """All scores of one adapter, over `count` replies, of which `borrowed` are validation's.
    `advantage`: guided less zero-shot; `traits`: those that counted; `shots`: few-shot's number of
    examples; `disobeyed`: traits whose rules the writer often breaks."""

    count: int
    floor: float | None
    ceiling: float | None
    arms: dict[str, ArmScores]
    advantage: Interval | None = None
    traits: tuple[str, ...] = ()
    shots: int = 0
    differences: dict[str, Interval] = field(default_factory=dict)
    disobeyed: tuple[str, ...] = ()
    borrowed: int = 0

    @property
    def enough(self) -> bool:
        return self.count - self.borrowed >= ENOUGH


def score(
    cases: Sequence[Case],
    replies: Mapping[str, Sequence[Reply]],
    learning: Sequence[Exchange],
    others: Sequence[Exchange],
    shots: int = 0,
    borrowed: int = 0,
) -> Gate:
    """`replies` of each arm to each case, 'zero_shot' among them, oldest first; `learning`: the
    person's own earlier exchanges; `others`: other people's; `borrowed`: how many cases are not of the
    gate part. Short of ENOUGH that are, an interval is what the mails as a whole and the folds of them
    both bear."""
    wanted = [counted(case, plain.text) for case, plain in zip(cases, replies["zero_shot"], strict=True)]
    traits = traits_counted(wanted)
    own = [*learning, *(case.exchange for case in cases)]
    pairs = list(zip(cases, wanted, strict=True))
    ceiling = style_match([agreement(want, peers(case, own)) for case, want in pairs], traits)
    floor = style_match([agreement(want, strangers(case, others)) for case, want in pairs], traits)
    sheets = {
        arm: [agreement(w, [Written(reply.text, c.names)]) for (c, w), reply in zip(pairs, made, strict=True)]
        for arm, made in replies.items()
    }
    writers = _authorship(learning, others)
    scores = {
        arm: _scores(cases, made, sheets[arm], traits, floor, ceiling, writers)
        for arm, made in replies.items()
    }
    differences = _differences(sheets, traits, cases, few=len(cases) - borrowed < ENOUGH)
    return Gate(
        len(cases),
        floor,
        ceiling,
        scores,
        differences.get("guided"),
        tuple(sorted(traits)),
        shots,
        differences,
        disobeyed(cases, replies.get("guided", ())),
        borrowed,
    )


def disobeyed(cases: Sequence[Case], replies: Sequence[Reply]) -> tuple[str, ...]:
    """Traits whose rules the replies break in most mails of at least LEAST_MAILS."""
    kept_of: dict[str, list[bool]] = {}
    for case, reply in zip(cases, replies, strict=False):
        for line in reply.rules:
            verdict = kept(line, reply.text, case.names)
            if verdict is not Kept.CANNOT_TELL:
                kept_of.setdefault(line.trait, []).append(verdict is Kept.KEPT)
    return tuple(
        sorted(
            trait for trait, held in kept_of.items() if len(held) >= LEAST_MAILS and 2 * sum(held) < len(held)
        )
    )


def goes_live(gate: Gate, in_use: float | None) -> bool:
    """The lower bound of the advantage over zero-shot is above 0, and the likeness not below that of
    the adapter in use."""
    if gate.advantage is None or gate.advantage.low <= 0:
        return False
    reached = gate.arms["guided"].likeness
    return in_use is None or (reached is not None and reached >= in_use)


def _scores(
    cases: Sequence[Case],
    replies: Sequence[Reply],
    sheets: Sequence[Agreement],
    traits: frozenset[str],
    floor: float | None,
    ceiling: float | None,
    writers: Authorship | None,
) -> ArmScores:
    matched = style_match(sheets, traits)
    pairs = list(zip(cases, replies, strict=True))
    noted = [(case, reply) for case, reply in pairs if case.context.notes.strip()]
    written = [Written(reply.text, case.names) for case, reply in pairs]
    return ArmScores(
        style_match=matched,
        likeness=likeness(matched, floor, ceiling),
        authorship=writers.score(written) if writers and written else None,
        fact_recall=mean([fact_recall(reply.text, case.context.notes) for case, reply in noted]),
        unsupported_facts=mean([float(_unsupported(case, reply)) for case, reply in pairs]),
        brief_copy=mean([float(brief_copy(reply.text, case.context.notes)) for case, reply in noted]),
    )


def _unsupported(case: Case, reply: Reply) -> int:
    return len(unsupported(reply.text, case.context, [line.sentence for line in reply.rules]))


def _authorship(learning: Sequence[Exchange], others: Sequence[Exchange]) -> Authorship | None:
    own = [Written(one.sent, Names.of(one.incoming)) for one in learning]
    foreign = [Written(one.sent, Names.of(one.incoming)) for one in others]
    return Authorship(own, foreign) if min(len(own), len(foreign)) >= LEAST_TEXTS else None


def _differences(
    sheets: Mapping[str, Sequence[Agreement]], traits: frozenset[str], cases: Sequence[Case], few: bool
) -> dict[str, Interval]:
    """Each arm less zero-shot, the agent alone less each control that could fake it and each other agent,
    and what drafts are written by less the fine-tune it is to do better than."""
    pairs = {arm: (arm, "zero_shot") for arm in sheets if arm != "zero_shot"} | {
        f"agent_only-{arm}": ("agent_only", arm)
        for arm in ("constant_rules", "wrong_adapter", "rulebook_only", *_AGENTS)
        if arm in sheets and "agent_only" in sheets
    }
    pairs |= {f"guided-{arm}": ("guided", arm) for arm in (*NAIVE, "guided_with_examples")}
    pairs = {name: (a, b) for name, (a, b) in pairs.items() if a in sheets and b in sheets}
    boxes = [case.mailbox for case in cases]
    of = folds([case.exchange.thread for case in cases])
    found: dict[str, Interval] = {}
    for name, (a, b) in pairs.items():
        whole = paired_difference(sheets[a], sheets[b], traits, boxes)
        if whole:
            parts = across_folds(sheets[a], sheets[b], traits, of) if few else whole
            found[name] = Interval(whole.estimate, min(whole.low, parts.low), max(whole.high, parts.high))
    return found
