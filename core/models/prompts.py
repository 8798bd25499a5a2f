"""Everything Longhand says to a model: one function a prompt, each with a version that is stored
with whatever it made.

A prompt is a sequence of parts. `Frame` is ours: instructions and headings, tokenised with special
tokens on. `Mail` is data, the user's or a stranger's: tokenised apart, special tokens off, so that
nothing in a message can close its frame or open a new turn. What is stable comes first (the task,
then the mail), so that a redraft with other notes or rules finds its beginning in the KV cache.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import Address, Context, Incoming, RuleLine

TRAIT_LINE = "trait: rule"
JUDGE_VERSION = "1"


@dataclass(frozen=True)
class Frame:
    """Text of ours."""

    text: str


@dataclass(frozen=True)
class Mail:
    """Text of a mail, of notes, of a rule: data."""

    text: str


Part = Frame | Mail


@dataclass(frozen=True)
class Prompt:
    """One user turn. `name` and `version` say which function made it."""

    name: str
    version: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The turn as one string, for people (preview, debugging); never what is tokenised."""
        return "".join(part.text for part in self.parts)


def zero_shot(context: Context) -> Prompt:
    """M_L writes y_z: the reply with no rules (the paper, section 3)."""
    return _reply(context, "zero_shot", ())


def guided(
    context: Context, rules: Sequence[RuleLine], examples: Sequence[tuple[Incoming, str]] = ()
) -> Prompt:
    """M_L writes y_a: the reply under the agent's rules merged with the rule book; while there is no agent,
    after `examples` of the user's own replies too, over which the rules prevail."""
    if not examples:
        return _reply(context, "guided", rules)
    return Prompt("guided", "2", (*_shown(context, examples), *_rules(rules)))


def few_shot(context: Context, examples: Sequence[tuple[Incoming, str]]) -> Prompt:
    """M_L writes after examples of the user's own replies, and no rules."""
    return Prompt("few_shot", "2", _shown(context, examples))


def judge(context: Context, sent: str, first: str, second: str) -> Prompt:
    """A model that is to judge names the draft, A or B, that is more like y."""
    return Prompt(
        "judge",
        JUDGE_VERSION,
        (
            Frame(
                "Somebody answered this mail. Which of the two drafts reads more as if the same person had"
                " written it? Look at how things are said (greeting, tone, length, wording, layout, closing),"
                " not at what is said. Answer with one letter, A or B.\n\n# Mail\n"
            ),
            *_mail(context.incoming),
            Frame("\n# What the person sent\n"),
            Mail(sent),
            Frame("\n\n# Draft A\n"),
            Mail(first),
            Frame("\n\n# Draft B\n"),
            Mail(second),
            Frame("\n\nA or B?"),
        ),
    )


def versions() -> tuple[str, ...]:
    """Name and version of each prompt that drafts come from."""
    context = Context(Incoming(Address("", ""), Address("", ""), "", ""))
    made = (brief(""), zero_shot(context), few_shot(context, ()), guided(context, ()), agent(context))
    return tuple(f"{prompt.name} {prompt.version}" for prompt in made)


def _shown(context: Context, examples: Sequence[tuple[Incoming, str]]) -> tuple[Part, ...]:
    parts: list[Part] = [Frame("Write the reply to the last mail as the writer of these replies would.\n")]
    for incoming, sent in examples:
        parts += [Frame("\n# Mail\n"), *_mail(incoming), Frame("\n# Reply\n"), Mail(sent), Frame("\n")]
    return (*parts, Frame("\n# Mail\n"), *_mail(context.incoming), *_notes(context))


def brief(sent: str) -> Prompt:
    """M_L says what y says, without how it says it."""
    return Prompt(
        "brief",
        "2",
        (Frame("Say in neutral points, one a line, what this reply says, not how.\n\n# Reply\n"), Mail(sent)),
    )


def rules(context: Context, draft: str, sent: str) -> Prompt:
    """M_L thinks about what would turn y_z into y, then writes the rules P."""
    return Prompt(
        "rules",
        "2",
        (
            Frame(
                "Compare the draft with the reply that was sent. Think about what would turn the"
                f" draft into it, then give the rules of style, never facts, as lines `{TRAIT_LINE}`.\n"
                "\n# Mail\n"
            ),
            *_mail(context.incoming),
            *_notes(context),
            Frame("\n# Draft\n"),
            Mail(draft),
            Frame("\n# Sent\n"),
            Mail(sent),
        ),
    )


def rules_alone(context: Context, sent: str) -> Prompt:
    """M_L gives the rules P from y alone, with no zero-shot reply to compare it with: an arm of the paper."""
    return Prompt(
        "rules_alone",
        "1",
        (
            Frame(
                "Look at the reply that was sent. Think about how its writer writes, then give the rules"
                f" of style, never facts, as lines `{TRAIT_LINE}`.\n\n# Mail\n"
            ),
            *_mail(context.incoming),
            *_notes(context),
            Frame("\n# Sent\n"),
            Mail(sent),
        ),
    )


def agent(context: Context) -> Prompt:
    """M_A gives the rules for x."""
    return Prompt(
        "agent",
        "2",
        (
            Frame(
                f"Give the rules of style for the reply to this mail, as lines `{TRAIT_LINE}`.\n\n# Mail\n"
            ),
            *_mail(context.incoming),
            *_notes(context),
        ),
    )


def _reply(context: Context, name: str, lines: Sequence[RuleLine]) -> Prompt:
    parts: list[Part] = [
        Frame("Write the reply to this mail. Say what the notes say and nothing else.\n\n# Mail\n"),
        *_mail(context.incoming),
        *_notes(context),
    ]
    return Prompt(name, "2", (*parts, *_rules(lines)))


def _rules(lines: Sequence[RuleLine]) -> list[Part]:
    return [Frame("\n# Rules\n"), Mail("\n".join(str(line) for line in lines))] if lines else []


def _mail(incoming: Incoming) -> list[Part]:
    head = (
        f"From: {_mailbox(incoming.sender.name, incoming.sender.email)}\n"
        f"To: {_mailbox(incoming.recipient.name, incoming.recipient.email)}\n"
        f"Subject: {incoming.subject}\n"
    )
    earlier = "".join(f"\n[{who}] {text}\n" for who, text in incoming.earlier)
    return [Mail(f"{head}{earlier}\n{incoming.text}\n")]


def _notes(context: Context) -> list[Part]:
    return [Frame("\n# Notes\n"), Mail(points(context.notes) or "none")]


def points(notes: str) -> str:
    """Notes as a list, one point a line, in whichever form they were jotted down: models, small ones above
    all, carry over best what already stands there as it is to be written."""
    said = (part.strip().lstrip("-*•–").strip() for part in re.split(r"\n|;(?=\s|$)", notes))
    return "\n".join(f"- {_capital(one)}" for one in said if one)


def _capital(text: str) -> str:
    """With a capital to begin with, but for words that have one of their own, such as iPhone."""
    return text[0].upper() + text[1:] if text.split(maxsplit=1)[0].islower() else text


def _mailbox(name: str, email: str) -> str:
    return f"{name} <{email}>" if name else email
