"""The pictures of the window that the demo and the documentation show."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.domain import AppliedRule, Draft, Finding, Kept, RuleLine
from desktop.screenshot import SIZE, picture_of_draft, save_draft_picture
from tests.desktop.conftest import open_app

TEXT = "Hi Ann,\n\nThursday works for me. Ingrid will join.\n\nBest,\nClara"


def test_a_draft_is_drawn_light_and_dark(qtbot: QtBot, synced_home: Path, tmp_path: Path) -> None:
    start = TEXT.index("Ingrid")
    draft = Draft(
        TEXT,
        (AppliedRule(RuleLine("greeting", "Start with Hi"), "agent", Kept.KEPT),),
        (Finding(start, start + 6, "Ingrid", "this name is not in the mail"),),
    )
    app = open_app(synced_home)
    try:
        message = app.mail.waiting(1)[0].id
        light = picture_of_draft(app, message, "yes", draft)
        dark = picture_of_draft(app, message, "yes", draft, zero_shot="Dear Ann, yes.", dark=True)
        assert save_draft_picture(app, message, "yes", draft, tmp_path / "window.png")
        assert not save_draft_picture(app, message, "yes", draft, tmp_path / "no" / "where.png")
    finally:
        app.close()
    assert light.size() == dark.size() == SIZE * light.devicePixelRatio()
    assert light.pixelColor(5, 400).lightness() > 200
    assert dark.pixelColor(5, 400).lightness() < 60
    assert (tmp_path / "window.png").stat().st_size > 10_000
