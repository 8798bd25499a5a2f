"""The one object the command line and the window hold: a profile that is open, and what can be done
with it. Built from paths, settings and a keychain; the work itself is in the rooms below."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from core import messages
from core.domain import (
    AccountId,
    Adapter,
    Address,
    Context,
    Draft,
    Exchange,
    ExchangeId,
    Incoming,
    MailKind,
    MessageId,
    ParsedMail,
    Rule,
    RuleId,
    Scope,
)
from core.drafting import context as contexts
from core.drafting.book import Rules
from core.drafting.write import OnText, Writer, rules_for, write_draft, write_zero_shot
from core.engine.llama import LlamaEngine
from core.engine.reader import Reader
from core.errors import InputError, MailError
from core.evaluation.gate import Gate
from core.evaluation.judging import Contest, Judge
from core.evaluation.learning import Control, Learned, Learner, Limits, Tools
from core.mail import drafts as mail_drafts
from core.mail.imap import ImapSession, Note
from core.mail.importer import Importer, ImportResult, guess_owner
from core.mail.pairing import pair as pairs
from core.mail.sync import SyncResult, sync
from core.mail.text import parse_file
from core.models import prompts
from core.models.choice import CLOUD_KEY, ModelChoice, ModelEntry
from core.preference.agent import PreferenceAgent
from core.preference.rulebook import RuleBook
from core.preference.settings import load_settings
from core.privacy.egress import Guard, Ledger, LedgerEntry
from core.privacy.keychain import Keychain, open_keychain
from core.store import settings as settings_file
from core.store.accounts import Account, AccountRepository
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.drafts import DraftRepository
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from core.store.ledger import LedgerRepository
from core.store.lock import ProfileLock
from core.store.messages import MessageRepository, StoredMessage
from core.store.opening import open_database
from core.store.paths import Profile
from core.store.settings import Cloud, Exclude, LargeModel, Settings
from core.tasks import CancelToken, Progress
from core.traits.kinds import kind_of

# What is answered: a stored message, a file with one, or nothing yet (a first mail to somebody).
Target = MessageId | Path | Address


class App:
    """Every method may be called from any thread. Long ones take a Progress and a CancelToken and can
    be run again after any kill. All raise `core.errors.Known` with a sentence for the user, and
    `Cancelled`."""

    def __init__(
        self, profile: Profile, settings: Settings, keychain: Keychain, database: Database, lock: ProfileLock
    ) -> None:
        self._profile, self._settings, self._keychain = profile, settings, keychain
        self._database, self._lock = database, lock
        self._accounts = AccountRepository(database)
        self._messages = MessageRepository(database)
        self._exchanges = ExchangeRepository(database)
        self._adapters = AdapterRepository(database)
        self._drafts = DraftRepository(database)
        self._jobs = JobRepository(database)
        self._ledger = Ledger(LedgerRepository(database).add)
        self._guard = Guard()
        for host in self._hosts():
            self._guard.allow(host)
        self._reader = Reader()
        self._engine = LlamaEngine(settings.limits.threads or None, settings.limits.idle_seconds)

    @classmethod
    def open(cls, profile: Profile, passphrase: str | None, who: str) -> "App":
        """Opens a profile, or makes a new one. `who` names the program to others that want it
        meanwhile. Raises ProfileError, WrongPassphrase, InputError."""
        profile.create()
        lock = ProfileLock(profile.lock, who)
        try:
            keychain = open_keychain(profile.home, passphrase)
            settings = settings_file.load(profile.settings)
            return cls(profile, settings, keychain, open_database(profile, keychain), lock)
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

    # Models

    def engine_peak_mb(self) -> float:
        """The most memory the llama child has taken."""
        return self._engine.rss_mb()

    def models(self) -> tuple[ModelEntry, ...]:
        """What can be chosen, with what is in use."""
        return self._models().entries()

    def use_model(self, name: str) -> str:
        """A name of the catalogue, a GGUF file, or 'cloud'; what to tell the user. Raises InputError,
        ModelError."""
        chosen = self._models().use(name)
        self._save_settings(replace(self._settings, large=chosen))
        return f"{Path(chosen.name).name} writes from now on. {self._mixed_families()}".strip()

    def use_cloud(self, base_url: str, model: str, key: str) -> str:
        """An OpenAI-compatible service; its key goes to the keychain. Raises InputError."""
        cloud = Cloud(True, base_url, model)
        self._save_settings(replace(self._settings, cloud=cloud, large=LargeModel("cloud", model)))
        self._keychain.set(CLOUD_KEY, key)
        self._guard.allow(urlsplit(base_url).hostname or "")
        return messages.cloud_in_use(model, urlsplit(base_url).hostname or "")

    # Accounts

    def accounts(self) -> tuple[Account, ...]:
        return self._accounts.all()

    def add_account(self, account: Account, password: str) -> Account:
        """Signs in first: an account that cannot be reached is not kept. Its `id` is ignored. Raises
        MailError."""
        self._guard.allow(account.host)
        try:
            ImapSession(account, password, self._note(account.host, "sign-in")).close()
        except MailError:
            self._guard.disallow(account.host)
            raise
        stored = replace(account, id=self._accounts.add(account))
        self._keychain.set(stored.secret_name, password)
        return stored

    def test_account(self, account: AccountId) -> str:
        """Signs in, and says in a sentence what was found. Raises MailError, InputError."""
        known = self._account(account)
        with self._session(known) as session:
            sent, kept = session.find("Sent"), session.find("Drafts")
        missing = [name for name, found in (("sent mail", sent), ("drafts", kept)) if found is None]
        return (
            f"Signed in; there is no folder of {' or '.join(missing)}."
            if missing
            else "Signed in; all is there."
        )

    def remove_account(self, account: AccountId) -> None:
        """With its mail, its password and what was learned from it alone."""
        known = self._account(account)
        self._keychain.delete(known.secret_name)
        self._accounts.remove(account)
        self._refresh()

    # Mail

    def sync(self, progress: Progress, cancel: CancelToken) -> SyncResult:
        """All accounts that have a server. Measured style is counted at once. Raises MailError."""
        served = [account for account in self.accounts() if account.host]
        if not served:
            raise InputError("There is no account to sync; add one with 'longhand account add'.")
        total = SyncResult(0, 0, 0.0)
        try:
            for account in served:
                with self._session(account) as session:
                    total = _sum(
                        total, sync(session, account, self._reader, self._database, progress, cancel)
                    )
        finally:
            self._refresh()
        return total

    def import_path(self, path: Path, progress: Progress, cancel: CancelToken, own: str = "") -> ImportResult:
        """Mail from files. `own`: the user's address, told from the mail itself where it is empty.
        Raises InputError."""
        address = (own or guess_owner(path, self._reader)).lower()
        if not address:
            raise InputError("Whose mail this is cannot be told; name your address with --own.")
        known = self._accounts.by_address(address)
        account = known.id if known else self._accounts.add(_fileless(address))
        addresses = frozenset(one.address for one in self.accounts())
        try:
            return Importer(self._database, self._reader).run(path, account, addresses, progress, cancel)
        finally:
            self._refresh()

    def waiting(self, limit: int = 50, offset: int = 0) -> tuple[StoredMessage, ...]:
        """Received from people and not answered yet, newest first."""
        return self._messages.waiting(limit, offset)

    def waiting_count(self) -> int:
        return self._messages.waiting_count()

    def message(self, message: MessageId) -> StoredMessage:
        """Raises InputError for an unknown one."""
        found = self._messages.get(message)
        if found is None:
            raise InputError("There is no such message; 'longhand draft --list' shows which wait.")
        return found

    def message_by_header(self, message_id: str) -> StoredMessage:
        """By its Message-ID header. Raises InputError for an unknown one."""
        found = self._messages.by_header(message_id)
        if found is None:
            raise InputError("There is no message with this Message-ID in the profile; sync first.")
        return found

    def thread(self, message: MessageId) -> tuple[StoredMessage, ...]:
        """The message and what stood before it, oldest first."""
        return contexts.thread_of(self.message(message), self._messages)

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

    def train_only(self, progress: Progress, cancel: CancelToken, *, limits: Limits | None = None) -> bytes:
        """An adapter (GGUF) that is neither judged nor kept: another person's, for the control."""
        return self._learner(limits, ()).train(progress, cancel)[0].gguf

    def adapter(self) -> Adapter | None:
        """The one in use."""
        return self._adapters.live()

    def evaluate(self, progress: Progress, cancel: CancelToken, *, controls: bool = True) -> Gate:
        """All arms on the gate part of this mailbox, with the adapter in use."""
        live = self.adapter()
        contest = Contest(
            large=self._models().large(),
            agent=self._agent(live),
            book=Rules(self._database),
            learning=self._exchanges.all("learning"),
            others=self._others(),
            max_tokens=self._settings.drafting.max_tokens,
            controls=controls,
        )
        judge = Judge(f"evaluate {live.id if live else 0}", contest, self._jobs)
        gate, validation = self._exchanges.all("gate"), self._exchanges.all("validation")
        if not gate:
            raise InputError("There is nothing to evaluate on yet; run 'longhand learn' first.")
        result = judge.run(gate, validation, progress, cancel)
        judge.forget()
        return result

    # Drafting

    def draft(
        self,
        target: Target,
        *,
        notes: str = "",
        left_out: frozenset[str] = frozenset(),
        on_text: OnText | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> Draft:
        """The reply in the user's style. `left_out`: traits whose rules it goes without; `on_text`
        gets its pieces as they come. Raises ModelError, ChildDied, InputError, Cancelled."""
        context = self._context(target, notes)
        made = write_draft(
            context, self._writer(), left_out=left_out, on_text=on_text, progress=progress, cancel=cancel
        )
        if isinstance(target, int):
            self._drafts.add(MessageId(target), notes, made)
        return made

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
        context = self._context(target, notes)
        return write_zero_shot(context, self._writer(), on_text=on_text, progress=progress, cancel=cancel)

    def draft_notice(self) -> str:
        """What a draft written now lacks, in a sentence; empty for nothing."""
        if self.adapter():
            return self._mixed_families()
        return messages.ADAPTER_NOT_LIVE if self._adapters.all() else messages.NO_ADAPTER

    def save_draft(self, message: MessageId, text: str, *, create: bool = False) -> int | None:
        """Puts `text` into the server's Drafts folder in place of Longhand's earlier draft of the same
        reply; its UID there (None where the server does not tell). `create` makes a missing folder.
        Raises MailError, InputError."""
        stored = self.message(message)
        account = self._account(stored.account)
        if not account.host:
            raise InputError("This mail came from a file and has no server to save drafts to.")
        raw = mail_drafts.compose_reply(stored.mail, text, self._identity(account))
        key = f"saved/{message}"
        with self._session(account) as session:
            saved = mail_drafts.save(session, raw, self._jobs.get(key, tuple[int, str]), create=create)
        if saved.uid is not None:
            self._jobs.set(key, (saved.uid, mail_drafts.message_id_of(raw)))
        if latest := self._drafts.latest(message):
            self._drafts.set_saved(latest.id, saved.uid)
            if latest.draft.text.strip() != text.strip():
                self._drafts.set_edited(latest.id, text)
        return saved.uid

    def saved_drafts(self) -> tuple[int, ...]:
        """The UIDs in the Drafts folder of every account that has one."""
        found: list[int] = []
        for account in (one for one in self.accounts() if one.host):
            with self._session(account) as session:
                if folder := session.find("Drafts"):
                    session.examine(folder)
                    found += session.uids_after(0)
        return tuple(found)

    # Rules

    def rules(self) -> tuple[Rule, ...]:
        return self._book.all()

    def rule(self, rule: RuleId) -> Rule:
        """Raises InputError for an unknown one, as do all below."""
        return self._book.get(rule)

    def pin(self, rule: RuleId) -> Rule:
        """It wins over other rules of its trait and scope from now on."""
        self._book.pin(rule)
        return self.rule(rule)

    def unpin(self, rule: RuleId) -> Rule:
        self._book.unpin(rule)
        return self.rule(rule)

    def turn_off(self, rule: RuleId) -> Rule:
        """For ever, also where the same trait and value come up again."""
        self._book.off(rule)
        return self.rule(rule)

    def turn_on(self, rule: RuleId) -> Rule:
        self._book.on(rule)
        return self.rule(rule)

    def add_rule(self, trait: str, sentence: str, scope: Scope) -> Rule:
        """A rule in the user's own words; the trait 'other' fits any."""
        return self.rule(self._book.add(trait, sentence, scope))

    def edit_rule(self, rule: RuleId, sentence: str) -> Rule:
        self._book.edit(rule, sentence)
        return self.rule(rule)

    def evidence(self, rule: RuleId) -> tuple[StoredMessage, ...]:
        """The sent mails that bear a rule out."""
        found = (self._messages.get(message) for message in self.rule(rule).evidence)
        return tuple(message for message in found if message is not None)

    # Privacy

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """What left this machine, newest first."""
        return LedgerRepository(self._database).all()

    def preview(self, target: Target, notes: str = "") -> str:
        """The exact text a cloud model would be sent for this draft."""
        context = self._context(target, notes)
        rules = [rule.line for rule in rules_for(self._writer(), context)]
        return (prompts.guided(context, rules) if rules else prompts.zero_shot(context)).text

    def forget(self, who: str) -> int:
        """Forgets an address or a domain: mails from and to it, what was made of them, and every
        adapter, as each may have memorised them. The number of mails forgotten."""
        wanted = who.strip().lower().removeprefix("@")
        gone = [one.id for one in self._messages.all() if _concerns(one, wanted)]
        with self._database.transaction():
            self._messages.delete(gone)
            if gone:
                self._forget_learned()
        self._refresh()
        return len(gone)

    def _forget_learned(self) -> None:
        for adapter in self._adapters.all():
            self._adapters.remove(adapter.id)
        for prefix in ("gate/", "learn/", "training/"):
            for key in self._jobs.keys(prefix):
                self._jobs.clear(key)

    # How it is put together

    def _models(self) -> ModelChoice:
        return ModelChoice(self._settings, self._profile.models, self._engine, self._keychain, self._ledger)

    def _mixed_families(self) -> str:
        """A sentence where rules made by one family of models are applied by another."""
        live = self.adapter()
        return messages.mixed_families(live.family, self._models().family) if live else ""

    def _save_settings(self, settings: Settings) -> None:
        settings_file.save(self._profile.settings, settings)
        self._settings = settings

    @property
    def _book(self) -> RuleBook:
        return Rules(self._database).book

    def _learner(self, limits: Limits | None, others: Sequence[Exchange] | None) -> Learner:
        models = self._models()
        tools = Tools(
            large=models.large(),
            agent_model=models.agent,
            base=models.small_base(),
            shipped=models.shipped,
            dequantised=models.dequantised,
            settings=load_settings(),
            max_tokens=self._settings.drafting.max_tokens,
            threads=self._settings.limits.threads or None,
        )
        known = self._others() if others is None else others
        return Learner(self._database, Rules(self._database), tools, known, limits)

    def _writer(self) -> Writer:
        live = self.adapter()
        return Writer(
            large=self._models().large(),
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
        return PreferenceAgent(self._models().agent(self._adapters.gguf(adapter.id), adapter.base))

    def _context(self, target: Target, notes: str) -> Context:
        if isinstance(target, Address):
            return Context(contexts.first_mail(target, self._own_identity()), notes.strip())
        if isinstance(target, Path):
            mail = parse_file(target, self._reader)
            return Context(contexts.incoming(mail, self._addressed(mail)), notes.strip())
        thread = self.thread(target)
        user = self._identity(self._account(thread[-1].account))
        mails = [one.mail for one in thread]
        return Context(contexts.incoming(mails[-1], user, mails[:-1]), notes.strip())

    def _addressed(self, mail: ParsedMail) -> Address:
        """Whom of the user's identities a mail from a file was sent to; the header's own word where
        there is no account."""
        own = {account.address: account for account in self.accounts()}
        for one in (*mail.to, *mail.cc):
            if one.email in own:
                return self._identity(own[one.email])
        return self._own_identity() if own else next(iter(mail.to), Address("", ""))

    def _own_identity(self) -> Address:
        accounts = self.accounts()
        if not accounts:
            raise InputError("There is no account yet; add one or import mail first.")
        return self._identity(accounts[0])

    def _identity(self, account: Account) -> Address:
        """With the name the user signs mail with where the account itself has none."""
        if account.name:
            return account.identity
        names = (one.mail.sender.name for one in reversed(self._messages.sent()) if one.account == account.id)
        return Address(next((name for name in names if name), ""), account.address)

    def _account(self, account: AccountId) -> Account:
        found = self._accounts.get(account)
        if found is None:
            raise InputError("There is no such account; 'longhand account list' shows which there are.")
        return found

    def _session(self, account: Account) -> ImapSession:
        password = self._keychain.get(account.secret_name)
        if password is None:
            raise MailError("The password of this account is not in the keychain; add the account again.")
        return ImapSession(account, password, self._note(account.host, "mail"))

    def _note(self, host: str, purpose: str) -> Note:
        return lambda out, into: self._ledger.note(host, purpose, out, into)

    def _refresh(self) -> None:
        """Pairs the mail anew and counts the measured style, after mail came or went."""
        accounts = {account.id: self._identity(account) for account in self.accounts()}
        found = [contexts.exchange(pair, accounts[pair.sent.account]) for pair in pairs(self._messages.all())]
        excluded = self._settings.exclude
        self._exchanges.replace_pairs(one for one in found if one and not _is_excluded(one, excluded))
        Rules(self._database).refresh()

    def _others(self) -> tuple[Exchange, ...]:
        """What other people wrote to the user, as replies of theirs."""
        users = {account.id: self._identity(account) for account in self.accounts()}
        return tuple(
            Exchange(
                ExchangeId(-number - 1),
                Incoming(users[one.account], one.mail.sender, one.mail.subject, ""),
                one.mail.text,
                one.mail.date,
                one.mail.message_id,
                kind_of(one.mail.subject, one.mail.text),
            )
            for number, one in enumerate(self._messages.received())
            if one.mail.text and one.mail.date and one.mail.kind in (MailKind.REPLY, MailKind.FIRST)
        )

    def _hosts(self) -> list[str]:
        """What the user configured: nothing else is let through."""
        cloud = urlsplit(self._settings.cloud.base_url).hostname if self._settings.cloud.enabled else None
        return [account.host for account in self.accounts() if account.host] + ([cloud] if cloud else [])


def _fileless(address: str) -> Account:
    """The account of mail that came from files."""
    return Account(AccountId(0), address, "", "", 0, "implicit", address)


def _sum(one: SyncResult, other: SyncResult) -> SyncResult:
    return SyncResult(
        one.sent + other.sent,
        one.received + other.received,
        one.seconds + other.seconds,
        one.unreadable + other.unreadable,
    )


def _concerns(message: StoredMessage, who: str) -> bool:
    """Whether a message is from or to an address, or anybody of a domain."""
    people = (message.mail.sender, *message.mail.to, *message.mail.cc)
    return any(who in (one.email, one.domain) for one in people)


def _is_excluded(exchange: NewExchange, exclude: Exclude) -> bool:
    sender = exchange.incoming.sender
    text = f"{exchange.incoming.subject}\n{exchange.incoming.text}\n{exchange.sent}".casefold()
    return (
        sender.email in exclude.people
        or sender.domain in exclude.domains
        or any(word.casefold() in text for word in exclude.words)
    )
