"""Learning as its user starts it and sees what came of it."""

from collections.abc import Sequence
from pathlib import Path

from core import messages
from core.domain import Adapter, AdapterId, Exchange
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox
from core.drafting.model_desk import ModelDesk
from core.drafting.outcomes import Outcomes
from core.evaluation.assessing import AGENTS
from core.evaluation.learning import Control, Learned, Learner, Standing, standing
from core.evaluation.training import Limits, tools
from core.models.service import host_of
from core.preference import parcel
from core.store.accounts import AccountRepository
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.kept_settings import KeptSettings
from core.tasks import CancelToken, Pause, Progress


class LearningDesk:
    def __init__(
        self,
        database: Database,
        settings: KeptSettings,
        mailbox: Mailbox,
        models: ModelDesk,
        outcomes: Outcomes,
        pause: Pause,
    ) -> None:
        """`pause`: whether learning is to wait."""
        self._database, self._settings, self._mailbox = database, settings, mailbox
        self._models, self._outcomes, self._pause = models, outcomes, pause
        self._accounts, self._adapters = AccountRepository(database), AdapterRepository(database)

    def before(self) -> str:
        """What the user should know before they start to learn; empty for nothing."""
        settings = self._settings.now
        if settings.large.source == "cloud":
            cloud, most = settings.cloud, settings.learning.examples
            return messages.models.cloud_learns(cloud.model, host_of(cloud), most, cloud.redact)
        own = any(not account.address.endswith(".example") for account in self._accounts.all())
        return messages.learning.EMBEDDED_LEARNING if own and self._models.now.large_is_embedded else ""

    def run(
        self,
        progress: Progress,
        cancel: CancelToken,
        *,
        limits: Limits | None = None,
        others: Sequence[Exchange] | None = None,
        control: Control | None = None,
    ) -> Learned:
        """Examples, training and the gate; goes on where an earlier call stopped. `others` (other
        people's replies) are those in the mailbox where not given. Raises LearningError, ModelError,
        ChildDied, Cancelled."""
        return self._learner(limits, others).run(progress, cancel, control)

    def export(self, path: Path, progress: Progress, cancel: CancelToken) -> None:
        """Examples as for `run`, and the training as a file to be done elsewhere. It holds mail. Raises as
        `run`, and InputError where it cannot be written."""
        parcel.write(path, self._learner(None, None).export(progress, cancel))

    def take_in(self, path: Path, progress: Progress, cancel: CancelToken) -> Learned:
        """The gate, for what came back of `export`. Raises as `run`, and InputError for a file that is none
        or of other mail, settings or another base."""
        result = parcel.read(path, parcel.Result)
        return self._learner(None, None).take_in(result, progress, cancel)

    def train_only(self, progress: Progress, cancel: CancelToken, *, limits: Limits | None = None) -> bytes:
        """An adapter (GGUF) that is neither judged nor kept: another person's, for the control."""
        return self._learner(limits, ()).train(progress, cancel)[0].gguf

    def adapter(self) -> Adapter | None:
        """The one in use."""
        return self._adapters.live()

    def adapters(self) -> tuple[Adapter, ...]:
        """Every one trained, oldest first."""
        return self._adapters.all()

    def use(self, adapter: AdapterId | None) -> None:
        """One that the gate has judged, whatever it said, or none. Raises InputError."""
        self._adapters.choose(adapter)

    def standing(self) -> Standing:
        """How far learning has come."""
        return standing(self._database, self._models.now.small_base())

    def again(self) -> str:
        """Why learning again is worthwhile, in a sentence; empty where it is not."""
        return self._outcomes.learn_again(self.adapter())

    def lacking(self) -> str:
        """What a draft written now lacks, in a sentence; empty for nothing."""
        if self.adapter():
            return self._models.mixed_families()
        return messages.drafts.ADAPTER_NOT_LIVE if self._adapters.all(*AGENTS) else messages.drafts.NO_ADAPTER

    def _learner(self, limits: Limits | None, others: Sequence[Exchange] | None) -> Learner:
        known = self._mailbox.others() if others is None else others
        now = self._settings.now
        limits = limits or Limits(now.learning.examples, now.learning.gate)
        made_with = tools(self._models.now, now, self._pause)
        return Learner(self._database, Rules(self._database), made_with, known, limits)
