"""A message that is open is prepared for, through the real engine and a real profile: its draft then begins
with everything read, is the same as without, and nothing kept outlives what it was read from."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.app import App
from core.demo import throwaway
from core.domain import Address
from core.drafting.write import READING, RULES
from core.errors import Cancelled
from core.sample.mailbox import make_mailbox
from core.tasks import CancelToken, Progress, Step


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with throwaway(make_mailbox(3, replies=12, unread=4)) as opened:
        opened.mail.sync(Progress(), CancelToken())
        yield opened


def read_at_first(steps: list[Step]) -> tuple[int, int]:
    """How much of the prompt was in the cache when reading began, and how long it is."""
    first = next(step for step in steps if step.stage == READING)
    return first.done, first.total


def drafted(app: App, number: int, notes: str = "") -> tuple[str, int, int]:
    steps: list[Step] = []
    message = app.mail.waiting()[number].id
    text = app.drafts.write(message, notes=notes, progress=Progress(steps.append)).text
    return text, *read_at_first(steps)


def test_a_prepared_draft_finds_all_read_and_is_the_same(app: App) -> None:
    cold, cached, total = drafted(app, 0)
    assert cached < total / 2
    drafted(app, 1)  # something else in between
    steps: list[Step] = []
    assert app.drafts.prepare(app.mail.waiting()[0].id, progress=Progress(steps.append))
    assert steps[-1].stage == READING
    assert steps[-1].done == steps[-1].total
    warm, cached, total = drafted(app, 0)
    assert cached == total
    assert warm == cold


def test_other_notes_read_the_end_of_the_prompt_alone(app: App) -> None:
    app.drafts.prepare(app.mail.waiting()[0].id)
    _, cached, total = drafted(app, 0, "no; on Thursday at 10")
    assert total * 0.5 < cached < total


def test_preparing_gives_way_to_a_draft(app: App) -> None:
    """However far it came."""
    for pause in (0.0, 0.02, 0.1):
        results: list[bool] = []
        thread = threading.Thread(target=lambda: results.append(app.drafts.prepare(app.mail.waiting()[2].id)))  # noqa: B023
        thread.start()
        threading.Event().wait(pause)
        assert app.drafts.write(app.mail.waiting()[3].id).text
        thread.join()
        assert len(results) == 1


def test_preparing_can_be_cancelled(app: App) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        app.drafts.prepare(app.mail.waiting()[1].id, cancel=cancel)


def test_what_is_kept_goes_with_what_it_was_read_from(app: App) -> None:
    """A rule switched off after preparing is not written by, and a person forgotten is in no prompt."""
    target = app.mail.waiting()[0]
    app.drafts.prepare(target.id)
    before = app.drafts.write(target.id).rules
    gone = next(rule for rule in before if rule.rule is not None)
    assert gone.rule is not None
    app.rules.turn_off(gone.rule)
    app.drafts.prepare(target.id)
    assert gone.line not in {rule.line for rule in app.drafts.write(target.id).rules}

    known = next(one for one in app.mail.waiting() if one.mail.sender.domain != target.mail.sender.domain)
    app.drafts.prepare(target.id)
    app.forgetting.person(known.mail.sender.email)
    assert known.mail.sender.email not in app.drafts.preview(target.id)


def test_what_of_a_long_mail_was_not_read_is_told(app: App, tmp_path: Path) -> None:
    mail = tmp_path / "long.eml"
    mail.write_text(f"From: Ann <ann@x.example>\nSubject: Long\n\n{'We need the crates soon. ' * 200}\n")
    told = app.drafts.write(mail).notices
    assert "words of the mail itself" in told[0]
    assert app.drafts.write(app.mail.waiting()[0].id).notices == ()


def test_a_new_mail_is_prepared_too(app: App) -> None:
    steps: list[Step] = []
    assert app.drafts.prepare(
        Address("", "new@somewhere.example"), notes="hello", progress=Progress(steps.append)
    )
    assert RULES not in {step.stage for step in steps}  # there is no agent yet
