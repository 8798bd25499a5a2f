"""What a user does about new versions."""

from contextlib import suppress

from core.errors import UpdatesError
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.words import say


def turn(desk: Desk, *, on: bool) -> Job:
    """On, with a first question at once, or off."""

    def work(_: Hands) -> object:
        updates = desk.app.updates
        updates.turn(on)
        if on:
            with suppress(UpdatesError):  # it is on all the same; About tells what came of it
                updates.ask()
        return None

    return desk.run(say("Asking for new versions"), Lane.LOOK, work, Changed.PRIVACY)


def ask_quietly(desk: Desk) -> Job:
    """Asks, where the user wants it. That nobody answers is told in About alone."""
    job = desk.run_unasked(say("Asking for new versions"), lambda _: desk.app.updates.ask())
    job.ended.connect(lambda: desk.changed.emit(Changed.PRIVACY))
    return job
