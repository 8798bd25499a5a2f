"""What a user does with one mail that is being written, and what is done for it in idle time."""

from collections.abc import Collection
from dataclasses import dataclass

from core.domain import Draft, MessageId, RuleLine
from core.drafting.mailbox import NewMail, Target
from core.models.hardware import on_battery
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
    target: Target,
    notes: str,
    left_out: frozenset[str],
    wished: tuple[RuleLine, ...] = (),
) -> Job:
    """Writes a mail in the user's style, less the rules about the traits `left_out`, and under those
    `wished` for; the job's result is a Written."""

    def work(hands: Hands) -> Written:
        draft = desk.app.drafts.write(
            target,
            notes=notes,
            left_out=left_out,
            wished=wished,
            on_text=hands.text,
            progress=hands.progress,
            cancel=hands.cancel,
        )
        before = desk.app.rules.all()
        noted = desk.app.drafts.see_to_rules()
        return Written(draft, noted, RuleEdit.between(before, desk.app.rules.all()))

    job = desk.run(say("Writing a draft"), Lane.WRITE, work)
    job.done.connect(lambda written: heed(desk, written))
    return job


def write_zero_shot(desk: Desk, *, target: Target, notes: str) -> Job:
    """Writes the mail the model would write without any rule; the job's result is a Draft."""

    def work(hands: Hands) -> object:
        return desk.app.drafts.zero_shot(
            target, notes=notes, on_text=hands.text, progress=hands.progress, cancel=hands.cancel
        )

    return desk.run(say("Writing without your rules"), Lane.WRITE, work)


def prepare(desk: Desk, *, target: Target, notes: str, left_out: frozenset[str]) -> Job:
    """All of a draft but its text, before it is asked for; not while the computer runs on its battery."""

    def work(hands: Hands) -> object:
        return not on_battery() and desk.app.drafts.prepare(
            target, notes=notes, left_out=left_out, cancel=hands.cancel
        )

    return desk.run_unasked(say("Reading ahead"), work)


def draft_ahead(desk: Desk, *, known: Collection[MessageId]) -> Job:
    """Writes the next reply that waits and is not among `known`; the job's result is (MessageId, Draft), or
    None."""
    return desk.run_unasked(
        say("Writing ahead"), lambda hands: desk.app.drafts.write_ahead(known, hands.cancel)
    )


def set_drafts_ahead(desk: Desk, *, wanted: bool) -> Job:
    return desk.run(say("Keeping a setting"), Lane.STORE, lambda _: desk.app.drafts.set_ahead(wanted))


def note_seen(desk: Desk, *, message: MessageId, draft: Draft) -> Job:
    """Keeps a draft that was written ahead, now that the user sees it."""
    return desk.run(say("Keeping a draft"), Lane.STORE, lambda _: desk.app.drafts.note_seen(message, draft))


def find_page(desk: Desk, *, message: MessageId) -> Job:
    """The message as its sender laid it out, from the server; the job's result is HTML that is safe to show,
    '' where it has none."""
    return desk.run(
        say("Fetching the layout"),
        Lane.LOOK,
        lambda hands: desk.app.mail.page(message, hands.cancel),
        Changed.PRIVACY,
    )


def find_addressed(desk: Desk, *, message: MessageId) -> Job:
    """Whom a reply would go to; the job's result is a core.drafting.outgoing.Addressed."""
    return desk.run(say("Looking"), Lane.LOOK, lambda _: desk.app.outgoing.addressed(message))


def find_people(desk: Desk) -> Job:
    """Whom the user may write to; the job's result is a tuple of Address."""
    return desk.run(say("Looking"), Lane.LOOK, lambda _: desk.app.outgoing.people())


def save_draft(desk: Desk, *, message: MessageId, text: str, everyone: bool) -> Job:
    """Puts the reply into the server's Drafts folder; the job's result is whether what the user changed in it
    was noted, to learn from."""

    def work(_: Hands) -> bool:
        desk.app.outgoing.save_reply(message, text, everyone=everyone)
        return desk.app.outgoing.is_noted(message)

    return desk.run(say("Saving the draft"), Lane.MAIL, work, Changed.PROPOSALS | Changed.PRIVACY)


def take_back_edit(desk: Desk, *, message: MessageId) -> Job:
    """Nothing is learned from what the user changed in this draft."""

    def work(_: Hands) -> None:
        desk.app.outgoing.take_back(message)

    return desk.run(say("Taking back what was noted"), Lane.STORE, work, Changed.PROPOSALS)


def save_new(desk: Desk, *, mail: NewMail, text: str, replaces: tuple[str, ...]) -> Job:
    """Puts a new mail into the server's Drafts folder; the job's result are the Message-IDs that the next
    save of it replaces."""

    def work(_: Hands) -> object:
        return desk.app.outgoing.save_new(mail, text, replaces)

    return desk.run(say("Saving the draft"), Lane.MAIL, work, Changed.PRIVACY)


def make_whole(desk: Desk, *, target: Target, text: str, everyone: bool) -> Job:
    """The mail that the text is the body of; the job's result are its bytes."""
    return desk.run(
        say("Putting the mail together"),
        Lane.LOOK,
        lambda _: desk.app.outgoing.whole(target, text, everyone=everyone),
    )


def heed(desk: Desk, written: Written) -> None:
    """What Longhand changed by itself can be taken back like the user's own changes."""
    if written.edit.before or written.edit.after:
        desk.rule_changes.push(RuleStep(say("What the writer does not follow"), written.edit, restorer(desk)))
        desk.changed.emit(Changed.RULES)
