"""`longhand blind`: the person chooses between drafts without knowing which is which."""

import click
from rich.panel import Panel
from rich.text import Text

from core import messages
from core.cli.output import json_option, opened, remark, show, show_json
from core.cli.scores import wins_json, wins_table
from core.evaluation.blind import Answer, BlindTest, Question

_ANSWERS: dict[str, Answer] = {"1": "first", "2": "second", "t": "tie", "s": "skip"}
_QUIT = "q"


@click.command("blind")
@click.option("--against", default="zero_shot", help="Which drafts to set beside the guided ones.")
@click.option("--results", is_flag=True, help="Only show how the drafts fared.")
@json_option
def blind_command(against: str, results: bool, as_json: bool) -> None:
    """Choose between two drafts for your own newest mail. Each answer is kept; quit and go on whenever you
    like."""
    if as_json and not results:
        raise click.UsageError("--json goes with --results.")
    with opened("longhand blind") as app:
        test = app.comparing.blind_test(against)
        if not results:
            _sit(test)
    if results or not test.left:
        _tell(test, as_json)


def _sit(test: BlindTest) -> None:
    while question := test.question():
        _ask(question, test.count - test.left + 1, test.count)
        said = click.prompt(
            messages.learning.BLIND_QUESTION,
            type=click.Choice([*_ANSWERS, _QUIT]),
            show_choices=False,
            err=True,
        )
        if said == _QUIT:
            remark(messages.work.CANCELLED)
            return
        test.answer(question, _ANSWERS[said])


def _ask(question: Question, number: int, count: int) -> None:
    mail = question.exchange.incoming
    show("", f"{number} of {count}. {mail.sender.name or mail.sender.email}: {mail.subject}")
    for place, text in enumerate(question.drafts, 1):
        show(Panel(Text(text), title=str(place), title_align="left"))


def _tell(test: BlindTest, as_json: bool) -> None:
    found = test.results()
    if as_json:
        show_json(wins_json(found) | {"questions": test.count, "left": test.left})
        return
    show(wins_table([found], "Which sounds like you"))
    if test.left:
        remark(messages.learning.blind_left(test.left))
