"""What a user does with one reply."""

from dataclasses import dataclass

from core.domain import Draft, MessageId, RuleLine
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.operations.rules import restorer
from desktop.rules.undo import RuleEdit, RuleStep
from desktop.words import say


@dataclass(frozen=True)
class Written:
    """A draft, and what was noted about rules that the writer does not follow: `edit` is what became of
    them."""

    draft: Draft
    noted: tuple[str, ...]
    edit: RuleEdit


def write_draft(
    desk: Desk,
    *,
    message: MessageId,
    notes: str,
    left_out: frozenset[str],
    wished: tuple[RuleLine, ...] = (),
) -> Job:
    """Writes a reply in the user's style, less the rules about the traits `left_out`, and under those
    `wished` for; the job's result is a Written."""

    def work(hands: Hands) -> Written:
        draft = desk.app.draft(
            message,
            notes=notes,
            left_out=left_out,
            wished=wished,
            on_text=hands.text,
            progress=hands.progress,
            cancel=hands.cancel,
        )
        before = desk.app.rules.all()
        noted = desk.app.after_draft()
        return Written(draft, noted, RuleEdit.between(before, desk.app.rules.all()))

    job = desk.run(say("Writing a draft"), Lane.WRITE, work)
    job.done.connect(lambda written: heed(desk, written))
    return job


def write_zero_shot(desk: Desk, *, message: MessageId, notes: str) -> Job:
    """Writes the reply the model would write without any rule; the job's result is a Draft."""

    def work(hands: Hands) -> object:
        return desk.app.zero_shot(
            message, notes=notes, on_text=hands.text, progress=hands.progress, cancel=hands.cancel
        )

    return desk.run(say("Writing without your rules"), Lane.WRITE, work)


def save_draft(desk: Desk, *, message: MessageId, text: str) -> Job:
    """Puts the text into the server's Drafts folder; the job's result is its UID there."""

    def work(_: Hands) -> object:
        return desk.app.save_draft(message, text)

    return desk.run(say("Saving the draft"), Lane.MAIL, work, Changed.PROPOSALS | Changed.PRIVACY)


def heed(desk: Desk, written: Written) -> None:
    """What Longhand changed by itself can be taken back like the user's own changes."""
    if written.edit.before or written.edit.after:
        desk.rule_changes.push(RuleStep(say("What the writer does not follow"), written.edit, restorer(desk)))
        desk.changed.emit(Changed.RULES)
