"""Puts an evaluation together: on the user's mail with the adapter in use, or on other texts in a database of
their own, with an adapter trained for it."""

from collections.abc import Callable, Sequence

from core.domain import Adapter, Exchange
from core.drafting.book import Rules
from core.errors import InputError
from core.evaluation.evaluating import Evaluation, Evaluations, recipe
from core.evaluation.judging import Contest
from core.evaluation.learning import Learner
from core.evaluation.texts import Corpus
from core.models.chat import ChatModel
from core.models.choice import ModelChoice
from core.models.metered import Meter, Metered
from core.preference.agent import PreferenceAgent
from core.preference.split import split_exchanges
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.tasks import CancelToken, Progress

MakeLearner = Callable[[Database, Sequence[Exchange]], Learner]


class Assessor:
    """Both methods go on where an interrupted call stopped. `most`: how many of the gate's replies, the
    newest, are judged; `judge` compares drafts in pairs, where there is one. Raise InputError, LearningError,
    ModelError, ChildDied, Cancelled."""

    def __init__(self, models: ModelChoice, max_tokens: int, most: int, judge: ChatModel | None) -> None:
        self._models, self._max_tokens, self._most, self._judge = models, max_tokens, most, judge

    def mail(
        self,
        database: Database,
        adapter: Adapter | None,
        others: Sequence[Exchange],
        progress: Progress,
        cancel: CancelToken,
        controls: bool = True,
    ) -> Evaluation:
        """All arms on the gate part."""
        exchanges, rules, meter = ExchangeRepository(database), Rules(database), Meter()
        gate, validation = exchanges.all("gate")[-self._most :], exchanges.all("validation")
        if not gate:
            raise InputError("There is nothing to evaluate on yet; run 'longhand learn' first.")
        gguf = AdapterRepository(database).gguf(adapter.id) if adapter else b""
        agent = PreferenceAgent(Metered(self._models.agent(gguf, adapter.base), meter)) if adapter else None
        contest = Contest(
            large=Metered(self._models.large(), meter),
            agent=agent,
            book=rules,
            learning=exchanges.all("learning"),
            others=others,
            max_tokens=self._max_tokens,
            controls=controls,
            meter=meter,
        )
        made_of = recipe(contest, gguf, rules.book.all(), (*contest.learning, *validation, *gate))
        kept = Evaluations(JobRepository(database))
        return kept.run(contest, made_of, gate, validation, progress, cancel, self._judge)

    def texts(
        self,
        database: Database,
        found: Corpus,
        learner: MakeLearner | None,
        progress: Progress,
        cancel: CancelToken,
    ) -> Evaluation:
        """On `found`, in a database that holds nothing else; without a `learner` there is no agent."""
        exchanges, adapters = ExchangeRepository(database), AdapterRepository(database)
        if not exchanges.count():
            with database.transaction():
                for one in found.own:
                    exchanges.add(one)
                exchanges.set_splits(tuple(split_exchanges(exchanges.all()).items()))
                Rules(database).refresh()
        if not exchanges.all("gate"):
            raise InputError("There are too few texts by that author to compare on; add some dozens.")
        if learner and not adapters.all():
            learner(database, found.others).adapter(progress, cancel)
        adapter = adapters.all()[-1] if learner else None
        return self.mail(database, adapter, found.others, progress, cancel)
