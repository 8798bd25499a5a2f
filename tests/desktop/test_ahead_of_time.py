"""What is done in idle time for what may be asked for next, and shown before a service is sent anything."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain import Draft
from core.store.settings import Cloud
from desktop.jobs import Job
from desktop.main_window import MainWindow
from desktop.replies.first_request import FirstRequest
from tests.desktop.replying import finish
from tests.model_services import Service, openai_stream, serving

LEFT = Qt.MouseButton.LeftButton
WRITING_MS = 60_000


def test_a_message_that_is_open_is_prepared_for(qtbot: QtBot, window: MainWindow) -> None:
    seen: list[str] = []
    window.desk.jobs.started.connect(lambda job: seen.append(job.title))
    qtbot.waitUntil(lambda: "Reading ahead" in seen, timeout=WRITING_MS)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    composer = window.replies.composer
    told: list[str] = []
    composer.write_action.trigger()
    assert composer.sheet is not None
    assert composer.sheet.job is not None
    composer.sheet.job.progressed.connect(lambda step: told.append(f"{step.done} of {step.total}"))
    finish(qtbot, composer.sheet.job)
    done, total = told[0].split(" of ")
    assert done == total  # nothing was left to read


def test_replies_are_written_ahead_and_counted_once_they_are_seen(qtbot: QtBot, window: MainWindow) -> None:
    pane, app = window.replies, window.desk.app
    for row in range(2, pane.model.rowCount()):
        app.drafts.note_seen(pane.model.message(row).id, Draft("Yes."))  # so that two are left
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    first, second = pane.model.message(0).id, pane.model.message(1).id
    with qtbot.waitSignal(pane.ahead.ready, timeout=WRITING_MS) as ready:
        pane.ahead_action.trigger()
    assert ready.args == [2]
    assert app.drafts.ahead
    assert app.drafts.last(second) is None  # nobody has seen it
    pane.messages.setCurrentIndex(pane.model.index(1))
    assert pane.composer.draft.toPlainText()
    assert pane.chips.chips
    qtbot.waitUntil(lambda: app.drafts.last(second) is not None, timeout=WRITING_MS)
    assert app.drafts.last(first) is not None  # it was open
    pane.ahead_action.trigger()
    qtbot.waitUntil(lambda: not app.drafts.ahead)


def test_what_is_written_ahead_gives_way(qtbot: QtBot, window: MainWindow) -> None:
    pane = window.replies
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    pane.ahead.quiet_ms = 50
    begun: list[Job] = []
    window.desk.jobs.started.connect(begun.append)
    window.desk.app.drafts.set_ahead(True)
    pane.ahead.wake()
    qtbot.waitUntil(lambda: any(job.title == "Writing ahead" for job in begun), timeout=WRITING_MS)
    ahead = next(job for job in begun if job.title == "Writing ahead")
    pane.composer.write_action.trigger()
    assert ahead.token.cancelled
    assert pane.composer.sheet is not None
    finish(qtbot, pane.composer.sheet.job)
    assert pane.composer.sheet.draft is not None


@pytest.fixture
def service(window: MainWindow) -> Iterator[Service]:
    with serving("/v1/chat/completions", openai_stream) as served:
        terms = Cloud(base_url=f"{served.url}/v1", model="large-1")
        window.desk.app.models.use_cloud(terms, "a key")
        yield served


def test_the_exact_text_is_shown_before_the_first_request(
    qtbot: QtBot, window: MainWindow, service: Service
) -> None:
    composer = window.replies.composer
    composer.notes.setPlainText("yes, Thursday at 3 pm")

    def asked() -> FirstRequest:
        composer.write_action.trigger()
        qtbot.waitUntil(lambda: window.findChild(FirstRequest) is not None, timeout=WRITING_MS)
        found = window.findChild(FirstRequest)
        assert isinstance(found, FirstRequest)
        return found

    dialog = asked()
    shown = dialog.page.toPlainText()
    assert "Thursday at 3 pm" in shown
    QTest.mouseClick(dialog.decline, LEFT)
    qtbot.waitUntil(lambda: window.findChild(FirstRequest) is None)
    qtbot.waitUntil(lambda: window.desk.app.cloud.unseen)
    assert service.requests == []
    dialog = asked()  # once more: it was declined
    QTest.mouseClick(dialog.send, LEFT)
    qtbot.waitUntil(
        lambda: composer.sheet is not None and composer.sheet.draft is not None, timeout=WRITING_MS
    )
    assert [service.text(number) for number in range(len(service.requests))] == [shown]
    composer.again_action.trigger()
    assert composer.sheet is not None
    finish(qtbot, composer.sheet.job)
    assert len(service.requests) == 2
    assert window.findChild(FirstRequest) is None


def test_a_service_is_sent_nothing_in_idle_time(qtbot: QtBot, window: MainWindow, service: Service) -> None:
    window.desk.app.drafts.preview(window.replies.model.message(0).id)  # it counts as seen
    window.replies.ahead.quiet_ms = 50
    window.desk.app.drafts.set_ahead(True)
    window.replies.ahead.wake()
    window.replies.messages.setCurrentIndex(window.replies.model.index(1))
    qtbot.wait(1500)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=WRITING_MS)
    assert service.requests == []


def test_the_tray_tells_how_many_are_ready_and_no_word_of_them(qtbot: QtBot, window: MainWindow) -> None:
    told: list[str] = []
    window.tray.told.connect(told.append)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.replies.ahead.ready.emit(3)
    assert told == []  # the user is looking
    window.hide()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    window.replies.ahead.ready.emit(3)
    window.replies.ahead.ready.emit(1)
    assert told == ["3 replies are ready", "1 reply is ready"]
    window.show_about.trigger()
    window.tray.messageClicked.emit()
    assert window.screens.currentWidget() is window.replies
    assert window.isVisible()
