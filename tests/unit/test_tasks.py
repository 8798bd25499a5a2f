"""Waiting: who holds work up, and how it goes on."""

import threading
from types import SimpleNamespace

import psutil
import pytest

from core.errors import Cancelled
from core.models.hardware import on_battery
from core.tasks import CancelToken, Pause


def test_reasons_come_and_go() -> None:
    looked = ["no power"]
    pause = Pause(lambda: looked[0])
    assert pause.reason == "no power"
    with pause.hold("a draft"), pause.hold("a draft"):
        assert pause.reason == "a draft"
    looked[0] = ""
    assert pause.reason == ""


def test_it_waits_until_the_last_reason_is_gone() -> None:
    pause, told, entered, leave = Pause(), list[str](), threading.Event(), threading.Event()

    def hold() -> None:
        with pause.hold("a draft"):
            entered.set()
            leave.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(5)

    def hear(reason: str) -> None:
        told.append(reason)
        leave.set()

    pause.wait(hear)
    holder.join()
    assert told == ["a draft"]


def test_a_wait_can_be_broken_off() -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        Pause(lambda: "no power").wait(lambda _reason: cancel.cancel(), cancel)


@pytest.mark.parametrize(("plugged", "waits"), [(True, False), (False, True), (None, False), ("none", False)])
def test_a_battery_counts_only_where_there_is_one_in_use(
    monkeypatch: pytest.MonkeyPatch, plugged: object, waits: bool
) -> None:
    """psutil gives None for a machine without one, and None for what it cannot tell of one."""
    battery = None if plugged == "none" else SimpleNamespace(power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert on_battery() is waits
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)
    assert not on_battery()
