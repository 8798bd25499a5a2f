"""Has every child from now on stand on a machine whose graphics card fails: see cardless_child."""

import sys

import pytest

from core.engine import launch


def failing_card(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Every child from now on has a card that fails so."""
    command = [sys.executable, "-P", "-m", "tests.cardless_child", how]
    monkeypatch.setattr(launch, "command", lambda role, idle: [*command, role, f"{idle or 0:g}"])
