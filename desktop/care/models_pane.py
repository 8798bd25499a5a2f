"""Models: what can write here, what is to be had, and which one does."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QInputDialog,
    QMessageBox,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core import messages
from core.models.choice import ModelEntry
from core.models.hub import HubFile
from core.tasks import Step
from desktop import words
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.terms_dialog import TermsDialog
from desktop.desk import Changed, Desk
from desktop.jobs import Job
from desktop.operations import models as operations
from desktop.parts import ActionButton, command, heading, label, page, press, row
from desktop.row_menu import RowMenu
from desktop.screen import Screen
from desktop.theme import SPACE
from desktop.words import say


class ModelsPane(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.MODELS)
        self._listed: tuple[ModelEntry, ...] = ()
        self.entries: tuple[ModelEntry, ...] = ()
        self.cards: dict[str, ModelCard] = {}
        self._getting: dict[str, Job] = {}
        own = command(self, say("Use a file …"), self.choose_file, symbol="folder", shortcut="Ctrl+O",
                      hint=say("Let a GGUF file of your own write"))  # fmt: skip
        cloud = command(self, say("Use a service …"), self.choose_cloud, symbol="privacy",
                        shortcut="Ctrl+Shift+U",
                        hint=say("Let a service write; it is sent your mail"))  # fmt: skip
        self.terms_action = command(
            self, say("Terms …"), self.show_terms, symbol="filter", shortcut="Ctrl+Shift+K",
            hint=say("For whose mail the service is used, without which words, and how much in a month"),
        )  # fmt: skip
        hub = command(self, say("Get another …"), self.get_named, symbol="get", shortcut="Ctrl+N",
                      hint=say("Download any GGUF of the hub by its name"))  # fmt: skip
        self.use_menu, self.get_menu, self.delete_menu = (
            RowMenu(self, one) for one in (say("Use"), say("Get"), say("Delete"))
        )
        about = say(
            "One of these writes your drafts. The built-in one is for trying Longhand out on short English "
            "mail; a real one takes a download, once."
        )
        whole = page(self, say("Models"), about)
        buttons = (hub, own, cloud, self.terms_action)
        whole.addLayout(row(*map(ActionButton, buttons), 1))
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole.addWidget(self._list, 1)

    def reload(self) -> None:
        """Looking at the machine takes a moment, so the list comes as a job's result."""
        operations.list_models(self._desk).done.connect(self.show_models)

    def show_models(self, entries: Sequence[ModelEntry]) -> None:
        self.terms_action.setEnabled(bool(self._desk.app.cloud.now.model))
        if tuple(entries) == self._listed:
            return
        self._listed = tuple(entries)
        self.entries = tuple(one for one in entries if one.role == "large")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(SPACE + 4)
        self.cards = {}
        learners = [one for one in entries if one.role == "small"]
        for one in (*self.entries, *learners):
            if one in learners[:1]:
                column.addSpacing(SPACE)
                column.addWidget(heading(say("What learns your style")))
            made = ModelCard(one, self)
            self.cards[one.name] = made
            if one.name in self._getting:
                made.follow(self._getting[one.name])
            column.addWidget(made)
        column.addStretch(1)
        self._list.setWidget(inner)
        self._fill_menus(entries)

    def _fill_menus(self, entries: Sequence[ModelEntry]) -> None:
        idle = [one for one in entries if not one.in_use]
        self.use_menu.show_rows({one.name: partial(self.use, one.name) for one in idle if one.is_here})
        missing = (one for one in entries if one.runs and not one.is_here)
        self.get_menu.show_rows({one.name: partial(self.get, one.name) for one in missing})
        files = (one for one in idle if one.where == "file")
        self.delete_menu.show_rows({one.name: partial(self.remove, one.name) for one in files})

    # What the user does

    def use(self, name: str) -> None:
        operations.use_model(self._desk, name=name)

    def get(self, name: str) -> None:
        """Asks the hub first; what it has, how large and under which licence, is for the user to accept."""
        if name in self.cards:
            self.cards[name].wait(say("Asking for it …"))
        job = operations.ask_model(self._desk, name=name)
        job.done.connect(lambda wanted: self._offer(name, wanted))
        job.failed.connect(lambda _error: self._rest(name))

    def get_named(self) -> None:
        told = say("The model’s name on the hub, as OWNER/NAME:FILE.gguf")
        name, agreed = QInputDialog.getText(self, say("Get another model"), told)
        if agreed and name.strip():
            self.get(name.strip())

    def remove(self, name: str) -> None:
        box = _question(self, say("Delete {0} from this machine?").format(name), say("Delete"))
        box.accepted.connect(lambda: operations.remove_model(self._desk, name=name))
        box.open()

    def choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, say("A model file"), "", say("Models (*.gguf)"))
        if path:
            self.use(path)

    def choose_cloud(self) -> None:
        dialog = CloudDialog(self, [one.address for one in self._desk.app.accounts.all()])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(
            lambda: operations.use_cloud(
                self._desk,
                url=dialog.url.text().strip(),
                model=dialog.model.text().strip(),
                key=dialog.secret,
                kind=dialog.known.kind,
                accounts=dialog.accounts,
            )
        )
        dialog.open()

    def show_terms(self) -> None:
        app = self._desk.app
        accounts = tuple(one.address for one in app.accounts.all())
        dialog = TermsDialog(self, app.cloud.now, app.cloud.service.used, accounts)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: operations.set_terms(self._desk, terms=dialog.terms))
        dialog.open()

    def _offer(self, name: str, wanted: HubFile) -> None:
        told = messages.models.offer(wanted.file, wanted.repo, wanted.host, wanted.size, wanted.licence)
        box = _question(self, told, say("Get it"))
        box.accepted.connect(lambda: self._get(name, wanted))
        box.rejected.connect(lambda: self._rest(name))
        box.open()

    def _get(self, name: str, wanted: HubFile) -> None:
        job = operations.get_model(self._desk, wanted=wanted)
        self._getting[name] = job
        job.ended.connect(lambda: self._getting.pop(name))
        if name in self.cards:
            self.cards[name].follow(job)

    def _rest(self, name: str) -> None:
        if name in self.cards:
            self.cards[name].rest()


class ModelCard(QFrame):
    """One model, and what can be done with it now."""

    def __init__(self, entry: ModelEntry, pane: ModelsPane) -> None:
        super().__init__()
        self.setObjectName("card")
        self._job: Job | None = None
        name = entry.name
        writes = entry.role == "large"
        hint = say("Let this model write from now on") if writes else say("Let learning build on this model")
        self.use = press(say("Use"), lambda: pane.use(name), hint=hint)
        self.get = press(say("Get …"), lambda: pane.get(name), hint=say("Download it, or the rest of it"))
        self.pause = press(say("Pause"), self._on_pause, hint=say("What has come is kept; Get goes on"))
        self.remove = press(
            say("Delete …"), lambda: pane.remove(name), hint=say("Delete it from this machine")
        )
        for one in (self.use, self.get, self.pause, self.remove):
            one.setAccessibleName(f"{one.text()} {name}")
        self.told = label(role="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Getting {0}").format(name))
        self._lay_out(entry)
        self._entry = entry
        self.rest()

    def _lay_out(self, entry: ModelEntry) -> None:
        title = label(entry.name, size=1.1, bold=True)
        title.setWordWrap(False)
        used = say("Writes now") if entry.role == "large" else say("Learns now")
        mark = label(used if entry.in_use else "", role="mark", size=0.92, bold=True)
        mark.setWordWrap(False)
        mark.setVisible(entry.in_use)
        pace = messages.models.pace(entry.words_per_second, entry.measured)
        line = row(title, mark, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        column.setSpacing(SPACE // 2)
        column.addLayout(line)
        fetched = say("A download of {0}.").format(entry.download) if entry.download else ""
        told = " ".join(part for part in (entry.told, fetched, pace) if part)
        column.addWidget(label(words.in_window(told), role="muted"))
        self.foot = QWidget()
        below = QVBoxLayout(self.foot)
        below.setContentsMargins(0, SPACE, 0, 0)
        below.addWidget(self.bar)
        buttons = row(self.use, self.get, self.pause, self.remove)
        buttons.addWidget(self.told, 1)
        below.addLayout(buttons)
        column.addWidget(self.foot)

    def rest(self) -> None:
        """As it is while nothing happens to it."""
        self._job = None
        there = self._entry.is_here
        self.foot.setVisible(not self._entry.in_use and (there or self._entry.runs))
        self.use.setVisible(there and not self._entry.in_use)
        self.get.setVisible(not there and self._entry.runs)
        self.get.setEnabled(True)
        self.remove.setVisible(self._entry.where == "file" and not self._entry.in_use)
        self.pause.hide()
        self.bar.hide()
        self.told.setText("")

    def wait(self, told: str) -> None:
        self.get.setEnabled(False)
        self.told.setText(told)

    def follow(self, job: Job) -> None:
        """Shows a download until it ends."""
        self._job = job
        self.get.hide()
        self.pause.setEnabled(True)
        self.pause.show()
        self.bar.setRange(0, 0)
        self.bar.show()
        job.progressed.connect(self._on_step)
        job.ended.connect(self.rest)

    def _on_step(self, step: Step) -> None:
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        count = say("{0} of {1}").format(words.size(step.done * 1e6), words.size(step.total * 1e6))
        self.told.setText(" · ".join(part for part in (count, words.time_left(step.left)) if part))

    def _on_pause(self) -> None:
        if self._job is not None:
            self.pause.setEnabled(False)
            self._job.cancel()


def _question(parent: QWidget, told: str, yes: str) -> QMessageBox:
    box = QMessageBox(QMessageBox.Icon.Question, "Longhand", told, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(say("Not now"), QMessageBox.ButtonRole.RejectRole))
    return box
