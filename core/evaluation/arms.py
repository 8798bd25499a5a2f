"""The ways of writing a reply that are compared with each other, and a run of one over the cases that
goes on where it was broken off."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.domain import Context, Exchange, RuleLine
from core.drafting.retrieval import retrieve
from core.evaluation.style import Case, Written, agreement
from core.models import prompts
from core.models.chat import ChatModel, Question
from core.models.metered import Meter, Spent
from core.tasks import CancelToken, Progress
from core.traits import detect_all

SHOTS = (1, 2, 3)
MARK = "@"  # in the name of an arm in the notebook, before what tells its adapter from others


@dataclass(frozen=True)
class Reply:
    """What an arm wrote, the rules it wrote under, and what that cost (nothing where it was stored before
    costs were counted)."""

    text: str
    rules: tuple[RuleLine, ...] = ()
    spent: Spent = field(default_factory=Spent)


class Arm(Protocol):
    def __call__(self, context: Context, cancel: CancelToken | None = None, /) -> Reply: ...


class Rules(Protocol):
    """Gives the rules for a context: the agent's, the rule book's, or both merged."""

    def __call__(self, context: Context, cancel: CancelToken | None = None, /) -> Sequence[RuleLine]: ...


class Notebook(Protocol):
    """Where finished replies are kept between runs: core.store.jobs.JobRepository."""

    def get(self, key: str, kind: type[dict[str, Reply]], /) -> dict[str, Reply] | None: ...
    def set(self, key: str, value: object, /) -> None: ...


def zero_shot(large: ChatModel, max_tokens: int) -> Arm:
    def write(context: Context, cancel: CancelToken | None = None) -> Reply:
        made = large.complete(Question(prompts.zero_shot(context), max_tokens), cancel=cancel)
        return Reply(made.text.strip())

    return write


def few_shot(large: ChatModel, learning: Sequence[Exchange], count: int, max_tokens: int) -> Arm:
    def write(context: Context, cancel: CancelToken | None = None) -> Reply:
        prompt = prompts.few_shot(context, retrieve(context, learning, count))
        return Reply(large.complete(Question(prompt, max_tokens), cancel=cancel).text.strip())

    return write


def guided(
    large: ChatModel, rules: Rules, max_tokens: int, learning: Sequence[Exchange] = (), count: int = 0
) -> Arm:
    """Also each control: they differ in where the rules come from. After `count` of the person's own replies
    of `learning` too, where there are any."""

    def write(context: Context, cancel: CancelToken | None = None) -> Reply:
        lines = tuple(rules(context, cancel))
        prompt = prompts.guided(context, lines, retrieve(context, learning, count) if learning else ())
        return Reply(large.complete(Question(prompt, max_tokens), cancel=cancel).text.strip(), lines)

    return write


def naive(trained: ChatModel, max_tokens: int) -> Arm:
    """`trained`: a model that learned to write the replies themselves."""
    return zero_shot(trained, max_tokens)


def constant(rules: Iterable[Sequence[RuleLine]]) -> Rules:
    """The most frequent rules of `rules` (one list a mail), as many as a list has on average and one
    for each trait, whatever the mail."""
    lists = [list(lines) for lines in rules]
    size = round(sum(map(len, lists)) / len(lists)) if lists else 0
    chosen: dict[str, RuleLine] = {}
    for line, _ in Counter(line for lines in lists for line in lines).most_common():
        if len(chosen) < size:
            chosen.setdefault(line.trait, line)
    lines = tuple(chosen.values())
    return lambda _context, _cancel=None: lines


def write_all(
    name: str,
    arm: Arm,
    cases: Sequence[Case],
    notebook: Notebook,
    meter: Meter,
    progress: Progress,
    cancel: CancelToken,
) -> list[Reply]:
    """The arm's reply to each case, each written once, however often this is broken off. `name`
    stands for the arm and all it was made of; `meter` is that of its models."""
    done = dict(notebook.get(name, dict[str, Reply]) or {})
    for number, case in enumerate(cases):
        progress.update(f"Comparing ({name.rpartition(':')[2].partition(MARK)[0]})", number, len(cases))
        cancel.check()
        key = str(case.exchange.id)
        if key not in done:
            meter.take()
            made = arm(case.context, cancel)
            done[key] = replace(made, spent=meter.take())
            notebook.set(name, done)
    return [done[str(case.exchange.id)] for case in cases]


def best_shots(
    cases: Sequence[Case], write: Callable[[int], Sequence[Reply]], shots: Sequence[int] = SHOTS
) -> tuple[int, Mapping[int, float]]:
    """How many examples serve best on validation cases: by agreement with the real replies in every
    trait, as zero-shot replies are not to decide it. Fewer where that ties. With the scores."""
    if not cases:
        return shots[-1], {}
    scores = {count: habits_kept(cases, write(count)) for count in shots}
    return max(shots, key=lambda count: (scores[count], -count)), scores


def habits_kept(cases: Sequence[Case], replies: Sequence[Reply]) -> float:
    """The mean share of all traits of a real reply that the draft shows as well. Raises ZeroDivisionError
    without cases."""
    shares = []
    for case, reply in zip(cases, replies, strict=True):
        real = {t: v for t, v in detect_all(case.exchange.sent, case.names).items() if v is not None}
        agreed = agreement(real, [Written(reply.text, case.names)])
        shares.append(sum(agreed.values()) / len(agreed) if agreed else 0.0)
    return sum(shares) / len(shares)
