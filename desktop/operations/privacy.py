"""What a user does about privacy."""

from dataclasses import replace

from core.domain import RuleLine
from core.drafting.mailbox import Target
from core.store.settings import Exclude
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.operations.mail import BROUGHT
from desktop.words import say


def exclude(desk: Desk, *, what: Exclude) -> Job:
    """Keeps what is never to be read or learned from."""

    def work(_: Hands) -> None:
        desk.app.settings.save(replace(desk.app.settings.now, exclude=what))

    return desk.run(say("Keeping what is never read"), Lane.STORE, work, Changed.PRIVACY)


def forget(desk: Desk, *, who: str) -> Job:
    """An address or a domain: mails, rules, and all that was learned with them."""

    def work(_: Hands) -> object:
        return desk.app.forgetting.person(who)

    job = desk.run(say("Forgetting"), Lane.MAIL, work, BROUGHT | Changed.LEARNING | Changed.PRIVACY)
    job.done.connect(lambda count: desk.told.emit(_told(count)))
    return job


def preview(
    desk: Desk,
    *,
    message: Target,
    notes: str,
    left_out: frozenset[str] = frozenset(),
    wished: tuple[RuleLine, ...] = (),
) -> Job:
    """The job's result is the text that a cloud model would be sent."""

    def work(_: Hands) -> object:
        return desk.app.drafts.preview(message, notes, left_out=left_out, wished=wished)

    return desk.run(say("Putting the text together"), Lane.WRITE, work)


def decline_service(desk: Desk) -> Job:
    """Nothing is to be sent yet: the user is asked again next time."""
    return desk.run(say("Sending nothing"), Lane.STORE, lambda _: desk.app.cloud.service.decline())


def _told(count: object) -> str:
    if not count:
        return say("There was no mail from or to them.")
    if count == 1:
        return say("1 mail is forgotten, and all that was learned. Learn again when you like.")
    return say("{0} mails are forgotten, and all that was learned. Learn again when you like.").format(count)
