"""What the tests of the Replies screen share: a reply that is saved, and what then lies in Drafts."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.jobs import Job
from desktop.main_window import MainWindow
from desktop.operations import mail
from desktop.replies.composer import Composer

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


def finish(qtbot: QtBot, job: Job | None) -> None:
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=WRITING_MS):
        pass


def serve(qtbot: QtBot, window: MainWindow) -> None:
    finish(qtbot, mail.resume_sample(window.desk))


def in_drafts(window: MainWindow) -> list[EmailMessage]:
    """What lies in the Drafts folder of the server, parsed."""
    app = window.desk.app
    with app.accounts.session(app.accounts.all()[0]) as session:
        folder = session.find("Drafts")
        assert folder
        session.examine(folder)
        raw = [one.raw for one in session.fetch(session.uids_after(0))]
    return [message_from_bytes(one, policy=default) for one in raw]  # type: ignore[misc]


def save(qtbot: QtBot, composer: Composer) -> None:
    composer.save_action.trigger()
    qtbot.waitUntil(lambda: composer.status.text() == "Saved to Drafts", timeout=20_000)
