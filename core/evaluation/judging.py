"""Runs every arm over the gate's mails and scores them: what decides whether an adapter goes live, and
what `longhand evaluate` reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.domain import Context, Exchange, RuleLine
from core.drafting.write import Agent, Book
from core.evaluation import arms, folds, gate
from core.evaluation.arms import MARK, Arm, Reply, Rules
from core.evaluation.style import Case
from core.models import prompts
from core.models.chat import ChatModel, Question
from core.models.metered import Meter
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

BRIEF_TOKENS = 200
VALIDATION_CASES = 6  # the number of few-shot examples is chosen on so many: each costs a reply a number
CONTROLS = ("agent_only", "rulebook_only", "constant_rules", "wrong_adapter")


@dataclass(frozen=True)
class Contest:
    """Who competes. `learning`: the user's own exchanges, all that few-shot and the ceiling may see;
    `others`: other people's. `wrong`: another person's agent, for its control. `meter`: on which the models
    note what they cost. `agents` and `naive`, by arm, come of adapters that are there for their arms alone;
    `marks` tell these from others of their kind. `shown`: guided with earlier replies too is an arm.
    `small`: the small model untrained, whose plain drafts are one."""

    large: ChatModel
    agent: Agent | None
    book: Book
    learning: Sequence[Exchange]
    others: Sequence[Exchange]
    max_tokens: int = 400
    wrong: Agent | None = None
    controls: bool = False
    meter: Meter = field(default_factory=Meter)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    naive: Mapping[str, ChatModel] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False
    small: ChatModel | None = None


@dataclass(frozen=True)
class Outcome:
    """What each arm wrote to each case, oldest first; `shots`: few-shot's number of examples; `borrowed`: how
    many cases are validation's."""

    cases: Sequence[Case]
    replies: Mapping[str, Sequence[Reply]]
    shots: int
    borrowed: int


def arm_key(arm: str, mark: str | None) -> str:
    """Under which an arm's replies are kept; `mark`: what tells its adapter from others of its kind."""
    return f"{arm}{MARK}{mark}" if mark else arm


class Judge:
    """`name` stands for the adapter in the notebook, where each finished reply is kept until `forget`."""

    def __init__(self, name: str, contest: Contest, jobs: JobRepository) -> None:
        self._prefix = f"gate/{name}"
        self._contest = contest
        self._jobs = jobs

    def run(
        self,
        exchanges: Sequence[Exchange],
        validation: Sequence[Exchange],
        progress: Progress,
        cancel: CancelToken,
        most: int | None = None,
    ) -> gate.Gate:
        """The scores of what `write` writes."""
        return self.scored(self.write(exchanges, validation, progress, cancel, most))

    def scored(self, outcome: Outcome) -> gate.Gate:
        who = self._contest
        return gate.score(
            outcome.cases, outcome.replies, who.learning, who.others, outcome.shots, outcome.borrowed
        )

    def write(
        self,
        exchanges: Sequence[Exchange],
        validation: Sequence[Exchange],
        progress: Progress,
        cancel: CancelToken,
        most: int | None = None,
    ) -> Outcome:
        """Every arm on `exchanges` (the gate part), with some of `validation` where that is too few, `most`
        in all; `validation` chooses few-shot's number of examples."""
        shots = self._shots(validation[-VALIDATION_CASES:], progress, cancel)
        more = folds.borrowed(exchanges, validation, gate.ENOUGH, most)
        judged = sorted((*more, *exchanges), key=lambda one: one.date)
        cases = self._cases(judged, "brief", progress, cancel)
        replies: dict[str, Sequence[Reply]] = {}
        for name, arm in self._arms(shots).items():
            replies[name] = self._write(name, arm, cases, progress, cancel)
        if self._contest.controls and "agent_only" in replies:
            constant = self._guided(arms.constant([reply.rules for reply in replies["agent_only"]]))
            replies["constant_rules"] = self._write("constant_rules", constant, cases, progress, cancel)
        return Outcome(cases, replies, shots, len(more))

    def forget(self) -> None:
        """Drops the kept replies: the scores are made."""
        for key in self._jobs.keys(self._prefix):
            self._jobs.clear(key)

    def _arms(self, shots: int) -> dict[str, Arm]:
        who = self._contest
        found = {
            "zero_shot": arms.zero_shot(who.large, who.max_tokens),
            "few_shot": arms.few_shot(who.large, who.learning, shots, who.max_tokens),
            "guided": self._guided(self._merged(who.agent)),
        }
        if who.controls and who.agent:
            found["agent_only"] = self._guided(who.agent.rules_for)
            found["rulebook_only"] = self._guided(self._merged(None))
        if who.controls and who.wrong:
            found["wrong_adapter"] = self._guided(who.wrong.rules_for)
        if who.shown:
            merged = self._merged(who.agent)
            found["guided_with_examples"] = arms.guided(
                who.large, merged, who.max_tokens, who.learning, shots
            )
        found |= {name: self._guided(agent.rules_for) for name, agent in who.agents.items()}
        if who.small:
            found["zero_shot_small"] = arms.zero_shot(who.small, who.max_tokens)
        found |= {name: arms.naive(model, who.max_tokens) for name, model in who.naive.items()}
        return found

    def _guided(self, rules: Rules) -> Arm:
        return arms.guided(self._contest.large, rules, self._contest.max_tokens)

    def _merged(self, agent: Agent | None) -> Rules:
        book = self._contest.book

        def rules(context: Context, cancel: CancelToken | None = None) -> Sequence[RuleLine]:
            lines = agent.rules_for(context, cancel) if agent else ()
            return [applied.line for applied in book.merge(context, lines)]

        return rules

    def _shots(self, exchanges: Sequence[Exchange], progress: Progress, cancel: CancelToken) -> int:
        cases = self._cases(exchanges, "brief for few_shot", progress, cancel)
        who = self._contest

        def write(count: int) -> Sequence[Reply]:
            arm = arms.few_shot(who.large, who.learning, count, who.max_tokens)
            return self._write(f"few_shot with {count}", arm, cases, progress, cancel)

        return arms.best_shots(cases, write)[0]

    def _cases(
        self, exchanges: Sequence[Exchange], name: str, progress: Progress, cancel: CancelToken
    ) -> list[Case]:
        """The contexts, with the brief of the real reply as full notes."""
        bare = [Case(one, Context(one.incoming)) for one in exchanges]
        sent = {one.incoming: one.sent for one in exchanges}

        def brief(context: Context, cancel: CancelToken | None = None) -> Reply:
            prompt = prompts.brief(sent[context.incoming])
            made = self._contest.large.complete(Question(prompt, BRIEF_TOKENS), cancel=cancel)
            return Reply(made.text.strip())

        briefs = self._write(name, brief, bare, progress, cancel)
        return [
            Case(one, Context(one.incoming, made.text)) for one, made in zip(exchanges, briefs, strict=True)
        ]

    def _write(
        self, name: str, arm: Arm, cases: Sequence[Case], progress: Progress, cancel: CancelToken
    ) -> list[Reply]:
        mark = self._contest.marks.get(name)
        key = f"{self._prefix}:{arm_key(name, mark)}"
        return arms.write_all(key, arm, cases, self._jobs, self._contest.meter, progress, cancel)
