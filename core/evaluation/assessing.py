"""Puts an evaluation together: on the user's mail with the adapter in use, or on other texts in a database of
their own, with an adapter trained for it."""

from collections.abc import Callable, Mapping, Sequence

from core.domain import Adapter, AdapterKind, Exchange
from core.drafting.book import Rules
from core.errors import InputError
from core.evaluation.evaluating import Evaluation, Evaluations, Trained, digest, recipe
from core.evaluation.judging import Contest
from core.evaluation.learning import Control, Learner
from core.evaluation.texts import Corpus
from core.evaluation.training import Training, making_cost
from core.models.chat import ChatModel
from core.models.choice import ModelChoice
from core.models.metered import Meter, Metered
from core.preference.agent import PreferenceAgent
from core.preference.lessons import NAIVE
from core.preference.split import split_exchanges
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

AGENTS = (AdapterKind.AGENT, AdapterKind.THINKING)
MakeLearner = Callable[[Database, Sequence[Exchange]], Learner]


class Assessor:
    """Both methods go on where an interrupted call stopped. `most`: how many of the gate's replies, the
    newest, are judged; `judge` compares drafts in pairs, where there is one; `large` writes, the
    model in use where not given. Raise InputError, LearningError,
    ModelError, ChildDied, Cancelled."""

    def __init__(
        self,
        models: ModelChoice,
        max_tokens: int,
        most: int,
        judge: ChatModel | None = None,
        large: ChatModel | None = None,
    ) -> None:
        self._models, self._max_tokens, self._most = models, max_tokens, most
        self._judge, self._large = judge, large

    def mail(
        self,
        database: Database,
        adapter: Adapter | None,
        others: Sequence[Exchange],
        progress: Progress,
        cancel: CancelToken,
        control: Control | None = None,
        training: Training | None = None,
        kinds: Sequence[AdapterKind] = (),
    ) -> Evaluation:
        """All arms on the gate part; with a `control` the controls too. `training` makes the adapters of
        `kinds`, whose arms are run as well."""
        exchanges, rules, meter = ExchangeRepository(database), Rules(database), Meter()
        gate, validation = exchanges.all("gate")[-self._most :], exchanges.all("validation")
        if not gate:
            raise InputError("There is nothing to evaluate on yet; run 'longhand learn' first.")
        adapters = AdapterRepository(database)
        rivals, left_out = training.rivals(kinds, progress, cancel) if training else ({}, {})
        ggufs = {kind: adapters.gguf(one.id) for kind, one in rivals.items()}
        models = {kind: self._trained(ggufs[kind], one, meter) for kind, one in rivals.items()}
        gguf = adapters.gguf(adapter.id) if adapter else b""
        wrong = control.wrong_adapter if control else None
        told_apart = {"wrong_adapter": digest(wrong)} if wrong else {}
        contest = Contest(
            large=Metered(self._large or self._models.large(), meter),
            agent=_agent(self._small(gguf, adapter, meter), adapter.kind) if adapter else None,
            book=rules,
            learning=exchanges.all("learning"),
            others=others,
            max_tokens=self._max_tokens,
            controls=control is not None,
            wrong=_agent(self._small(wrong, None, meter), AdapterKind.AGENT) if wrong else None,
            meter=meter,
            agents={kind: _agent(one, kind) for kind, one in models.items() if kind not in NAIVE},
            naive={kind: one for kind, one in models.items() if kind in NAIVE},
            marks={kind: digest(one) for kind, one in ggufs.items()} | told_apart,
            shown=control is not None,
            small=self._small(b"", None, meter) if control else None,
        )
        made_of = recipe(contest, gguf, rules.book.all(), (*contest.learning, *validation, *gate))
        trained = _trainings(database, adapter, rivals)
        kept = Evaluations(JobRepository(database))
        return kept.run(contest, made_of, gate, validation, progress, cancel, self._judge, trained, left_out)

    def texts(
        self,
        database: Database,
        found: Corpus,
        learner: MakeLearner | None,
        progress: Progress,
        cancel: CancelToken,
        kinds: Sequence[AdapterKind] = (),
    ) -> Evaluation:
        """On `found`, in a database that holds nothing else; without a `learner` there is no agent, and none
        of `kinds`."""
        exchanges, adapters = ExchangeRepository(database), AdapterRepository(database)
        if not exchanges.count():
            with database.transaction():
                for one in found.own:
                    exchanges.add(one)
                exchanges.set_splits(tuple(split_exchanges(exchanges.all()).items()))
                Rules(database).refresh()
        if not exchanges.all("gate"):
            raise InputError("There are too few texts by that author to compare on; add some dozens.")
        made = learner(database, found.others) if learner else None
        if made and not adapters.all(*AGENTS):
            made.adapter(progress, cancel)
        adapter = adapters.all(*AGENTS)[0] if made else None
        training = made.training if made else None
        return self.mail(database, adapter, found.others, progress, cancel, Control(), training, kinds)

    def _trained(self, gguf: bytes, adapter: Adapter, meter: Meter) -> ChatModel:
        if adapter.kind is AdapterKind.NAIVE_LARGE:
            return Metered(self._models.trained_large(gguf), meter)
        return self._small(gguf, adapter, meter)

    def _small(self, gguf: bytes, adapter: Adapter | None, meter: Meter) -> ChatModel:
        return Metered(self._models.agent(gguf, adapter.base if adapter else ""), meter)


def _agent(model: ChatModel, kind: AdapterKind) -> PreferenceAgent:
    return PreferenceAgent(model, kind is AdapterKind.THINKING)


def _trainings(
    database: Database, agent: Adapter | None, rivals: Mapping[AdapterKind, Adapter]
) -> dict[str, Trained]:
    found: dict[str, Adapter] = {str(kind): one for kind, one in rivals.items()}
    if agent:
        found |= dict.fromkeys(("guided", "agent_only"), agent)
    return {
        arm: Trained(one.examples, one.seconds, making_cost(database, one.kind)) for arm, one in found.items()
    }
