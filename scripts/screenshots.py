"""Draws every screen of the window, light and dark, into docs/screenshots: `python scripts/screenshots.py
[HOME]`. HOME is kept between runs; a new one gets the sample mailbox, learning and an evaluation first,
which takes a few minutes."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.app import App
from core.domain import Draft, Rule
from core.models.budget import Used
from core.store.paths import Profile
from core.store.settings import Cloud
from core.tasks import CancelToken, Progress
from desktop.care.account_dialog import AccountDialog
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.desk import Desk
from desktop.first_run.setup import ASKED
from desktop.learning.blind import BlindDialog
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.replies.first_request import FirstRequest
from desktop.rules.dialog import RuleDialog
from desktop.screenshot import off_screen, picture, picture_of_dialog

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
NOTES = "yes, Thursday at 3 pm"
PASSPHRASE = "a passphrase for pictures"  # noqa: S105 - of a made-up person's mailbox
OWN = ("jo@harbour.example", "office@harbour.example")
TERMS = Cloud(
    True, base_url="https://api.service.example/v1", model="large-1", accounts=OWN[1:], words=("Falcon",)
)


def main() -> None:
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    off_screen()
    FOLDER.mkdir(parents=True, exist_ok=True)
    empty = App.open(Profile(Path(tempfile.mkdtemp())), PASSPHRASE, "the pictures")
    _both(empty, "first-run", lambda _window: None)
    empty.close()
    app = App.open(Profile(home), PASSPHRASE, "the pictures")
    if not app.accounts.all():
        _fill(app)
    try:
        _screens(app)
    finally:
        app.close()


def _fill(app: App) -> None:
    desk = Desk(app)
    mail.serve_sample(desk, app)
    app.mail.sync(Progress(), CancelToken())
    app.learning.run(Progress(), CancelToken())
    app.comparing.mail(Progress(), CancelToken())
    desk.stop_servers()


def _screens(app: App) -> None:
    other, _, message = (one.id for one in app.mail.waiting(3))
    _both(app, "replies", lambda window: window.replies.show_message(other))  # no draft is kept for it
    draft = app.drafts.write(message, notes=NOTES)
    plain = app.drafts.zero_shot(message, notes=NOTES)
    _both(app, "draft", _with_draft(message, draft, None))
    _both(app, "compare", _with_draft(message, draft, plain.text))
    _both(app, "new-mail", _new_mail)
    for name in ("rules", "learning", "models", "accounts", "privacy", "appearance", "about"):
        _both(app, name, lambda window, name=name: window.show_screen(getattr(window, name)))
    for step in ASKED:
        _both(app, f"first-run-{step.value}", lambda window, step=step: window.set_up(step))
    for name, make in (
        ("add-account", lambda window: AccountDialog(window.desk, window)),
        ("never-read", _second_step),
        ("use-service", lambda window: CloudDialog(window.models, OWN)),
        ("service-terms", lambda window: TermsDialog(window.models, TERMS, Used(12, 9_400), OWN)),
        ("first-request", _first_request),
        ("add-rule", lambda window: RuleDialog(window.rules)),
        ("merge-rules", lambda window: RuleDialog(window.rules, merged=_alike(app))),
        ("blind-test", lambda window: BlindDialog(window.desk, app.comparing.blind_test(), window)),
    ):
        for dark in (False, True):
            _save(picture_of_dialog(app, make, dark=dark), name, dark)


def _alike(app: App) -> list[Rule]:
    """Greetings the rule book holds, to make one of."""
    return [one for one in app.rules.all() if one.trait == "greeting"][:3]


def _with_draft(message: object, draft: Draft, zero_shot: str | None) -> Callable[[MainWindow], None]:
    return lambda window: window.replies.show_draft(message, NOTES, draft, zero_shot)


def _new_mail(window: MainWindow) -> None:
    pane = window.replies
    pane.new_mail()
    pane.head.to.setText("Ingrid Vale <ingrid@vale.example>")
    pane.head.subject.setText("The lease")
    pane.composer.notes.setPlainText("ask whether Friday at 10 suits her")


def _first_request(window: MainWindow) -> FirstRequest:
    app = window.desk.app
    text = app.drafts.preview(app.mail.waiting(1)[0].id, NOTES)
    return FirstRequest(window, "large-1 (api.service.example)", text)


def _second_step(window: MainWindow) -> AccountDialog:
    dialog = AccountDialog(window.desk, window)
    dialog.next.setEnabled(True)
    dialog.next.click()
    return dialog


def _both(app: App, name: str, arrange: Callable[[MainWindow], None]) -> None:
    for dark in (False, True):
        _save(picture(app, arrange, dark=dark), name, dark)


def _save(image: object, name: str, dark: bool) -> None:
    image.save(str(FOLDER / f"{name}{'-dark' if dark else ''}.png"))


if __name__ == "__main__":
    main()
