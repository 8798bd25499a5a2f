"""Learning the user's hand: one long job, which goes on where it was stopped."""

from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.words import say


def learn(desk: Desk) -> Job:
    """The job's result is a core.evaluation.learning.Learned; what it says is told to the user."""

    def work(hands: Hands) -> object:
        return desk.app.learn(hands.progress, hands.cancel)

    job = desk.run(say("Learning your style"), Lane.LEARN, work, Changed.RULES | Changed.LEARNING)
    job.done.connect(lambda learned: desk.told.emit(" ".join(learned.sentences)))
    return job
