"""What `longhand evaluate` and `longhand blind` ask of a profile: all ways of drafting compared, on its mail
or on other texts, and drafts for the person to choose between."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core import messages
from core.domain import AdapterKind, Exchange
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox
from core.errors import InputError
from core.evaluation.assessing import Assessor, MakeLearner
from core.evaluation.blind import BlindTest
from core.evaluation.evaluating import Evaluation, Evaluations, digest
from core.evaluation.families import Cell, FamilyMatrix, folder_of
from core.evaluation.learning import Control, Learner
from core.evaluation.texts import Corpus, corpus
from core.evaluation.training import Limits, tools
from core.evaluation.wins import WinRate
from core.models.chat import ChatModel
from core.models.choice import ModelChoice
from core.models.service import host_of
from core.privacy.keychain import Keychain
from core.store.adapters import AdapterRepository
from core.store.codec import to_json
from core.store.database import Database
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.settings import Settings
from core.tasks import CancelToken, Pause, Progress


class Comparing:
    """Made for one call, of the settings and models there are then."""

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        keychain: Keychain,
        database: Database,
        models: ModelChoice,
        mailbox: Mailbox,
        pause: Pause,
    ) -> None:
        """`pause`: whether learning is to wait."""
        self._profile, self._settings, self._keychain = profile, settings, keychain
        self._database, self._models, self._mailbox = database, models, mailbox
        self._jobs = JobRepository(database)
        self._pause = pause

    def before_judging(self, judge: str) -> str:
        """What the user should know before that model judges; empty for nothing."""
        cloud = self._settings.cloud
        if (judge or self._settings.large.source) != "cloud":
            return ""
        return messages.models.cloud_judges(cloud.model, host_of(cloud))

    def mail(
        self,
        progress: Progress,
        cancel: CancelToken,
        *,
        control: Control | None = None,
        judge: str | None = None,
        kinds: Sequence[AdapterKind] = (),
        others: Sequence[Exchange] | None = None,
    ) -> Evaluation:
        """All arms on the gate part of this mailbox, with the adapter in use. Where nothing of what they
        come from has changed since the last time, that one's drafts serve again. With a `control` those
        are run too that could fake the agent. `judge`: a model that compares drafts in pairs, '' for the
        writer; `kinds`: arms that an adapter is trained for first, each once; `others`: other people's
        replies, those in the mailbox where not given. Raises InputError, LearningError, ModelError,
        ChildDied, Cancelled."""
        live, others = AdapterRepository(self._database).live(), others or self._mailbox.others()
        assessor = self._assessor(judge)
        training = self._learner(self._database, others).training if kinds else None
        return assessor.mail(self._database, live, others, progress, cancel, control, training, kinds)

    def texts(
        self,
        path: Path,
        progress: Progress,
        cancel: CancelToken,
        *,
        author: str = "",
        learn: bool = True,
        judge: str | None = None,
        kinds: Sequence[AdapterKind] = (),
    ) -> Evaluation:
        """As `mail`, on texts in a file (see core.evaluation.texts), one author of which stands for the
        user; nothing of it touches their mail. All is done in a database of its own beside the profile's,
        so that it can go on; that of an earlier file goes when this one is done. Without `learn` there
        is no agent. Raises InputError, LearningError, ModelError, ChildDied, Cancelled."""
        assessor, found = self._assessor(judge), corpus(path, author)
        with closing(self._apart(found.digest)) as database:
            learner = self._learner if learn else None
            made = assessor.texts(database, found, learner, progress, cancel, kinds)
        self._drop_all_but({found.digest})
        return made

    def families(self, names: Sequence[str], progress: Progress, cancel: CancelToken) -> tuple[Cell, ...]:
        """How rules that one of these models (named as for `use`) draws from this mail fare when another
        writes by them. Each takes as long as learning does; all is done in databases of its own, so that it
        can go on, and nothing that is in use changes. Raises InputError, LearningError, ModelError,
        ChildDied, Cancelled."""
        own = ExchangeRepository(self._database).all()
        if not own:
            raise InputError("There is nothing to evaluate on yet; sync or import sent mail first.")
        models = [self._models.named(name) for name in dict.fromkeys(names)]
        found = Corpus(tuple(map(_anew, own)), tuple(self._mailbox.others()), digest(to_json(own).encode()))
        self._drop_all_but({folder_of(model, found) for model in models})
        matrix = FamilyMatrix(self._apart, self._learner_of, self._assessor_of)
        return matrix.run(models, found, progress, cancel)

    def last(self) -> Evaluation | None:
        """The last one of this mailbox."""
        return Evaluations(self._jobs).last()

    def blind_test(self, against: str = "zero_shot") -> BlindTest:
        """Guided drafts against another arm's, of the last evaluation, for the person to choose between.
        Raises InputError where there are none."""
        kept = Evaluations(self._jobs)
        last = kept.last()
        if last is None:
            raise InputError("There are no drafts to compare yet; run 'longhand evaluate' first.")
        drafts = kept.drafts(last, "guided"), kept.drafts(last, against)
        if against == "guided" or not drafts[1]:
            others = ", ".join(arm for arm in last.gate.arms if arm != "guided")
            raise InputError(f"The last evaluation has no such drafts to compare with; it has {others}.")
        gate = ExchangeRepository(self._database).all("gate")
        return BlindTest(last.recipe.digest, ("guided", against), gate, drafts, self._jobs)

    def blind_results(self) -> tuple[WinRate, ...]:
        """Of every blind test of the last evaluation that the person has begun."""
        last = Evaluations(self._jobs).last()
        arms = [arm for arm in last.gate.arms if arm != "guided"] if last else []
        tests = [self.blind_test(arm) for arm in arms]
        return tuple(test.results() for test in tests if test.left < test.count)

    def _assessor(self, judge: str | None) -> Assessor:
        referee = None if judge is None else self._models.judge(judge)
        limits = self._settings.drafting.max_tokens, self._settings.learning.gate
        return Assessor(self._models, *limits, referee)

    def _assessor_of(self, writer: ChatModel) -> Assessor:
        limits = self._settings.drafting.max_tokens, self._settings.learning.gate
        return Assessor(self._models, *limits, large=writer)

    def _learner(self, database: Database, others: Sequence[Exchange]) -> Learner:
        return self._learner_of(self._models.large())(database, others)

    def _learner_of(self, made_by: ChatModel) -> MakeLearner:
        wanted = self._settings.learning
        limits = Limits(wanted.examples, wanted.gate)
        made_with = replace(tools(self._models, self._settings, self._pause), large=made_by)
        return lambda database, others: Learner(database, Rules(database), made_with, others, limits)

    def _apart(self, folder: str) -> Database:
        """A database beside the profile's, encrypted as that is."""
        return open_database(Profile(self._profile.evaluations / folder), self._keychain)

    def _drop_all_but(self, kept: set[str]) -> None:
        if self._profile.evaluations.exists():
            for earlier in self._profile.evaluations.iterdir():
                if earlier.name not in kept:
                    shutil.rmtree(earlier, ignore_errors=True)


def _anew(one: Exchange) -> NewExchange:
    return NewExchange(one.incoming, one.sent, one.date, one.thread, one.kind, one.weight)
