"""A name and number planted in the mail to one person stay there: neither the rules nor what a model is shown
or writes for anybody else hold them. The benchmark `canary` does the same with a trained agent, over 200
drafts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.app import App
from core.domain import Address, Context, Incoming, RuleLine
from core.drafting.book import Rules
from core.privacy.keychain import open_keychain
from core.store.opening import open_database
from core.store.paths import Profile
from core.tasks import CancelToken, Progress
from tests.canary import FIRST, LAST, NUMBER, Planted, leaks, plant, to_others, write_mbox

DRAFTS = 6
PASSPHRASE = "a passphrase of the tests"


@pytest.fixture(scope="module")
def planted() -> Planted:
    return plant(3, replies=70)


@pytest.fixture(scope="module")
def home(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with that mail."""
    folder = tmp_path_factory.mktemp("canary")
    write_mbox(planted, folder / "mail.mbox")
    app = App.open(Profile(folder / "profile"), PASSPHRASE, "a test")
    app.mail.import_path(folder / "mail.mbox", Progress(), CancelToken(), own=planted.user.email)
    app.close()
    return folder / "profile"


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    opened = App.open(Profile(home), PASSPHRASE, "a test")
    yield opened
    opened.close()


def test_it_was_planted_where_the_person_is_concerned(planted: Planted, app: App) -> None:
    holding = [one for one in app.mail.search(LAST, 500) if leaks([f"{one.mail.subject}\n{one.mail.text}"])]
    assert len(holding) >= 8
    assert all(planted.person in (one.mail.sender, *one.mail.to) for one in holding)


def test_no_rule_holds_it(app: App) -> None:
    rules = app.rules.all()
    assert len(rules) > 10
    assert leaks(f"{rule.sentence}\n{rule.value}" for rule in rules) == []


def test_nothing_shown_or_written_for_others_holds_it(planted: Planted, app: App, tmp_path: Path) -> None:
    file = tmp_path / "asked.eml"
    for _, mail in to_others(planted, DRAFTS):
        file.write_bytes(mail.as_bytes())
        assert leaks([app.drafts.preview(file)]) == []
        assert leaks([app.drafts.write(file).text]) == []


def test_an_agent_that_remembers_it_is_not_heeded(planted: Planted, home: Path) -> None:
    lines = (
        RuleLine("thanks", f"Thank {FIRST} first."),
        RuleLine("greeting", f'Open with "Hi {FIRST},".'),
        RuleLine("sign_off", f'Sign off with "Yours, {LAST},".'),
        RuleLine("lists", f"Use no list, and quote {NUMBER}."),
        RuleLine("contractions", "Use contractions."),
    )
    other = Address("Ida Voss", "ida@voss.example")
    with open_database(Profile(home), open_keychain(home, PASSPHRASE)) as database:
        rules = Rules(database).merge(Context(Incoming(other, planted.user, "Plan", "Fine?")), lines)
    assert leaks(rule.line.sentence for rule in rules) == []
    assert RuleLine("contractions", "Use contractions.") in [rule.line for rule in rules]
