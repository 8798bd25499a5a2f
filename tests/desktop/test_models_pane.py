"""Models and services: got, chosen, their terms kept, and deleted, against a real hub."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from core.errors import ModelError
from core.store.settings import Cloud
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.desk import Changed
from desktop.main_window import MainWindow
from tests.desktop.conftest import OpenWindow, press_in
from tests.failing_card import failing_card
from tests.hub import FILE, REPO, Fault, StandIn, stand_in
from tests.tiny_models import write_model

LEFT = Qt.MouseButton.LeftButton
NAME = f"{REPO}:{FILE}"
LONG_MS = 60_000


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[StandIn]:
    with stand_in(write_model(tmp_path / "tiny.gguf").read_bytes()) as hub:
        yield hub


def test_a_model_is_got_paused_gone_on_with_used_and_deleted(
    qtbot: QtBot, open_window: OpenWindow, synced_home: Path, tmp_path: Path, hub: StandIn
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(synced_home, home)
    (home / "settings.toml").write_text(f'[download]\nhub = "{hub.url}"\n')
    window = open_window(home)
    window.show_models.trigger()
    pane = window.models
    qtbot.waitUntil(lambda: "mini-large" in pane.cards, timeout=LONG_MS)
    assert pane.cards["mini-large"].use.isHidden()

    def writes() -> str:
        return next(one.name for one in pane.entries if one.in_use)

    hub.faults.append(Fault(wait=0.2))
    pane.get(NAME)
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is not None, timeout=LONG_MS)
    box = pane.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "its licence, says its page, is 'mit'" in box.text()
    press_in(box, "Get it")
    qtbot.waitUntil(lambda: len(window.job_bar.rows) == 1)
    row = next(iter(window.job_bar.rows.values()))
    qtbot.waitUntil(lambda: "Downloading" in row.told.text(), timeout=LONG_MS)
    QTest.mouseClick(row.cancel, LEFT)
    qtbot.waitUntil(lambda: not window.desk.jobs.running, timeout=LONG_MS)
    assert FILE not in pane.cards

    hub.faults.clear()
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is None)
    pane.get(NAME)
    qtbot.waitUntil(lambda: pane.findChild(QMessageBox) is not None, timeout=LONG_MS)
    press_in(pane.findChild(QMessageBox), "Get it")
    qtbot.waitUntil(lambda: FILE in pane.cards, timeout=LONG_MS)

    assert {one.text() for one in pane.use_menu.actions()} >= {FILE}
    assert "mini-large" not in {one.text() for one in pane.use_menu.actions()}  # it writes
    assert {one.text() for one in pane.delete_menu.actions()} == {FILE}
    assert FILE not in {one.text() for one in pane.get_menu.actions()}
    [use] = [one for one in pane.use_menu.actions() if one.text() == FILE]
    use.trigger()
    qtbot.waitUntil(lambda: writes() == FILE, timeout=LONG_MS)
    assert pane.cards[FILE].remove.isHidden()
    QTest.mouseClick(pane.cards["mini-large"].use, LEFT)
    qtbot.waitUntil(lambda: writes() == "mini-large", timeout=LONG_MS)
    QTest.mouseClick(pane.cards[FILE].remove, LEFT)
    press_in(pane.findChild(QMessageBox), "Delete")
    qtbot.waitUntil(lambda: FILE not in pane.cards, timeout=LONG_MS)


def test_a_service_writes_and_privacy_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.show_models.trigger()
    window.models.choose_cloud()
    dialog = window.models.findChild(CloudDialog)
    assert isinstance(dialog, CloudDialog)
    assert not dialog.ok.isEnabled()
    for field, text in ((dialog.url, "https://api.example.com/v1"), (dialog.model, "big"), (dialog.key, "k")):
        field.setText(text)
    QTest.mouseClick(dialog.ok, LEFT)
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "big (api.example.com)")
    window.show_privacy.trigger()
    assert "big (api.example.com) writes your drafts" in window.privacy.where.text()


def test_a_service_is_chosen_by_its_name(qtbot: QtBot, window: MainWindow) -> None:
    def chosen(title: str, *given: tuple[str, str]) -> CloudDialog:
        window.models.choose_cloud()
        dialog = window.models.findChildren(CloudDialog)[-1]
        dialog.service.setCurrentIndex(dialog.service.findText(title))
        for field, text in given:
            getattr(dialog, field).setText(text)
        return dialog

    window.show_models.trigger()
    azure = chosen("Azure OpenAI", ("model", "m"), ("key", "k"))
    assert not azure.ok.isEnabled()  # it lacks the user's own name there
    azure.url.setText(azure.url.text().replace("RESOURCE", "firm"))
    assert azure.ok.isEnabled()
    azure.reject()
    assert not chosen("Mistral", ("model", "m")).ok.isEnabled()
    own = chosen("Ollama", ("model", "small"))  # which asks for no key
    assert own.ok.isEnabled()
    own.accept()
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "small (127.0.0.1)")
    chosen("Anthropic", ("model", "big"), ("key", "k")).accept()
    qtbot.waitUntil(lambda: window.desk.app.cloud.writer == "big (api.anthropic.com)")
    assert window.desk.app.cloud.now.service == "anthropic"


def test_the_terms_of_a_service_are_kept(qtbot: QtBot, window: MainWindow) -> None:
    app = window.desk.app
    window.show_models.trigger()
    qtbot.waitUntil(lambda: bool(window.models.cards), timeout=LONG_MS)
    assert not window.models.terms_action.isEnabled()
    app.models.use_cloud(Cloud(base_url="https://api.example.com/v1", model="big", words=("falcon",)), "k")
    window.desk.changed.emit(Changed.MODELS)
    qtbot.waitUntil(window.models.terms_action.isEnabled, timeout=LONG_MS)

    def dialog() -> TermsDialog:
        window.models.terms_action.trigger()
        return window.models.findChildren(TermsDialog)[-1]

    made = dialog()
    assert (made.on.isChecked(), made.redact.isChecked()) == (True, True)
    assert [box.isChecked() for box in made.boxes] == [True]
    assert made.requests.text() == "no limit"
    made.words.setPlainText("falcon\n\n Delta \nfalcon\n")
    made.requests.setValue(40)
    made.tokens.setValue(20_000)
    made.accept()
    qtbot.waitUntil(lambda: app.cloud.now.monthly_requests == 40)
    assert (app.cloud.now.words, app.cloud.now.monthly_tokens) == (("falcon", "Delta"), 20_000)
    made = dialog()
    made.on.setChecked(False)
    made.accept()
    qtbot.waitUntil(lambda: not app.cloud.now.enabled)
    with pytest.raises(ModelError, match="is off"):
        app.drafts.write(app.mail.waiting(1)[0].id)


def test_a_model_that_the_graphics_card_did_not_run_says_so(
    qtbot: QtBot, empty_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_card(monkeypatch, "load")
    own = write_model(tmp_path / "Own-8B.gguf")
    empty_window.desk.app.models.use(str(own))
    empty_window.show_models.trigger()
    pane = empty_window.models
    qtbot.waitUntil(lambda: "Own-8B.gguf" in pane.cards, timeout=LONG_MS)
    told = [one.text() for one in pane.cards["Own-8B.gguf"].findChildren(QLabel)]
    assert any("graphics card did not run Own-8B" in text and "processor" in text for text in told)
