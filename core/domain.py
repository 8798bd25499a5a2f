"""The words of Longhand as types: what passes from one room of the house to another.

Frozen and free of behaviour, so that every room may import them and none is bound to another's
insides. The meaning of each word is in docs/design.md.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", int)
MessageId = NewType("MessageId", int)  # a row of the store, not the Message-ID header
ExchangeId = NewType("ExchangeId", int)
RuleId = NewType("RuleId", int)
AdapterId = NewType("AdapterId", int)


@dataclass(frozen=True)
class Address:
    """One mailbox of a header: a display name (may be empty) and an address in lower case."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


class MailKind(StrEnum):
    """What a message is to learning: only REPLY and FIRST hold the writer's own words."""

    REPLY = "reply"
    FIRST = "first"
    FORWARD = "forward"
    AUTOMATIC = "automatic"
    LIST = "list"


@dataclass(frozen=True)
class ParsedMail:
    """A message as the reader child understands it. `text` is the sender's own words,
    closing line kept, quotes and signature off. `reply_to` is where answers shall go (empty: to `sender`),
    `thread` Gmail's id of the thread, where known; `note` says what was left alone ('encrypted')."""

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    subject: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    kind: MailKind
    text: str
    signature: str
    quoted: str
    hidden: bool
    reply_to: tuple[Address, ...] = ()
    thread: str = ""
    note: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A message the reader child could not make out: skipped and counted. `reason` is one of
    'damaged', 'takes too long', 'stops the reader'; never text of the message."""

    reason: str


@dataclass(frozen=True)
class Incoming:
    """What is to be answered: the last message and what stood before it in the thread,
    oldest first. For a first mail `text` is empty and `sender` is the person written to."""

    sender: Address
    recipient: Address  # the user, under the identity that was addressed
    subject: str
    text: str
    earlier: tuple[tuple[str, str], ...] = ()  # (who, text)


@dataclass(frozen=True)
class Context:
    """x of the paper: what came in and the brief or notes (often empty)."""

    incoming: Incoming
    notes: str = ""


@dataclass(frozen=True)
class Exchange:
    """What came in and what the user really sent back (y)."""

    id: ExchangeId
    incoming: Incoming
    sent: str
    date: datetime
    thread: str
    kind: str = "other"  # request, refusal, thanks, scheduling, ... or 'other'
    weight: float = 1.0  # an edited draft weighs more than old mail


@dataclass(frozen=True)
class RuleLine:
    """One line of a rule list: `trait: sentence`."""

    trait: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.trait}: {self.sentence}"


@dataclass(frozen=True)
class Example:
    """(x -> rules): what the preference agent learns from. `notes` is the brief in the form
    this example uses: full, short or empty. `family` is that of the model that wrote the rules."""

    exchange: ExchangeId
    context: Context
    zero_shot: str
    thinking: str
    rules: tuple[RuleLine, ...]
    brief_form: str  # 'full', 'short' or 'empty'
    prompt_version: str
    family: str = ""


class ScopeKind(StrEnum):
    """Widest to narrowest. Scopes are keys a million times over, and the enum's own hash is slow."""

    __hash__ = str.__hash__

    EVERYONE = "everyone"
    LANGUAGE = "language"
    KIND = "kind"
    AUDIENCE = "audience"  # a domain, or 'new contact'
    PERSON = "person"  # an address


@dataclass(frozen=True)
class Scope:
    kind: ScopeKind = ScopeKind.EVERYONE
    value: str = ""


class RuleState(StrEnum):
    ACTIVE = "active"
    PINNED = "pinned"
    OFF = "off"  # by the user, for the trait and value wherever they come up
    LEFT_OUT = "left out"  # by Longhand, this rule alone: the writer does not follow it
    MERGED = "merged"  # by the user, this rule alone: another one does its work


# states in which a rule is not written by
OUT = frozenset({RuleState.OFF, RuleState.LEFT_OUT, RuleState.MERGED})


class RuleOrigin(StrEnum):
    LEARNED = "learned"
    MEASURED = "measured"
    WRITTEN = "written"


@dataclass(frozen=True)
class Rule:
    """A rule the user can see. `value` is the trait's value the sentence stands for, as the
    detectors of core.traits name it; empty where no detector knows it. `support_for` and
    `support_against` count mails of the learning part, those that no narrower rule accounts for. `since`
    is when the habit began, None where nothing else came before; `until` when it ended, None where it
    goes on. A rule that has ended is shown, but not written by."""

    id: RuleId
    trait: str
    value: str
    sentence: str
    scope: Scope
    origin: RuleOrigin
    state: RuleState
    support_for: int = 0
    support_against: int = 0
    evidence: tuple[MessageId, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Proposal:
    """A rule that the user's edits speak for. `number` stays the same as others come and go; `words` say
    what they changed, and `drafts` are the messages those drafts answer."""

    number: int
    words: str
    line: RuleLine
    scope: Scope
    drafts: tuple[MessageId, ...]


class Kept(StrEnum):
    """Whether a draft keeps a rule."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class AppliedRule:
    """A rule as one draft used it, why it applied, and whether the draft keeps it."""

    line: RuleLine
    source: str  # 'agent', or the rule book's scope in words: 'everyone', 'ann@firm.example'
    kept: Kept
    rule: RuleId | None = None


@dataclass(frozen=True)
class Finding:
    """Something in a draft that its context does not bear out: for the user to check."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """One reply, as written and checked. `notices` tell the user in sentences what it was written without."""

    text: str
    rules: tuple[AppliedRule, ...] = ()
    findings: tuple[Finding, ...] = ()
    model: str = ""
    adapter: AdapterId | None = None
    prompt_version: str = ""
    seconds: float = 0.0
    notices: tuple[str, ...] = ()


class AdapterKind(StrEnum):
    """What a model was trained to write: the small one, but for the last. Its values name arms of an
    evaluation too; all but the first two are there for nothing else."""

    AGENT = "agent"  # the rules for a message
    THINKING = "agent_thinking"  # the same after a thought
    UNTHOUGHT = "agent_unthought"  # rules that the large model wrote without a thought
    UNCOMPARED = "agent_uncompared"  # rules drawn from the sent reply alone, without a zero-shot one
    NAIVE = "naive_small"  # the reply itself (the paper's naive fine-tune)
    NAIVE_LARGE = "naive_large"  # the same, by the large model


@dataclass(frozen=True)
class Adapter:
    """A LoRA over the small model, or over the large one, trained on one user's mail: a preference agent, or
    another `kind` to compare it with. `family` is that of the model that wrote the rules it learned; '' where
    that is not known. `seconds`: what its training took."""

    id: AdapterId
    created: datetime
    base: str
    live: bool
    settings: str  # the TOML it was trained with
    examples: int
    final_loss: float
    scores: dict[str, float] = field(default_factory=dict)
    family: str = ""
    kind: AdapterKind = AdapterKind.AGENT
    seconds: float = 0.0
