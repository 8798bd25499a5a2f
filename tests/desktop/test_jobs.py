"""Threads and their owner: order, side by side, progress, cancel, errors, and the end."""

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from core.errors import MailError
from core.tasks import Step
from desktop.jobs import Hands, Jobs, Lane


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.close(3)


def until_cancelled(hands: Hands) -> None:
    for done in range(10_000):
        hands.cancel.check()
        hands.progress.update("counting", done, 10_000)
        time.sleep(0.002)


def test_work_runs_off_the_main_thread_and_reports_on_it(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[tuple[str, object]] = []
    main = threading.get_ident()

    def work(hands: Hands) -> int:
        hands.text("a")
        hands.text("b")
        hands.progress.update("reading", 1, 2)
        return threading.get_ident()

    job = jobs.start("x", Lane.WRITE, work)
    job.texted.connect(lambda text: seen.append((text, threading.get_ident())))
    job.progressed.connect(lambda step: seen.append((step.stage, threading.get_ident())))
    with qtbot.waitSignal(job.done) as done:
        pass
    assert done.args is not None
    assert done.args[0] != main
    assert seen == [("a", main), ("b", main), ("reading", main)]


def test_cancel_stops_within_a_second_and_is_no_failure(qtbot: QtBot, jobs: Jobs) -> None:
    job = jobs.start("x", Lane.LEARN, until_cancelled)
    failures: list[object] = []
    job.failed.connect(failures.append)
    with qtbot.waitSignal(job.progressed):
        pass
    with qtbot.waitSignals([job.cancelled, job.ended], timeout=1000, order="strict"):
        job.cancel()
    assert failures == []
    assert jobs.running == ()


def test_progress_is_thinned_but_its_end_is_told(qtbot: QtBot, jobs: Jobs) -> None:
    steps: list[Step] = []

    def work(hands: Hands) -> None:
        for done in range(1, 5001):
            hands.progress.update("counting", done, 5000)

    job = jobs.start("x", Lane.MAIL, work)
    job.progressed.connect(steps.append)
    with qtbot.waitSignal(job.ended):
        pass
    assert steps[-1].done == 5000
    assert len(steps) < 500


def test_one_lane_runs_in_order_and_two_side_by_side(qtbot: QtBot, jobs: Jobs) -> None:
    order: list[str] = []
    free = threading.Event()

    def first(_: Hands) -> None:
        assert free.wait(5)  # another lane sets it: they would deadlock if lanes shared a thread
        order.append("first")

    jobs.start("a", Lane.MAIL, first)
    second = jobs.start("b", Lane.MAIL, lambda _: order.append("second"))
    jobs.start("c", Lane.STORE, lambda _: free.set())
    with qtbot.waitSignal(second.ended):
        pass
    assert order == ["first", "second"]


def test_a_job_cancelled_while_it_waits_never_runs(qtbot: QtBot, jobs: Jobs) -> None:
    ran: list[int] = []
    first = jobs.start("a", Lane.LEARN, until_cancelled)
    second = jobs.start("b", Lane.LEARN, lambda _: ran.append(1))
    second.cancel()
    with qtbot.waitSignal(second.cancelled):
        first.cancel()
    assert ran == []


def test_an_error_reaches_the_window_as_it_is(qtbot: QtBot, jobs: Jobs) -> None:
    def work(_: Hands) -> None:
        raise MailError("The mail server cannot be reached; check the network and try again.")

    job = jobs.start("x", Lane.MAIL, work)
    with qtbot.waitSignal(job.failed) as failed:
        pass
    assert failed.args is not None
    assert isinstance(failed.args[0], MailError)


def test_closing_cancels_all_and_ends_the_threads(qtbot: QtBot) -> None:
    jobs = Jobs()
    for lane in Lane:
        jobs.start("x", lane, until_cancelled)
    qtbot.wait(50)
    start = time.monotonic()
    assert jobs.close(3)
    assert time.monotonic() - start < 1
    assert all(thread.isFinished() for thread in jobs.findChildren(QThread))
