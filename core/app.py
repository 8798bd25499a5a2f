"""The one object the command line and the window hold: a profile that is open, and what can be done
with it. Built from paths, settings and a keychain; the work itself is in the rooms below."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from core import messages
from core.domain import (
    AccountId,
    Adapter,
    AdapterId,
    AdapterKind,
    Context,
    Draft,
    Exchange,
    MessageId,
    RuleLine,
)
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox, Target
from core.drafting.outcomes import Outcomes
from core.drafting.outgoing import Outgoing
from core.drafting.ready import KeptWriter
from core.drafting.rule_desk import RuleDesk
from core.drafting.wishes import with_wishes
from core.drafting.write import (
    Writer,
    prepare,
    prompt_for,
    rules_for,
    write_draft,
    write_zero_shot,
)
from core.engine.llama import LlamaEngine
from core.engine.reader import Reader
from core.errors import Cancelled, InputError
from core.evaluation.assessing import AGENTS
from core.evaluation.comparing import Comparing
from core.evaluation.learning import Control, Learned, Learner, Standing, standing
from core.evaluation.training import Limits, tools
from core.forgetting import Forgetting
from core.mail.clients import GivenClient, has_page, oauth_client
from core.mail.discovery import Discovery, Looked
from core.mail.importer import Importer, ImportResult, check_mail, guess_owner
from core.mail.network import Network
from core.mail.oauth import Show
from core.mail.servers import Servers
from core.mail.sync import SyncResult
from core.models.anthropic_model import ADDRESS
from core.models.chat import ChatModel
from core.models.choice import ModelChoice, ModelEntry
from core.models.cloud import checked_host
from core.models.download import Downloads
from core.models.hardware import machine, on_battery
from core.models.hub import Hub
from core.models.service import CLOUD_KEY, Mailboxes, Service, host_of
from core.preference import parcel
from core.preference.agent import PreferenceAgent
from core.privacy.egress import Guard, Ledger, LedgerEntry
from core.privacy.keychain import Keychain, open_keychain
from core.privacy.policy import Policy, load_policy, policy_path
from core.store import settings as settings_file
from core.store.accounts import Account, AccountRepository
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.drafts import DraftRepository, StoredDraft
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.ledger import LedgerRepository
from core.store.lock import ProfileLock
from core.store.messages import ALL, MessageRepository, StoredMessage, Wanted
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.settings import Cloud, Exclude, LargeModel, Settings
from core.tasks import CancelToken, OnText, Pause, Progress

_PACE = "pace/"  # key of the words in a second that a model wrote in its last draft
_AHEAD = 20  # newest that wait, which drafts are written ahead for
_TELLING = 8  # words: a shorter draft tells of starting up, not of writing


class App:
    """Every method may be called from any thread. Long ones take a Progress and a CancelToken and can
    be run again after any kill. All raise `core.errors.Known` with a sentence for the user, and
    `Cancelled`."""

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        keychain: Keychain,
        database: Database,
        lock: ProfileLock,
        policy: Policy,
    ) -> None:
        self._profile, self._settings, self._keychain = profile, settings, keychain
        self._database, self._lock, self._policy = database, lock, policy
        self._accounts = AccountRepository(database)
        self._messages = MessageRepository(database)
        self._exchanges = ExchangeRepository(database)
        self._adapters = AdapterRepository(database)
        self._drafts = DraftRepository(database)
        self._jobs = JobRepository(database)
        self._ledger = Ledger(LedgerRepository(database).add)
        self._guard = Guard()
        self._reader = Reader()
        self._servers = Servers(database, keychain, self._guard, self._ledger)
        self._discovery = Discovery(Network(self._guard, self._ledger))
        self._mailbox = Mailbox(database, self._reader)
        self._pause = Pause(self._waits_for_power)
        self._engine = LlamaEngine(settings.limits.threads or None, settings.limits.idle_seconds)
        self._ready = KeptWriter(database)
        self._let_through(settings.cloud)

    @classmethod
    def open(cls, profile: Profile, passphrase: str | None, who: str, policy: Policy | None = None) -> "App":
        """Opens a profile, or makes a new one. `who` names the program to others that want it
        meanwhile; `policy` is the machine's where not given. Raises ProfileError, WrongPassphrase,
        InputError."""
        profile.create()
        lock = ProfileLock(profile.lock, who)
        try:
            keychain = open_keychain(profile.home, passphrase)
            settings = settings_file.load(profile.settings)
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
    def home(self) -> Path:
        """The profile's folder."""
        return self._profile.home

    # Models

    def engine_peak_mb(self) -> float:
        """The most memory the llama child has taken."""
        return self._engine.rss_mb()

    def models(self) -> tuple[ModelEntry, ...]:
        """What can be chosen or downloaded, with what is in use and how it would run here."""
        entries = self._models().entries(machine(self._profile.home))
        paces = [self._jobs.get(f"{_PACE}{one.name.removesuffix('.gguf')}", float) for one in entries]
        return tuple(
            replace(one, words_per_second=pace, measured=True) if pace else one
            for one, pace in zip(entries, paces, strict=True)
        )

    @property
    def downloads(self) -> Downloads:
        """Models from the hub, to ask for and to fetch."""

        def connect() -> Hub:
            return Hub(self._settings.download, self._guard, self._ledger)

        return Downloads(self._profile.models, self._jobs, connect)

    def remove_model(self, name: str) -> None:
        """Deletes a downloaded model. Raises InputError."""
        self._models().remove(name)

    def use_model(self, name: str) -> str:
        """A name of the catalogue, a GGUF file, or 'cloud'; what to tell the user. Raises InputError,
        ModelError."""
        chosen = self._models().use(name)
        self._save_settings(replace(self._settings, large=chosen))
        told = (f"{Path(chosen.name).name} writes from now on.", self._mixed_families(), self._left_out())
        return " ".join(filter(None, told))

    @property
    def cloud(self) -> Service:
        """The model service, on the user's terms."""
        mail = Mailboxes(lambda: [one.address for one in self.accounts()], self._messages.people)
        note = self._ledger.note
        return Service(self._settings.cloud, self._keychain, note, self._jobs, self._policy, mail)

    @property
    def unseen(self) -> bool:
        """Whether a model service writes whose requests the user has not seen yet; `preview` shows one."""
        return self._settings.large.source == "cloud" and not self.cloud.seen

    def use_cloud(self, cloud: Cloud, key: str) -> str:
        """A model service writes from now on; its key goes to the keychain. Where no accounts are named, it
        is for the one there is. Raises InputError, and ModelError where the firm's policy is against it."""
        accounts = cloud.accounts or tuple(one.address for one in self.accounts())
        if not cloud.accounts and len(accounts) > 1:
            raise InputError("Say for which accounts: --account ADDRESS, once for each.")
        terms = replace(cloud, enabled=True, accounts=accounts)
        self.set_cloud_terms(terms)
        self._save_settings(replace(self._settings, large=LargeModel("cloud", cloud.model)))
        self._keychain.set(CLOUD_KEY, key)
        told = (messages.cloud_in_use(terms.model, host_of(terms), terms.redact), self._left_out())
        return " ".join(filter(None, told))

    @property
    def cloud_terms(self) -> Cloud:
        return self._settings.cloud

    def set_cloud_terms(self, terms: Cloud) -> None:
        """Raises InputError, and ModelError where the firm's policy is against it."""
        own = {one.address for one in self.accounts()}
        if own and not set(terms.accounts) <= own:
            raise InputError("There is no such account; 'longhand account list' shows which there are.")
        if terms.enabled:
            checked_host(terms.base_url or ADDRESS)
            self._policy.check(host_of(terms))
        before = self._settings.cloud
        self._save_settings(replace(self._settings, cloud=terms))
        if before.enabled and self._policy.allows(host_of(before)):
            self._guard.disallow(host_of(before))
        self._let_through(terms)

    def _let_through(self, cloud: Cloud) -> None:
        if cloud.enabled and self._policy.allows(host_of(cloud)):
            self._guard.allow(host_of(cloud))

    # Accounts

    def accounts(self) -> tuple[Account, ...]:
        return self._accounts.all()

    def find_server(
        self, address: str, progress: Progress, cancel: CancelToken, *, ask_ispdb: bool = False
    ) -> Looked:
        """The IMAP server of an address; nothing is kept. `ask_ispdb`: ask a third party too, which is told
        the domain. Raises InputError."""
        return self._discovery.find(address, progress, cancel, ask_ispdb=ask_ispdb)

    def add_account(self, account: Account, password: str) -> Account:
        """Signs in first: an account that cannot be reached is not kept. Its `id` is ignored. Raises
        MailError."""
        return self._servers.add(account, password)

    def sign_in(self, account: Account, given: GivenClient, show: Show, cancel: CancelToken) -> Account:
        """The same by the provider's web page, under a client id that is given or is the firm's. `show` gets
        the address to open in a browser. Raises MailError, InputError, Cancelled."""
        client = oauth_client(account.host, given, self._policy.sign_in)
        return self._servers.sign_in(account, client, show, cancel)

    def signs_in_by_page(self, host: str) -> tuple[bool, str]:
        """Whether one can sign in to a mail server by its provider's web page, and the firm's client id for
        it, where there is one."""
        firm = self._policy.sign_in.get(host.lower(), {})
        return has_page(host, self._policy.sign_in), firm.get("client_id", "")

    def test_account(self, account: AccountId) -> str:
        """Signs in, and says in a sentence what was found. Raises MailError, InputError."""
        return self._servers.test(account)

    def remove_account(self, account: AccountId) -> None:
        """With its password, its mail, and what `forget` forgets with mail. Raises InputError."""
        known = self._servers.account(account)
        self._forgetting().account(account)
        self._servers.remove(known)

    # Mail

    def sync(self, progress: Progress, cancel: CancelToken) -> SyncResult:
        """All accounts that have a server. Measured style is counted at once. Raises MailError."""
        try:
            return self._servers.sync(self._reader, progress, cancel, self._settings)
        finally:
            self._refresh()

    def wait_for_mail(self, cancel: CancelToken) -> None:
        """Until a server tells of new mail, or for some minutes. Raises Cancelled."""
        self._servers.wait_for_mail(cancel)

    def sent_folders(self, account: AccountId) -> tuple[str, tuple[str, ...]]:
        """The folder of sent mail the user chose ('' for none), and all the server has. Raises MailError,
        InputError."""
        return self._servers.sent_folder(account), self._servers.folders(account)

    def choose_sent_folder(self, account: AccountId, folder: str) -> None:
        """Raises MailError, InputError."""
        self._servers.choose_sent_folder(account, folder)

    def import_path(self, path: Path, progress: Progress, cancel: CancelToken, own: str = "") -> ImportResult:
        """Mail from files. `own`: the user's address, told from the mail itself where it is empty.
        Raises InputError."""
        check_mail(path)  # before there is an account for it
        address = (own or guess_owner(path, self._reader)).lower()
        if not address:
            raise InputError("Whose mail this is cannot be told; name your address with --own.")
        known = self._accounts.by_address(address)
        account = known.id if known else self._accounts.add(_fileless(address))
        addresses = frozenset(one.address for one in self.accounts())
        try:
            importer = Importer(self._database, self._reader, self._settings.exclude)
            return importer.run(path, account, addresses, progress, cancel)
        finally:
            self._refresh()

    def waiting(self, limit: int = 50, offset: int = 0, wanted: Wanted = ALL) -> tuple[StoredMessage, ...]:
        """Received from people and not answered yet, newest first."""
        return self._messages.waiting(limit, offset, wanted)

    def waiting_count(self, wanted: Wanted = ALL) -> int:
        return self._messages.waiting_count(wanted)

    def own_addresses(self) -> frozenset[str]:
        """All that the user has, or has sent mail from."""
        return self._mailbox.own_addresses()

    def message(self, message: MessageId) -> StoredMessage:
        """Raises InputError for an unknown one."""
        return self._mailbox.message(message)

    def message_by_header(self, message_id: str) -> StoredMessage:
        """By its Message-ID header. Raises InputError for an unknown one."""
        found = self._messages.by_header(message_id)
        if found is None:
            raise InputError("There is no message with this Message-ID in the profile; sync first.")
        return found

    def thread(self, message: MessageId) -> tuple[StoredMessage, ...]:
        """The message and what stood before it, oldest first."""
        return self._mailbox.thread(message)

    def page(self, message: MessageId, cancel: CancelToken | None = None) -> str:
        """A message as its sender laid it out, fetched anew: HTML that is safe to show and loads nothing; ''
        where it has none. Raises MailError, InputError."""
        return self._reader.page(self._servers.raw(self.message(message)), cancel)

    def search(self, text: str, limit: int = 50) -> tuple[StoredMessage, ...]:
        return self._messages.search(text, limit)

    # Learning

    def before_learning(self) -> str:
        """What the user should know before they start to learn; empty for nothing."""
        own = any(not account.address.endswith(".example") for account in self.accounts())
        return messages.EMBEDDED_LEARNING if own and self._models().large_is_embedded else ""

    def learn(
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

    def export_training(self, path: Path, progress: Progress, cancel: CancelToken) -> None:
        """Examples as for `learn`, and the training as a file to be done elsewhere. It holds mail. Raises as
        `learn`, and InputError where it cannot be written."""
        parcel.write(path, self._learner(None, None).export(progress, cancel))

    def take_in_training(self, path: Path, progress: Progress, cancel: CancelToken) -> Learned:
        """The gate, for what came back of `export_training`. Raises as `learn`, and InputError for a file
        that is none or of other mail, settings or another base."""
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

    def use_adapter(self, adapter: AdapterId | None) -> None:
        """One that the gate has judged, whatever it said, or none. Raises InputError."""
        self._adapters.choose(adapter)

    def learning(self) -> Standing:
        """How far learning has come."""
        return standing(self._database, self._models().small_base())

    def learn_again(self) -> str:
        """Why learning again is worthwhile, in a sentence; empty where it is not."""
        return self._outcomes.learn_again(self.adapter())

    @property
    def comparing(self) -> Comparing:
        """The ways of drafting, compared."""
        return Comparing(
            self._profile,
            self._settings,
            self._keychain,
            self._database,
            self._models(),
            self._mailbox,
            self._pause,
        )

    # Drafting

    def draft(
        self,
        target: Target,
        *,
        notes: str = "",
        left_out: frozenset[str] = frozenset(),
        wished: Sequence[RuleLine] = (),
        on_text: OnText | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> Draft:
        """The reply in the user's style. `left_out`: traits whose rules it goes without; `wished`: rules for
        this draft alone; `on_text` gets its pieces as they come. Raises ModelError, ChildDied, InputError,
        Cancelled."""
        made = self._draft(target, notes, left_out, wished, on_text, progress, cancel)
        self._ready.keep_through(lambda: self._note_draft(target, notes, made))
        return made

    @property
    def drafts_ahead(self) -> bool:
        """Whether the user wants replies written before they ask for them."""
        return self._settings.drafting.ahead

    def set_drafts_ahead(self, wanted: bool) -> None:
        self._save_settings(replace(self._settings, drafting=replace(self._settings.drafting, ahead=wanted)))

    def draft_ahead(
        self, known: Collection[MessageId], cancel: CancelToken | None = None
    ) -> tuple[MessageId, Draft] | None:
        """In idle time, where the user wants it and the computer is plugged in: the reply to the newest
        message that waits, is not among `known` and has no draft, by this machine alone. None where there is
        none, or it gave way to anything else that wants the models. It counts as a draft, to learn from what
        becomes of it, once the user has seen it: `note_seen`. Raises as `draft` does."""
        if not self.drafts_ahead or self.service() or on_battery():
            return None
        waiting = (one.id for one in self.waiting(_AHEAD))
        target = next((one for one in waiting if one not in known and not self.last_draft(one)), None)
        if target is None:
            return None
        with self._engine.idle(cancel) as token:
            try:
                return target, self._draft(target, cancel=token)
            except Cancelled:
                if cancel is not None:
                    cancel.check()
                return None

    def note_seen(self, message: MessageId, made: Draft) -> None:
        """A draft that was written ahead is before the user now."""
        self._ready.keep_through(lambda: self._note_draft(message, "", made))

    def drafted(self) -> frozenset[MessageId]:
        """The messages with a draft that the user has seen."""
        return self._drafts.messages()

    def last_draft(self, message: MessageId) -> StoredDraft | None:
        """The newest that the user has seen."""
        return self._drafts.latest(message)

    def _draft(
        self,
        target: Target,
        notes: str = "",
        left_out: frozenset[str] = frozenset(),
        wished: Sequence[RuleLine] = (),
        on_text: OnText | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> Draft:
        context, unread = self._mailbox.read(target, notes)
        writer = self._writer(self._large(context))
        with self._pause.hold(messages.WAITS_FOR_DRAFT):
            made = write_draft(
                context,
                writer,
                left_out=left_out,
                wished=wished,
                on_text=on_text,
                progress=progress,
                cancel=cancel,
            )
        told = messages.left_out_of_thread(unread.mails, unread.shortened, unread.words)
        return replace(made, notices=(*filter(None, (told,)), *made.notices))

    def prepare(
        self,
        target: Target,
        *,
        notes: str = "",
        left_out: frozenset[str] = frozenset(),
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> bool:
        """In idle time, when a message is opened or its notes have changed: all of its draft but the text,
        on this machine alone, so that `draft` begins at once. False where it gave way to a draft or to
        anything else that wants the models; what it did by then still helps. Raises as `draft` does."""
        context = self._mailbox.context(target, notes)
        with self._engine.idle(cancel) as token:
            try:
                writer = self._writer(self._large(context))
                prepare(context, writer, left_out=left_out, progress=progress, cancel=token)
            except Cancelled:
                if cancel is not None:
                    cancel.check()
                return False
        return True

    def zero_shot(
        self,
        target: Target,
        *,
        notes: str = "",
        on_text: OnText | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> Draft:
        """The reply with no rules, to compare with."""
        context = self._mailbox.context(target, notes)
        writer = self._writer(self._large(context))
        return write_zero_shot(context, writer, on_text=on_text, progress=progress, cancel=cancel)

    def draft_notice(self) -> str:
        """What a draft written now lacks, in a sentence; empty for nothing."""
        if self.adapter():
            return self._mixed_families()
        return messages.ADAPTER_NOT_LIVE if self._adapters.all(*AGENTS) else messages.NO_ADAPTER

    def after_draft(self) -> tuple[str, ...]:
        """Sees to the rules that the writer does not follow, and tells: for after a draft of a stored
        message. Empty for nothing."""
        return self._outcomes.heed_ignored()

    def save_draft(
        self, message: MessageId, text: str, *, create: bool = False, everyone: bool | None = None
    ) -> int | None:
        """Puts `text` into the server's Drafts folder in place of Longhand's earlier draft of the same
        reply; its UID there (None where the server does not tell). `create` makes a missing folder;
        `everyone`: to all who got the message, None for what the user mostly does. Raises MailError,
        InputError."""
        stored = self.message(message)
        uid = self._servers.save_draft(stored, text, self._mailbox.manner(stored, everyone), create)
        if latest := self._drafts.latest(message):
            self._drafts.set_saved(latest.id, uid)
        self._mailbox.keep_edit(message, text, self._settings.exclude)
        return uid

    @property
    def outgoing(self) -> Outgoing:
        """Drafts as whole messages, and new mails saved."""
        return Outgoing(self._mailbox, self._servers)

    def saved_drafts(self) -> tuple[int, ...]:
        """The UIDs in the Drafts folder of every account that has one."""
        return self._servers.draft_uids()

    @property
    def rules(self) -> RuleDesk:
        """The rule book, to see and to change."""
        return RuleDesk(self._database, self._outcomes)

    # Privacy

    def service(self) -> str:
        """The model and host of the service that writes; empty where this machine does."""
        cloud = self._settings.cloud
        if self._settings.large.source != "cloud":
            return ""
        return f"{cloud.model} ({host_of(cloud)})"

    @property
    def exclude(self) -> Exclude:
        """What is never read or learned from."""
        return self._settings.exclude

    def set_exclude(self, exclude: Exclude) -> None:
        """From the next sync on; what came before is forgotten by `forget`. Raises InputError."""
        self._save_settings(replace(self._settings, exclude=exclude))

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """What left this machine, newest first."""
        return LedgerRepository(self._database).all()

    def preview(
        self,
        target: Target,
        notes: str = "",
        *,
        left_out: frozenset[str] = frozenset(),
        wished: Sequence[RuleLine] = (),
    ) -> str:
        """The exact text a cloud model would be sent for this draft."""
        context = self._mailbox.context(target, notes)
        writer = self._writer(self._models().stand_in)
        rules = with_wishes(rules_for(writer, context, left_out), wished)
        return self.cloud.preview(prompt_for(context, writer, rules))

    def forget(self, who: str) -> int:
        """Forgets an address or a domain: mails from and to it, what was made of them, and every
        adapter, checkpoint and draft, as each may have memorised them. The number of mails forgotten.
        Raises InputError."""
        return self._forgetting().person(who)

    def forget_matter(self, words: str) -> int:
        """The same for every thread that names a matter. Raises InputError."""
        return self._forgetting().matter(words)

    def mails_of_matter(self, words: str) -> int:
        """How many mails that would be. Raises InputError."""
        return len(self._forgetting().mails_of(words))

    @property
    def _outcomes(self) -> Outcomes:
        return Outcomes(self._database, self._mailbox)

    def _forgetting(self) -> Forgetting:
        return Forgetting(self._database, self._mailbox, self._settings.exclude, self._profile.evaluations)

    # How it is put together

    def _models(self) -> ModelChoice:
        return ModelChoice(self._settings, self.downloads, self._engine, self.cloud)

    def _mixed_families(self) -> str:
        """A sentence where rules made by one family of models are applied by another."""
        live = self.adapter()
        return messages.mixed_families(live.family, self._models().family) if live else ""

    def _left_out(self) -> str:
        """A sentence where rules are off that the last writer did not follow."""
        return messages.left_out_before(self._outcomes.left_out())

    def _save_settings(self, settings: Settings) -> None:
        settings_file.save(self._profile.settings, settings)
        self._settings = settings
        self._ready.drop()

    def _learner(self, limits: Limits | None, others: Sequence[Exchange] | None) -> Learner:
        known = self._mailbox.others() if others is None else others
        wanted = self._settings.learning
        limits = limits or Limits(wanted.examples, wanted.gate)
        made_with = tools(self._models(), self._settings, self._pause)
        return Learner(self._database, Rules(self._database), made_with, known, limits)

    def _waits_for_power(self) -> str:
        wait = not self._settings.learning.on_battery and on_battery()
        return messages.WAITS_FOR_POWER if wait else ""

    def _note_draft(self, target: Target, notes: str, made: Draft) -> None:
        words = len(made.text.split())
        if words >= _TELLING:
            self._jobs.set(f"{_PACE}{made.model}", words / made.seconds)
        if isinstance(target, int):
            self._drafts.add(MessageId(target), notes, made)

    def _large(self, context: Context) -> ChatModel:
        """The writer, for mail to the address that was written to."""
        return self._models().large(context.incoming.recipient.email)

    def _writer(self, large: ChatModel) -> Writer:
        """What was read of the mail for an earlier draft serves any model."""
        return replace(self._ready.get(lambda: self._new_writer(large)), large=large)

    def _new_writer(self, large: ChatModel) -> Writer:
        live = self.adapter()
        return Writer(
            large=large,
            book=Rules(self._database),
            agent=self._agent(live),
            adapter=live.id if live else None,
            learning=self._exchanges.all("learning") or self._exchanges.all(),
            shots=self._settings.drafting.examples,
            max_tokens=self._settings.drafting.max_tokens,
            temperature=self._settings.drafting.temperature,
        )

    def _agent(self, adapter: Adapter | None) -> PreferenceAgent | None:
        if adapter is None:
            return None
        model = self._models().agent(self._adapters.gguf(adapter.id), adapter.base)
        return PreferenceAgent(model, adapter.kind is AdapterKind.THINKING)

    def _refresh(self) -> None:
        """Pairs the mail anew and counts the measured style, after mail came or went."""
        self._mailbox.pair(self._settings.exclude)
        Rules(self._database).refresh()


def _fileless(address: str) -> Account:
    """The account of mail that came from files."""
    return Account(AccountId(0), address, "", "", 0, "implicit", address)
