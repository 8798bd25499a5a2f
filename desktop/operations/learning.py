"""Learning the user's hand: one long job, which goes on where it was stopped; and seeing how well it
went."""

from core.domain import AdapterId
from core.evaluation.blind import Answer, BlindTest, Question
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.words import say


def learn(desk: Desk) -> Job:
    """The job's result is a core.evaluation.learning.Learned; what it says is told to the user."""

    def work(hands: Hands) -> object:
        return desk.app.learning.run(hands.progress, hands.cancel)

    job = desk.run(say("Learning your style"), Lane.LEARN, work, Changed.RULES | Changed.LEARNING)
    job.done.connect(lambda learned: desk.told.emit(" ".join(learned.sentences)))
    return job


def evaluate(desk: Desk) -> Job:
    """Writes drafts with and without the rules for mail that was answered; the job's result is a
    core.evaluation.evaluating.Evaluation."""

    def work(hands: Hands) -> object:
        return desk.app.comparing.mail(hands.progress, hands.cancel)

    return desk.run(say("Comparing drafts with your own replies"), Lane.LEARN, work, Changed.LEARNING)


def use_adapter(desk: Desk, *, adapter: AdapterId) -> Job:
    def work(_: Hands) -> None:
        desk.app.learning.use(adapter)

    return desk.run(say("Changing what was learned"), Lane.STORE, work, Changed.LEARNING)


def lay_out_blind(desk: Desk) -> Job:
    """Drafts with and without the user's rules, to choose between; the job's result is a BlindTest."""

    def work(_: Hands) -> object:
        return desk.app.comparing.blind_test()

    return desk.run(say("Laying out the drafts"), Lane.LOOK, work)


def answer_blind(desk: Desk, *, test: BlindTest, question: Question, said: Answer) -> Job:
    """Keeps which draft sounded like the user."""
    return desk.run(
        say("Keeping your answer"), Lane.STORE, lambda _: test.answer(question, said), Changed.LEARNING
    )
