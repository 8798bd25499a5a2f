"""An evaluation: every arm on the gate's mails, its scores by a library and by trait, and what it costs.
It is kept with its drafts and with all that they came from, until one of another recipe takes its place."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from core.domain import Exchange, ExchangeId, Rule, RuleId
from core.evaluation.arms import Reply, habits_kept
from core.evaluation.gate import Gate
from core.evaluation.judge_pairs import PairJudge
from core.evaluation.judging import Contest, Judge, Outcome, arm_key
from core.evaluation.overlap import Overlap, overlap
from core.evaluation.style import Written, agreement, counted, trait_shares
from core.evaluation.wins import WinRate
from core.models import prompts
from core.models.chat import ChatModel
from core.models.metered import Spent
from core.store.codec import to_json
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

_RUNS, _LAST = "gate/evaluate ", "gate/evaluation"


@dataclass(frozen=True)
class Recipe:
    """All that drafts come from. `agent`, `rules` and `mail` are digests: of the adapter ('' for none), the
    rule book, and the exchanges of every part. `arms`: by arm, digests of the adapters that are there for
    one arm alone; what the others write does not depend on them."""

    longhand: str
    large: str
    agent: str
    rules: str
    mail: str
    max_tokens: int
    controls: bool
    prompts: tuple[str, ...]
    arms: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of all but `arms`."""
        return digest(to_json({name: one for name, one in asdict(self).items() if name != "arms"}).encode())


@dataclass(frozen=True)
class Cost:
    """Means over the replies of an arm; `prompt_tokens` and `new_tokens` are None where no model told any.
    `calls`: which models were asked, with which prompts."""

    prompt_tokens: float | None
    new_tokens: float | None
    seconds: float
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """How many examples an adapter learned from, in how many seconds; and what making such examples has cost
    on this profile, for all adapters that learn from them (nothing where it was not counted yet)."""

    examples: int
    seconds: float
    making: Spent = field(default_factory=Spent)


@dataclass(frozen=True)
class Evaluation:
    """By arm: `habits`, the share of all the real replies' traits that drafts show; `traits`, for each that
    counts in style_match the share of mails whose drafts agree; overlap and costs; `trainings`, what its
    adapter took, where it has one. `exchanges`: the mails it was made on; `libraries`: those that counted,
    with their versions; `wins`: how guided drafts fared before `judge`, against each other arm; `left_out`:
    why an arm that was asked for did not run."""

    recipe: Recipe
    gate: Gate
    habits: dict[str, float]
    overlap: dict[str, Overlap]
    costs: dict[str, Cost]
    traits: dict[str, dict[str, float]]
    exchanges: tuple[ExchangeId, ...]
    libraries: tuple[str, ...]
    judge: str = ""
    wins: tuple[WinRate, ...] = ()
    trainings: dict[str, Trained] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


class Evaluations:
    """Those of one profile. `run` goes on where an interrupted call of the same recipe stopped, and finds all
    done where one has ended."""

    def __init__(self, jobs: JobRepository) -> None:
        self._jobs = jobs

    def run(
        self,
        contest: Contest,
        recipe: Recipe,
        exchanges: Sequence[Exchange],
        validation: Sequence[Exchange],
        progress: Progress,
        cancel: CancelToken,
        judge: ChatModel | None = None,
        trainings: Mapping[str, Trained] | None = None,
        left_out: Mapping[str, str] | None = None,
    ) -> Evaluation:
        """`exchanges`: the gate part; `judge` compares guided drafts with every other arm's; `trainings`:
        what the adapters of arms took; `left_out`: why an arm is missing."""
        arms = Judge(_name(recipe), contest, self._jobs)
        outcome = arms.write(exchanges, validation, progress, cancel)
        made = replace(
            _evaluation(recipe, arms.scored(outcome), outcome),
            trainings=dict(trainings or {}),
            left_out=dict(left_out or {}),
        )
        if judge:
            rates = (
                PairJudge(judge, f"gate/{_name(recipe)}:{recipe.arms.get(arm, '')}", self._jobs).compare(
                    ("guided", arm),
                    outcome.cases,
                    (outcome.replies["guided"], replies),
                    progress,
                    cancel,
                )
                for arm, replies in outcome.replies.items()
                if arm != "guided"
            )
            made = replace(made, judge=judge.name, wins=tuple(rates))
        self._jobs.set(_LAST, made)
        for key in self._jobs.keys(_RUNS):
            if not key.startswith(f"gate/{_name(recipe)}:"):
                self._jobs.clear(key)
        return made

    def last(self) -> Evaluation | None:
        return self._jobs.get(_LAST, Evaluation)

    def drafts(self, evaluation: Evaluation, arm: str) -> dict[ExchangeId, Reply]:
        """What an arm wrote, by the mail it answers; empty for an arm that did not run."""
        key = arm_key(arm, evaluation.recipe.arms.get(arm))
        kept = self._jobs.get(f"gate/{_name(evaluation.recipe)}:{key}", dict[str, Reply]) or {}
        return {one: kept[str(one)] for one in evaluation.exchanges if str(one) in kept}


def recipe(contest: Contest, adapter: bytes, rules: Sequence[Rule], exchanges: Sequence[Exchange]) -> Recipe:
    """Of a contest over `exchanges`, all parts of them; `adapter`: GGUF bytes, empty for none. Counted anew,
    rules may change their ids and their evidence, which no draft depends on."""
    from importlib.metadata import version  # late: with what it brings 15 ms of every start

    plain = [replace(rule, id=RuleId(0), evidence=()) for rule in rules]
    return Recipe(
        longhand=version("longhand"),
        large=contest.large.name,
        agent=digest(adapter) if adapter else "",
        rules=digest(to_json(plain).encode()),
        mail=digest(to_json(exchanges).encode()),
        max_tokens=contest.max_tokens,
        controls=contest.controls,
        prompts=prompts.versions(),
        arms=dict(contest.marks),
    )


def digest(data: bytes) -> str:
    """Sixteen hexadecimal digits that stand for `data`."""
    return hashlib.sha256(data).hexdigest()[:16]


def _name(recipe: Recipe) -> str:
    return f"evaluate {recipe.digest}"


def _evaluation(recipe: Recipe, gate: Gate, outcome: Outcome) -> Evaluation:
    cases = outcome.cases
    real = [case.exchange.sent for case in cases]
    plain = outcome.replies["zero_shot"]
    wanted = [counted(case, reply.text) for case, reply in zip(cases, plain, strict=True)]
    near: dict[str, Overlap] = {}
    traits: dict[str, dict[str, float]] = {}
    for arm, replies in outcome.replies.items():
        found = overlap([reply.text for reply in replies], real)
        if found:
            near[arm] = found
        sheets = [
            agreement(want, [Written(reply.text, case.names)])
            for want, reply, case in zip(wanted, replies, cases, strict=True)
        ]
        traits[arm] = trait_shares(sheets, frozenset(gate.traits))
    costs = {arm: _cost(replies) for arm, replies in outcome.replies.items() if replies}
    ids = tuple(case.exchange.id for case in cases)
    habits = {arm: habits_kept(cases, replies) for arm, replies in outcome.replies.items() if replies}
    return Evaluation(recipe, gate, habits, near, costs, traits, ids, libraries())


def libraries() -> tuple[str, ...]:
    """Whose code calculates scores, with their versions."""
    from importlib.metadata import version  # late: with what it brings 5 ms of every start

    return tuple(f"{name} {version(name)}" for name in ("sacrebleu", "rapidfuzz", "scikit-learn"))


def _cost(replies: Sequence[Reply]) -> Cost:
    spent = [reply.spent for reply in replies]
    count = len(spent)
    return Cost(
        (sum(one.prompt_tokens for one in spent) / count) or None,
        (sum(one.new_tokens for one in spent) / count) or None,
        sum(one.seconds for one in spent) / count,
        tuple(dict.fromkeys(call for one in spent for call in one.calls)),
    )
