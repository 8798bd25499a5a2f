"""What `longhand evaluate` and `longhand blind` ask of a profile: all ways of drafting compared, on its mail
or on other texts, and drafts for the person to choose between."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core import messages
from core.domain import AdapterKind, Exchange
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox
from core.errors import InputError
from core.evaluation.assessing import Assessor
from core.evaluation.blind import BlindTest
from core.evaluation.evaluating import Evaluation, Evaluations
from core.evaluation.learning import Control, Learner
from core.evaluation.texts import corpus
from core.evaluation.training import Limits, tools
from core.evaluation.wins import WinRate
from core.models.choice import ModelChoice
from core.models.service import host_of
from core.privacy.keychain import Keychain
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
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
        return messages.cloud_judges(cloud.model, host_of(cloud))

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
        apart = Profile(self._profile.evaluations / found.digest)
        with closing(open_database(apart, self._keychain)) as database:
            learner = self._learner if learn else None
            made = assessor.texts(database, found, learner, progress, cancel, kinds)
        for earlier in self._profile.evaluations.iterdir():
            if earlier != apart.home:
                shutil.rmtree(earlier, ignore_errors=True)
        return made

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

    def _learner(self, database: Database, others: Sequence[Exchange]) -> Learner:
        wanted = self._settings.learning
        limits = Limits(wanted.examples, wanted.gate)
        made_with = tools(self._models, self._settings, self._pause)
        return Learner(database, Rules(database), made_with, others, limits)
