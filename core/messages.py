"""Sentences for people, used by the command line and the window alike."""

import traceback
from pathlib import PurePath

from core.domain import AppliedRule, Finding, Kept, Rule, RuleOrigin, RuleState, Scope, ScopeKind
from core.errors import Known
from core.tasks import Step

EMBEDDED_SCORES = (
    "The embedded models were taught this very task by this project, on mail its own generator wrote. "
    "These scores show the machinery at work; they do not show how well Longhand writes with a real model."
)
EMBEDDED_LEARNING = (
    "The embedded models are tiny and know short English business mail only: they will learn from your mail, "
    "but they will not write well on it. Choose a real model with 'longhand models use' for drafts to keep."
)
NO_ADAPTER = "Nothing is learned yet: this draft follows your rule book and your own earlier replies."
ADAPTER_NOT_LIVE = (
    "The preference agent did not prove its worth yet: this draft follows your rule book and your own "
    "earlier replies."
)
NEVER_SENT = "Longhand saves drafts; it never sends mail."
BLIND_QUESTION = "Which sounds like you: 1, 2, t for a tie, s to skip, q to stop here"
CANCELLED = "Stopped; the same command goes on from here."


def error_line(error: BaseException) -> str:
    """One line for an error: a known one's own sentence, for any other where it happened but not
    its text, which may hold mail."""
    if isinstance(error, Known):
        return " ".join(str(error).split())
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {PurePath(last[0].filename).name}:{last[0].lineno}" if last else ""
    return f"Longhand has a bug ({type(error).__name__}{where}); please report this line."


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def step_line(step: Step) -> str:
    """`Learning: 12 of 60, about 20 s left`."""
    count = f"{step.done} of {step.total}" if step.total else str(step.done)
    left = time_left(step.left)
    return f"{step.stage[:1].upper()}{step.stage[1:]}: {count}" + (f", {left}" if left else "")


def scope_words(scope: Scope) -> str:
    match scope.kind:
        case ScopeKind.EVERYONE:
            return "everyone"
        case ScopeKind.KIND:
            return f"mail of the kind '{scope.value}'"
        case ScopeKind.LANGUAGE:
            return f"mail in {scope.value}"
        case _:
            return scope.value


def rule_line(rule: Rule) -> str:
    """A rule with what bears it out: `greeting: Greet with "Hi {first}," (everyone; 40 mails, 3 against)`."""
    state = "" if rule.state is RuleState.ACTIVE else f"; {rule.state}"
    against = f", {rule.support_against} against" if rule.support_against else ""
    support = "by hand" if rule.origin is RuleOrigin.WRITTEN else f"{rule.support_for} mails{against}"
    return f"{rule.trait}: {rule.sentence} ({scope_words(rule.scope)}; {support}{state})"


def applied_line(rule: AppliedRule) -> str:
    mark = {Kept.KEPT: "kept", Kept.NOT_KEPT: "NOT kept", Kept.CANNOT_TELL: "cannot tell"}[rule.kept]
    return f"{rule.line} ({rule.source}; {mark})"


def finding_line(finding: Finding) -> str:
    return f"Check '{finding.text}': {finding.reason}."


def verdict(live: bool, count: int, enough: bool, low: float | None) -> str:
    """What the gate decided, in words."""
    if low is None:
        return "There was nothing to judge the new preference agent by; it is kept, but not used."
    few = f" With {count} replies to judge by, that is too little mail to tell for sure; learn again later."
    few = "" if enough else few
    if live:
        return f"Guided drafts come nearer to your own replies than plain ones do; they are used now.{few}"
    return (
        f"Guided drafts do not come reliably nearer to your own replies, so the new agent is not used.{few}"
    )


def scores_in_words(
    count: int, guided: float | None, zero_shot: float | None, few_shot: float | None, recall: float | None
) -> list[str]:
    """The likeness of each kind of draft, 0 another person and 1 the person again, and what of the
    notes they state."""
    lines = [f"Measured on {count} replies, which nothing was learned from."]
    if guided is not None and zero_shot is not None:
        lines.append(
            f"On a scale from another person's reply (0) to another of the same person's own (1), a plain "
            f"draft stands at {zero_shot:.2f} and a guided one at {guided:.2f}."
        )
    if few_shot is not None:
        lines.append(f"Showing the model earlier replies instead of rules reaches {few_shot:.2f}.")
    if recall is not None:
        lines.append(f"Guided drafts state {recall:.0%} of the names, dates and amounts in the notes.")
    return lines


def hardly_differs() -> str:
    return "Guided drafts hardly differ from plain ones: the rules found so far change little."


def not_obeyed(traits: list[str]) -> str:
    return f"The writing model often does not do what these rules ask: {', '.join(traits)}."


def mixed_families(made_by: str, applied_by: str) -> str:
    """Of the agent's rules and the writer in use, by their families of models; empty for nothing to tell."""
    if made_by in ("", applied_by):
        return ""
    return (
        f"The preference agent learned from rules made by {made_by}, and {applied_by} writes by them now;"
        " for drafts nearer to you, learn again."
    )


def blind_left(count: int) -> str:
    return f"{count} questions have no answer yet; 'longhand blind' goes on with them."


def cloud_judges(model: str, host: str) -> str:
    return (
        f"{model} at {host} judges: the mails compared on, your real replies to them and the drafts are sent "
        "there."
    )


def cloud_in_use(model: str, host: str) -> str:
    return (
        f"{model} at {host} writes from now on: the mail you answer, your notes and your rules are sent "
        "there. See 'longhand privacy preview' for the exact text."
    )


def graphics(name: str, description: str, memory_mb: int) -> str:
    """A graphics card that llama.cpp can use."""
    return f"{description} ({name}, {memory_mb / 1000:.1f} GB)"


def pace(words: float, measured: bool) -> str:
    """How fast a model writes on this machine, in a sentence; empty where nothing is known."""
    if not words:
        return ""
    count = f"{words:.0f}" if words >= 10 else f"{words:.1f}"
    told = "wrote its last draft here at" if measured else "would write here, without a GPU, at about"
    return f"It {told} {count} words a second."


def offer(file: str, repo: str, host: str, size: int, licence: str) -> str:
    """What a download would bring; `size` in bytes."""
    told = f"its licence, says its page, is '{licence}'" if licence else "its page states no licence"
    return f"{file} of {repo}, from {host}: {size / 1e6:.0f} MB; {told}."
