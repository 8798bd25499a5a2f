"""Writes one reply: the agent's rules merged with the rule book, the large model's text under them,
streamed, and what of it the user should check."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from core import messages
from core.domain import AdapterId, AppliedRule, Context, Draft, Exchange, Finding, Incoming, RuleLine
from core.drafting.acts import claimed_acts
from core.drafting.facts import source, unsupported
from core.drafting.planted import planted
from core.drafting.retrieval import retrieve
from core.drafting.wishes import with_wishes
from core.models import prompts
from core.models.chat import ChatModel, Question, ReadsAhead
from core.models.prompts import Prompt
from core.privacy.redaction import unrestored
from core.tasks import CancelToken, OnPrompt, OnText, Progress
from core.traits import Names, kept

RULES, READING = "Choosing the rules", "Reading the mail"


class Agent(Protocol):
    """The preference agent: rules for a context."""

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> Sequence[RuleLine]: ...


class Book(Protocol):
    """The rule book as drafting needs it: its rules for a context merged with the agent's."""

    def merge(self, context: Context, lines: Sequence[RuleLine]) -> Sequence[AppliedRule]: ...


@dataclass(frozen=True)
class Writer:
    """All that drafting needs. Without an `agent` the rule book alone gives the rules, and `learning` (the
    user's own exchanges) up to `shots` examples beside them; `found` are those found before, by what came
    in."""

    large: ChatModel
    book: Book
    agent: Agent | None = None
    adapter: AdapterId | None = None
    learning: Sequence[Exchange] = ()
    shots: int = 3
    max_tokens: int = 400
    temperature: float = 0.0
    found: dict[Incoming, Sequence[tuple[Incoming, str]]] = field(default_factory=dict)


def rules_for(
    writer: Writer,
    context: Context,
    left_out: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> list[AppliedRule]:
    """The rules a draft for `context` is written under, the agent's and the book's, but those of the traits
    `left_out`."""
    if writer.agent and progress:
        progress.update(RULES, 0, 1)
    lines = writer.agent.rules_for(context, cancel) if writer.agent else ()
    return [rule for rule in writer.book.merge(context, lines) if rule.line.trait not in left_out]


def write_draft(
    context: Context,
    writer: Writer,
    *,
    left_out: frozenset[str] = frozenset(),
    wished: Sequence[RuleLine] = (),
    on_text: OnText | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Draft:
    """The guided reply. Rules of the traits `left_out` are not used; those `wished` for hold for this draft
    alone. Raises Cancelled, ModelError, ChildDied."""
    rules = with_wishes(rules_for(writer, context, left_out, progress, cancel), wished)
    return _write(context, writer, prompt_for(context, writer, rules), rules, on_text, progress, cancel)


def prepare(
    context: Context,
    writer: Writer,
    *,
    left_out: frozenset[str] = frozenset(),
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """All of such a draft but its text, so that its first word comes at once: its rules, its examples, and
    where the large model is on this machine its prompt in the KV cache. Raises as `write_draft` does."""
    prompt = prompt_for(context, writer, rules_for(writer, context, left_out, progress, cancel))
    if isinstance(writer.large, ReadsAhead):
        question = Question(prompt, writer.max_tokens)
        writer.large.read_ahead(question, on_prompt=_reading(progress), cancel=cancel)


def prompt_for(context: Context, writer: Writer, rules: Sequence[AppliedRule]) -> Prompt:
    """What the large model is asked, under these rules."""
    shots = _shots(context, writer) if writer.agent is None else ()
    if rules:
        return prompts.guided(context, [rule.line for rule in rules], shots)
    return prompts.few_shot(context, shots) if shots else prompts.zero_shot(context)


def write_zero_shot(
    context: Context,
    writer: Writer,
    *,
    on_text: OnText | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Draft:
    """The reply with no rules, to compare with."""
    return _write(
        context, replace(writer, adapter=None), prompts.zero_shot(context), [], on_text, progress, cancel
    )


def _shots(context: Context, writer: Writer) -> Sequence[tuple[Incoming, str]]:
    shots = writer.found.get(context.incoming)
    if shots is None:
        shots = retrieve(context, writer.learning, writer.shots)
        writer.found[context.incoming] = shots
    return shots


def _reading(progress: Progress | None) -> OnPrompt | None:
    return None if progress is None else lambda done, total: progress.update(READING, done, total)


def _write(
    context: Context,
    writer: Writer,
    prompt: Prompt,
    rules: Sequence[AppliedRule],
    on_text: OnText | None,
    progress: Progress | None,
    cancel: CancelToken | None,
) -> Draft:
    started = time.monotonic()
    question = Question(prompt, writer.max_tokens, temperature=writer.temperature)
    made = writer.large.complete(question, on_text=on_text, on_prompt=_reading(progress), cancel=cancel)
    text = made.text.strip()
    names = Names.of(context.incoming)
    sentences = [rule.line.sentence for rule in rules]
    findings = [
        *unsupported(text, context, sentences),
        *planted(text, context, sentences),
        *claimed_acts(text, context),
        *_not_put_back(text, context),
    ]
    return Draft(
        text=text,
        rules=tuple(replace(rule, kept=kept(rule.line, text, names)) for rule in rules),
        findings=tuple(sorted(findings, key=lambda finding: finding.start)),
        model=writer.large.name,
        adapter=writer.adapter,
        prompt_version=f"{prompt.name} {prompt.version}",
        seconds=time.monotonic() - started,
        notices=tuple(
            filter(
                None,
                (
                    messages.drafts.cut_by_model(made.cut_tokens),
                    messages.drafts.on_processor(made.graphics_failed),
                ),
            )
        ),
    )


def _not_put_back(text: str, context: Context) -> list[Finding]:
    """Placeholders that a redacted model made up, or spoilt."""
    reason = "this stands for a name or number that was not sent, and cannot be put back"
    return [Finding(a, b, text[a:b], reason) for a, b in unrestored(text, source(context))]
