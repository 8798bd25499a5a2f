"""What a user does with one reply."""

from core.domain import MessageId
from desktop.desk import Desk
from desktop.jobs import Hands, Job, Lane
from desktop.words import say


def write_draft(desk: Desk, *, message: MessageId, notes: str, left_out: frozenset[str]) -> Job:
    """Writes a reply in the user's style, less the rules about the traits `left_out`; the job's result
    is a core.domain.Draft."""

    def work(hands: Hands) -> object:
        return desk.app.draft(
            message,
            notes=notes,
            left_out=left_out,
            on_text=hands.text,
            progress=hands.progress,
            cancel=hands.cancel,
        )

    return desk.run(say("Writing a draft"), Lane.WRITE, work)


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

    return desk.run(say("Saving the draft"), Lane.MAIL, work)
