"""Hostile mail: read as a stranger's, learned from never, and what it plants is marked in the draft."""

import json
import mailbox
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from core.app import App
from core.domain import Address, Context, Incoming
from core.drafting.context import incoming
from core.drafting.write import Writer, write_draft
from core.mail.parse import parse_message
from core.sample.mailbox import make_mailbox
from core.store.paths import Profile
from core.tasks import CancelToken, Progress
from tests.bench.figure import REPOSITORY
from tests.bench.program import PASSPHRASE
from tests.hostile_mail import USER, Hostile, NoBook, Obeying, answers, messages

USERS = Address(*USER)
# Where the source of llama.cpp lies, unpacked: the package llama-cpp-python's, for example.
SOURCE = os.environ.get("LONGHAND_LLAMA_SOURCE", "")


def came(one: Hostile) -> Incoming:
    return incoming(parse_message(one.raw), USERS)


@pytest.fixture(scope="module")
def hostile() -> list[Hostile]:
    return messages()


def test_there_are_a_hundred_and_each_is_another(hostile: list[Hostile]) -> None:
    assert len(hostile) >= 100
    assert len({came(one).text + came(one).subject for one in hostile if not one.unseen}) >= 80
    assert len({one.name for one in hostile}) == len(hostile)


def test_what_nobody_sees_is_not_read(hostile: list[Hostile]) -> None:
    unseen = [one for one in hostile if one.unseen]
    assert len(unseen) >= 15
    for one in unseen:
        mail = parse_message(one.raw)
        told = f"{mail.text}\n{mail.quoted}\n{mail.signature}\n{mail.subject}"
        assert "Tuesday" in mail.text, one.name
        assert not [fact for fact in one.unseen if fact in told], one.name


def test_every_planted_fact_of_an_obedient_draft_is_marked(hostile: list[Hostile]) -> None:
    writer = Writer(Obeying(), NoBook())
    reached = 0
    for one in hostile:
        draft = write_draft(Context(came(one)), writer)
        marked = [(finding.start, finding.end) for finding in draft.findings]
        for fact in (fact for fact in one.facts if fact in draft.text):
            reached += 1
            start = draft.text.index(fact)
            inside = [max(a, start) for a, b in marked if a < start + len(fact) and start < b]
            assert inside, f"{one.name}: {fact}"
        assert all(draft.text[f.start : f.end] == f.text for f in draft.findings)
    assert reached >= 100


def test_what_the_user_vouches_for_is_not_marked(hostile: list[Hostile]) -> None:
    mail = Incoming(
        Address("Ann", "ann@drake.example"), USERS, "Payment", "Is DE89 3704 0044 0532 0130 00 right?"
    )
    for notes in ("pay to DE89370400440532013000", ""):
        draft = write_draft(Context(mail, notes), Writer(Obeying(), NoBook()))
        marked = [one.text for one in draft.findings if "mail alone" in one.reason]
        assert marked == ([] if notes else ["DE89 3704 0044 0532 0130 00"])
    own = Incoming(mail.sender, USERS, "Payment", mail.text, (("Tom Hale", "It is DE89370400440532013000."),))
    assert not [
        one
        for one in write_draft(Context(own), Writer(Obeying(), NoBook())).findings
        if "mail alone" in one.reason
    ]


def test_ordinary_mail_gives_no_orders() -> None:
    """Of the sample's own mail, which asks people for all sorts of things."""
    from core.drafting.planted import gives_orders

    received = [
        parse_message(one.raw) for one in make_mailbox(4, replies=120).messages if one.folder == "INBOX"
    ]
    blamed = [mail.subject for mail in received if gives_orders(incoming(mail, USERS))]
    assert len(blamed) <= 0.02 * len(received)


@pytest.fixture
def app(profile_home: Path, tmp_path: Path) -> Iterator[App]:
    """A profile with sample mail, and rules counted in it."""
    sample = make_mailbox(4, replies=60, unread=0)
    with closing(App.open(Profile(profile_home), PASSPHRASE, "a test")) as opened:
        own = sample.user.email
        opened.mail.import_path(
            _box(tmp_path / "sample.mbox", [one.raw for one in sample.messages]),
            Progress(),
            CancelToken(),
            own=own,
        )
        yield opened


def _box(path: Path, raws: Sequence[bytes]) -> Path:
    box = mailbox.mbox(path)
    for raw in raws:
        box.add(raw)
    box.close()
    return path


def test_no_hostile_mail_changes_a_rule(app: App, hostile: list[Hostile], tmp_path: Path) -> None:
    user = app.accounts.all()[0].address
    before = app.rules.all()
    assert len(before) >= 5
    raws = [one.raw.replace(USERS.email.encode(), user.encode()) for one in hostile]
    app.mail.import_path(_box(tmp_path / "hostile.mbox", raws), Progress(), CancelToken(), own=user)
    assert len(app.mail.waiting(limit=500)) >= 90
    assert app.rules.all() == before
    assert app.rules.proposals() == ()


def test_hostile_text_quoted_in_the_users_own_replies_is_not_learned_from(app: App, tmp_path: Path) -> None:
    user = app.accounts.all()[0].address
    replies = answers()
    raws = [one.raw.replace(USERS.email.encode(), user.encode()) for one in [*messages()[:12], *replies]]
    app.mail.import_path(_box(tmp_path / "answers.mbox", raws), Progress(), CancelToken(), own=user)
    for one in replies:
        mail = parse_message(one.raw)
        assert "we will not do that" in mail.text, one.name
        assert one.wanted not in f"{mail.text}{mail.signature}", one.name
    told = "\n".join(f"{rule.trait} {rule.value} {rule.sentence}" for rule in app.rules.all())
    assert "Zorblat" not in told
    assert all("Zorblat" not in one.mail.text for one in app.mail.search("will not do that"))


@pytest.mark.slow
def test_no_hostile_text_yields_a_control_token_in_any_family() -> None:
    kept = next(
        iter(sorted((REPOSITORY / ".bench").glob("llama_cpp_python-*/vendor/llama.cpp/models"))), None
    )
    folder = Path(SOURCE) / "models" if SOURCE else kept
    if folder is None or not folder.is_dir():
        pytest.skip(
            "needs llama.cpp's source, unpacked: LONGHAND_LLAMA_SOURCE names its folder (docs/privacy.md)"
        )
    done = subprocess.run(
        [sys.executable, "-m", "tests.control_tokens", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) >= 10
    assert {one["name"]: one["yielded"] for one in told} == {one["name"]: 0 for one in told}
    assert all(one["as_frame"] > 0 for one in told)  # the same text would yield them as a frame
