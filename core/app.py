"""The one object the command line and the window hold: a profile that is open, and the rooms in which things
are done with it. Built from paths, settings and a keychain."""

from core import messages
from core.domain import AccountId
from core.drafting.draft_desk import DraftDesk
from core.drafting.mail_desk import MailDesk
from core.drafting.mailbox import Mailbox
from core.drafting.model_desk import ModelDesk
from core.drafting.outcomes import Outcomes
from core.drafting.outgoing import Outgoing
from core.drafting.rule_desk import RuleDesk
from core.engine.llama import LlamaEngine
from core.engine.reader import Reader
from core.evaluation.comparing import Comparing
from core.evaluation.learning_desk import LearningDesk
from core.forgetting import Forgetting
from core.mail.discovery import Discovery
from core.mail.network import Network
from core.mail.servers import Servers
from core.models.cloud_terms import CloudTerms
from core.models.download import Downloads
from core.models.hardware import on_battery
from core.models.hub import Hub
from core.models.service import Mailboxes
from core.privacy.egress import Guard, Ledger
from core.privacy.keychain import Keychain, open_keychain
from core.privacy.policy import Policy, load_policy, policy_path
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.kept_settings import KeptSettings
from core.store.ledger import LedgerRepository
from core.store.lock import ProfileLock
from core.store.messages import MessageRepository
from core.store.opening import open_database
from core.store.paths import Profile
from core.tasks import Pause
from core.updates.desk import Updates


class App:
    """Every method of its rooms may be called from any thread. Long ones take a Progress and a CancelToken
    and can be run again after any kill. All raise `core.errors.Known` with a sentence for the user, and
    `Cancelled`."""

    def __init__(
        self,
        profile: Profile,
        settings: KeptSettings,
        keychain: Keychain,
        database: Database,
        lock: ProfileLock,
        policy: Policy,
    ) -> None:
        self._profile, self._keychain, self._database, self._lock = profile, keychain, database, lock
        self.home = profile.home
        self.settings = settings
        self.ledger = LedgerRepository(database)
        self._guard = Guard()
        ledger, jobs = Ledger(self.ledger.add), JobRepository(database)
        self._reader = Reader()
        limits = settings.now.limits
        self._engine = LlamaEngine(limits.threads or None, limits.idle_seconds)
        self._pause = Pause(self._waits_for_power)

        self._mailbox = Mailbox(database, self._reader)
        self.accounts = Servers(database, keychain, self._guard, ledger, policy.sign_in)
        self.discovery = Discovery(Network(self._guard, ledger))
        self.mail = MailDesk(database, settings, self.accounts, self._reader, self._mailbox)
        self.outgoing = Outgoing(database, settings, self._mailbox, self.accounts)

        outcomes = Outcomes(database, self._mailbox)
        self.rules = RuleDesk(database, outcomes)
        accounts, stored = AccountRepository(database), MessageRepository(database)
        people = Mailboxes(lambda: [one.address for one in accounts.all()], stored.people)
        self.cloud = CloudTerms(settings, keychain, self._guard, ledger.note, jobs, policy, people)
        self.downloads = Downloads(
            profile.models, jobs, lambda: Hub(settings.now.download, self._guard, ledger)
        )
        self.models = ModelDesk(database, settings, self.downloads, self._engine, self.cloud, outcomes)
        self.drafts = DraftDesk(
            database, settings, self._mailbox, self.models, self.cloud, self._engine, outcomes, self._pause
        )
        self.learning = LearningDesk(database, settings, self._mailbox, self.models, outcomes, self._pause)
        self.updates = Updates(settings, policy, jobs, self._guard, ledger)
        self.forgetting = Forgetting(
            database, self._mailbox, lambda: settings.now.exclude, profile.evaluations
        )

    @classmethod
    def open(cls, profile: Profile, passphrase: str | None, who: str, policy: Policy | None = None) -> "App":
        """Opens a profile, or makes a new one. `who` names the program to others that want it
        meanwhile; `policy` is the machine's where not given. Raises ProfileError, WrongPassphrase,
        InputError."""
        profile.create()
        lock = ProfileLock(profile.lock, who)
        try:
            keychain = open_keychain(profile.home, passphrase)
            settings = KeptSettings(profile.settings)
            policy = policy or load_policy(policy_path())
            return cls(profile, settings, keychain, open_database(profile, keychain), lock, policy)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Ends the children and lets go of the profile."""
        self._engine.close()
        self._reader.close()
        self._guard.close()
        self._database.close()
        self._lock.close()

    @property
    def comparing(self) -> Comparing:
        """The ways of drafting, compared, by the settings and models there are now."""
        return Comparing(
            self._profile,
            self.settings.now,
            self._keychain,
            self._database,
            self.models.now,
            self._mailbox,
            self._pause,
        )

    def remove_account(self, account: AccountId) -> None:
        """With its password, its mail, and what is forgotten with mail. Raises InputError."""
        known = self.accounts.get(account)
        self.forgetting.account(account)
        self.accounts.remove(known)

    def _waits_for_power(self) -> str:
        wait = not self.settings.now.learning.on_battery and on_battery()
        return messages.learning.WAITS_FOR_POWER if wait else ""
