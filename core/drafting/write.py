"""Writes one reply: the agent's rules merged with the rule book, the large model's text under them,
streamed, and what of it the user should check."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.domain import AdapterId, AppliedRule, Context, Draft, Exchange, RuleLine
from core.drafting.acts import claimed_acts
from core.drafting.facts import unsupported
from core.drafting.retrieval import retrieve
from core.drafting.wishes import with_wishes
from core.models import prompts
from core.models.chat import ChatModel
from core.models.prompts import Prompt
from core.tasks import CancelToken, Progress
from core.traits import Names, kept

READING = "Reading the mail"

OnText = Callable[[str], None]


class Agent(Protocol):
    """The preference agent: rules for a context."""

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> Sequence[RuleLine]: ...


class Book(Protocol):
    """The rule book as drafting needs it: its rules for a context merged with the agent's."""

    def merge(self, context: Context, lines: Sequence[RuleLine]) -> Sequence[AppliedRule]: ...


@dataclass(frozen=True)
class Writer:
    """All that drafting needs. Without an `agent` the rule book alone gives the rules, and `learning` (the
    user's own exchanges) up to `shots` examples beside them."""

    large: ChatModel
    book: Book
    agent: Agent | None = None
    adapter: AdapterId | None = None
    learning: Sequence[Exchange] = ()
    shots: int = 3
    max_tokens: int = 400
    temperature: float = 0.0


def rules_for(writer: Writer, context: Context, cancel: CancelToken | None = None) -> list[AppliedRule]:
    """The rules a draft for `context` is written under, the agent's and the book's."""
    lines = writer.agent.rules_for(context, cancel) if writer.agent else ()
    return list(writer.book.merge(context, lines))


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
    rules = [rule for rule in rules_for(writer, context, cancel) if rule.line.trait not in left_out]
    rules = with_wishes(rules, wished)
    return _write(context, writer, prompt_for(context, writer, rules), rules, on_text, progress, cancel)


def prompt_for(context: Context, writer: Writer, rules: Sequence[AppliedRule]) -> Prompt:
    """What the large model is asked, under these rules."""
    shots = retrieve(context, writer.learning, writer.shots) if writer.agent is None else ()
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
    made = writer.large.complete(
        prompt,
        max_tokens=writer.max_tokens,
        temperature=writer.temperature,
        on_text=on_text,
        on_prompt=None if progress is None else lambda done, total: progress.update(READING, done, total),
        cancel=cancel,
    )
    text = made.text.strip()
    names = Names.of(context.incoming)
    findings = [
        *unsupported(text, context, [rule.line.sentence for rule in rules]),
        *claimed_acts(text, context),
    ]
    return Draft(
        text=text,
        rules=tuple(replace(rule, kept=kept(rule.line, text, names)) for rule in rules),
        findings=tuple(sorted(findings, key=lambda finding: finding.start)),
        model=writer.large.name,
        adapter=writer.adapter,
        prompt_version=f"{prompt.name} {prompt.version}",
        seconds=time.monotonic() - started,
    )
