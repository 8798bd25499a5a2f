"""Drafts as their user asks for them: at once or ahead, prepared for, and what a service would be sent for
one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from core import messages
from core.domain import Adapter, AdapterKind, Context, Draft, MessageId, RuleLine
from core.drafting.book import Rules
from core.drafting.mailbox import Mailbox, Target
from core.drafting.model_desk import ModelDesk
from core.drafting.outcomes import Outcomes
from core.drafting.ready import KeptWriter
from core.drafting.wishes import with_wishes
from core.drafting.write import Writer, prepare, prompt_for, rules_for, write_draft, write_zero_shot
from core.engine.llama import LlamaEngine
from core.errors import Cancelled
from core.models.chat import ChatModel
from core.models.cloud_terms import CloudTerms
from core.models.hardware import on_battery
from core.preference.agent import PreferenceAgent
from core.store.adapters import AdapterRepository
from core.store.database import Database
from core.store.drafts import DraftRepository, StoredDraft
from core.store.exchanges import ExchangeRepository
from core.store.kept_settings import KeptSettings
from core.store.messages import MessageRepository
from core.tasks import CancelToken, OnText, Pause, Progress

_AHEAD = 20  # newest that wait, which drafts are written ahead for


class DraftDesk:
    def __init__(
        self,
        database: Database,
        settings: KeptSettings,
        mailbox: Mailbox,
        models: ModelDesk,
        cloud: CloudTerms,
        engine: LlamaEngine,
        outcomes: Outcomes,
        pause: Pause,
    ) -> None:
        """`pause`: learning waits while a draft is written."""
        self._database, self._settings, self._mailbox = database, settings, mailbox
        self._models, self._cloud, self._engine = models, cloud, engine
        self._outcomes, self._pause = outcomes, pause
        self._adapters, self._drafts = AdapterRepository(database), DraftRepository(database)
        self._exchanges, self._messages = ExchangeRepository(database), MessageRepository(database)
        self._ready = KeptWriter(database, settings)

    def write(
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
        how = partial(
            write_draft, left_out=left_out, wished=wished, on_text=on_text, progress=progress, cancel=cancel
        )
        made = self._write(target, notes, how)
        self._ready.keep_through(lambda: self._note(target, notes, made))
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
        context = self._mailbox.context(target, notes)
        writer = self._writer(self._large(context))
        return write_zero_shot(context, writer, on_text=on_text, progress=progress, cancel=cancel)

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
        on this machine alone, so that `write` begins at once. False where it gave way to a draft or to
        anything else that wants the models; what it did by then still helps. Raises as `write` does."""
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
        writer = self._writer(self._models.now.stand_in)
        rules = with_wishes(rules_for(writer, context, left_out), wished)
        return self._cloud.service.preview(prompt_for(context, writer, rules))

    @property
    def ahead(self) -> bool:
        """Whether the user wants replies written before they ask for them."""
        return self._settings.now.drafting.ahead

    def set_ahead(self, wanted: bool) -> None:
        now = self._settings.now
        self._settings.save(replace(now, drafting=replace(now.drafting, ahead=wanted)))

    def write_ahead(
        self, known: Collection[MessageId], cancel: CancelToken | None = None
    ) -> tuple[MessageId, Draft] | None:
        """In idle time, where the user wants it and the computer is plugged in: the reply to the newest
        message that waits, is not among `known` and has no draft, by this machine alone. None where there is
        none, or it gave way to anything else that wants the models. It counts as a draft, to learn from what
        becomes of it, once the user has seen it: `note_seen`. Raises as `write` does."""
        if not self.ahead or self._cloud.writer or on_battery():
            return None
        waiting = (one.id for one in self._messages.waiting(_AHEAD))
        target = next((one for one in waiting if one not in known and not self.last(one)), None)
        if target is None:
            return None
        with self._engine.idle(cancel) as token:
            try:
                return target, self._write(target, "", partial(write_draft, cancel=token))
            except Cancelled:
                if cancel is not None:
                    cancel.check()
                return None

    def note_seen(self, message: MessageId, made: Draft) -> None:
        """A draft that was written ahead is before the user now."""
        self._ready.keep_through(lambda: self._note(message, "", made))

    def messages(self) -> frozenset[MessageId]:
        """Those with a draft that the user has seen."""
        return self._drafts.messages()

    def last(self, message: MessageId) -> StoredDraft | None:
        """The newest that the user has seen."""
        return self._drafts.latest(message)

    def see_to_rules(self) -> tuple[str, ...]:
        """Sees to the rules that the writer does not follow, and tells: for after a draft of a stored
        message. Empty for nothing."""
        return self._outcomes.heed_ignored()

    def _write(self, target: Target, notes: str, write: Callable[[Context, Writer], Draft]) -> Draft:
        context, unread = self._mailbox.read(target, notes)
        writer = self._writer(self._large(context))
        with self._pause.hold(messages.learning.WAITS_FOR_DRAFT):
            made = write(context, writer)
        told = messages.drafts.left_out_of_thread(unread.mails, unread.shortened, unread.words)
        return replace(made, notices=(*filter(None, (told,)), *made.notices))

    def _note(self, target: Target, notes: str, made: Draft) -> None:
        self._models.note(made)
        if isinstance(target, int):
            self._drafts.add(MessageId(target), notes, made)

    def _large(self, context: Context) -> ChatModel:
        """The writer, for mail to the address that was written to."""
        return self._models.now.large(context.incoming.recipient.email)

    def _writer(self, large: ChatModel) -> Writer:
        """What was read of the mail for an earlier draft serves any model."""
        return replace(self._ready.get(lambda: self._new_writer(large)), large=large)

    def _new_writer(self, large: ChatModel) -> Writer:
        live, wanted = self._adapters.live(), self._settings.now.drafting
        return Writer(
            large=large,
            book=Rules(self._database),
            agent=self._agent(live),
            adapter=live.id if live else None,
            learning=self._exchanges.all("learning") or self._exchanges.all(),
            shots=wanted.examples,
            max_tokens=wanted.max_tokens,
            temperature=wanted.temperature,
        )

    def _agent(self, adapter: Adapter | None) -> PreferenceAgent | None:
        if adapter is None:
            return None
        model = self._models.now.agent(self._adapters.gguf(adapter.id), adapter.base)
        return PreferenceAgent(model, adapter.kind is AdapterKind.THINKING)
