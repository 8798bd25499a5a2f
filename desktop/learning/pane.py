"""Learning: what runs now and how long it takes, how it went, how near drafts come to the user, every
adapter with its scores, and the blind test."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core.domain import Adapter
from core.evaluation.blind import BlindTest
from core.evaluation.evaluating import Evaluation
from core.evaluation.learning import Standing
from core.tasks import Step
from desktop import words
from desktop.desk import Changed, Desk
from desktop.jobs import Job, Lane
from desktop.learning.adapters import ADAPTER_ROLE, AdaptersModel
from desktop.learning.blind import BlindDialog
from desktop.learning.chart import LossChart, load_library
from desktop.learning.likeness import Likeness
from desktop.operations import learning as operations
from desktop.parts import ActionButton, card, command, heading, label, page, row
from desktop.screen import Screen
from desktop.table import Table
from desktop.theme import SPACE
from desktop.words import in_window, say


class LearningPane(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.LEARNING | Changed.MESSAGES | Changed.MODELS)
        self._job: Job | None = None
        self.model = AdaptersModel()
        self.chart = LossChart(self._load_chart)
        self.likeness = Likeness()
        self.state = label(size=1.1)
        self.said = label(role="warn")
        self.stage = label(bold=True)
        self.told = label(role="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Progress of learning"))
        self.compared = label(role="muted")
        self.blind_told = label(role="muted")
        self._make_commands()
        self._make_table()
        self._lay_out()
        desk.jobs.started.connect(self._on_started)
        self._refresh()

    def _make_commands(self) -> None:
        self.go_action = command(
            self, say("Learn"), self.learn, symbol="learn", shortcut="Ctrl+Return",
            hint=say("Learn your style from the replies you have sent"),
        )  # fmt: skip
        self.stop_action = command(
            self, say("Pause"), self.stop, symbol="pause", shortcut="Esc",
            hint=say("What is done so far is kept; Learn goes on from there"),
        )  # fmt: skip
        self.compare_action = command(
            self, say("Compare drafts"), self.compare, symbol="compare", shortcut="Ctrl+D",
            hint=say("Write drafts with and without your rules for mail you have answered, and compare them"),
        )  # fmt: skip
        self.blind_action = command(
            self, say("Blind test …"), self.blind, symbol="blind", shortcut="Ctrl+B",
            hint=say("Choose between two drafts without knowing which is which"),
        )  # fmt: skip
        self.use_action = command(
            self, say("Use this one"), self.use, symbol="takeback", shortcut="Ctrl+U",
            hint=say("Let the chosen one guide your drafts; also the way back to an earlier one"),
        )  # fmt: skip

    def _make_table(self) -> None:
        self.table = Table(self.model, say("What was learned"))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())

    def _lay_out(self) -> None:
        about = say(
            "Longhand makes examples of replies you have sent, trains a small agent on them on this machine, "
            "and uses it only if drafts come nearer to you."
        )
        whole = page(self, say("Learning"), about)
        whole.addWidget(self._now())
        columns = QHBoxLayout()
        columns.setSpacing(SPACE * 2)
        columns.addWidget(self._nearness(), 1)
        columns.addWidget(_titled(say("The last run"), self.chart), 1)
        whole.addLayout(columns)
        line = row(heading(say("What was learned so far")), 1, ActionButton(self.use_action))
        self.shelf = QWidget()
        below = QVBoxLayout(self.shelf)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(SPACE)
        below.addLayout(line)
        below.addWidget(self.table, 1)
        whole.addWidget(self.shelf, 1)
        whole.addStretch(0)

    def _now(self) -> QFrame:
        made, column = card()
        line = row(self.state, ActionButton(self.go_action, primary=True))
        line.setStretch(0, 1)
        column.addLayout(line)
        self.running = QWidget()
        inside = QVBoxLayout(self.running)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE)
        inside.addWidget(self.stage)
        inside.addWidget(self.bar)
        foot = row(self.told, ActionButton(self.stop_action))
        foot.setStretch(0, 1)
        inside.addLayout(foot)
        column.addWidget(self.running)
        column.addWidget(self.said)
        return made

    def _nearness(self) -> QFrame:
        made, column = card()
        column.addWidget(heading(say("How near drafts come to you")))
        column.addWidget(self.likeness)
        column.addWidget(self.compared)
        column.addStretch(1)
        column.addWidget(self.blind_told)
        column.addLayout(row(ActionButton(self.compare_action), ActionButton(self.blind_action), 1))
        return made

    # What the user does

    def learn(self) -> None:
        """Starts learning, or goes on, after what the user should know first."""
        told = in_window(self._desk.app.learning.before())
        if not told:
            operations.learn(self._desk)
            return
        box = QMessageBox(QMessageBox.Icon.Information, "Longhand", told, parent=self.window())
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Learn"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(say("Not now"), QMessageBox.ButtonRole.RejectRole)
        box.accepted.connect(lambda: operations.learn(self._desk))
        box.open()

    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.stop_action.setEnabled(False)
            self.bar.setRange(0, 0)
            self.told.setText(say("Stopping …"))

    def compare(self) -> None:
        operations.evaluate(self._desk)

    def use(self) -> None:
        adapter = self.selected
        if adapter is not None:
            operations.use_adapter(self._desk, adapter=adapter.id)

    def blind(self) -> None:
        job = operations.lay_out_blind(self._desk)
        job.done.connect(self._open_blind)

    def _load_chart(self, then: Callable[[], None]) -> None:
        job = self._desk.run(say("Drawing the curve"), Lane.LOOK, lambda _: load_library())
        job.done.connect(lambda _: then())

    def _open_blind(self, test: BlindTest) -> None:
        dialog = BlindDialog(self._desk, test, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # What the screen shows

    @property
    def selected(self) -> Adapter | None:
        rows = self.table.selectionModel().selectedRows()
        return rows[0].data(ADAPTER_ROLE) if rows else None

    def reload(self) -> None:
        app = self._desk.app
        standing, adapters, made = app.learning.standing(), app.learning.adapters(), app.comparing.last()
        self.model.show_adapters(adapters)
        if self.model.rowCount():
            self.table.selectRow(0)
        if self._job is None or not self.chart.losses:
            self.chart.show_course(standing.losses, standing.checks)
        self.state.setText(self._state(standing, adapters))
        self.go_action.setText(say("Go on learning") if standing.begun else say("Learn"))
        self.said.setText("\n".join(in_window(one) for one in standing.said[1:]))  # the first is the verdict
        self.said.setVisible(len(standing.said) > 1)
        self._show_evaluation(made)
        self.shelf.setVisible(bool(adapters))
        self._refresh()

    def retint(self) -> None:
        self.chart.retint()
        if self.model.rowCount():
            self.model.show_adapters(self._desk.app.learning.adapters())

    def _state(self, standing: Standing, adapters: Sequence[Adapter]) -> str:
        if standing.begun:
            return say("Learning was begun and goes on from where it stopped.")
        if again := self._desk.app.learning.again():
            return in_window(again)
        if standing.said:
            return in_window(standing.said[0])
        if adapters:
            return say("There is nothing new to learn from yet.")
        if not standing.exchanges:
            return say(
                "There are no replies of yours to learn from yet: add an account or import mail first."
            )
        return say("{0} replies of yours can be learned from. Nothing is learned yet.").format(
            standing.exchanges
        )

    def _show_evaluation(self, made: Evaluation | None) -> None:
        self.likeness.setVisible(made is not None)
        self.blind_action.setEnabled(made is not None)
        self.blind_told.hide()
        if made is None:
            self.compared.setText(
                say("Compare drafts writes replies with and without your rules, and shows which come nearer.")
            )
            return
        self.likeness.show_evaluation(made)
        scale = say("0 is another person’s reply, 10 another of your own; measured on {0} mails.")
        self.compared.setText(f"{self.likeness.told} {scale.format(made.gate.count)}".strip())
        for one in self._desk.app.comparing.blind_results():
            if one.second == "zero_shot":
                told = say("Without knowing, you chose your rules {0} times, the plain draft {1} times.")
                self.blind_told.setText(told.format(one.wins, one.losses))
                self.blind_told.show()

    def _on_started(self, job: Job) -> None:
        if job.lane is not Lane.LEARN:
            return
        self._job = job
        self.stage.setText(job.title)
        self.told.setText(say("Starting …"))
        self.bar.setRange(0, 0)
        self.stop_action.setEnabled(True)
        job.progressed.connect(self._on_step)
        job.ended.connect(self._on_ended)
        self._refresh()

    def _on_step(self, step: Step) -> None:
        if self._job is None or self._job.token.cancelled:
            return
        if step.checked is not None:
            self.chart.add_check(step.done, step.checked)
        elif step.stage == "training" and step.loss is None:  # it begins, or goes on from a checkpoint
            self.chart.back_to(step.done)
        if step.loss is not None:
            self.chart.add(step.loss)
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        count = say("{0} of {1}").format(step.done, step.total) if step.total else ""
        told = (step.stage[:1].upper() + step.stage[1:], count, words.time_left(step.left))
        self.told.setText(" · ".join(part for part in told if part))

    def _on_ended(self) -> None:
        self._job = None
        self._refresh()

    def _refresh(self) -> None:
        busy = self._job is not None
        some = bool(self._desk.app.accounts.all())
        self.running.setVisible(busy)
        self.state.setVisible(not busy)
        self.go_action.setVisible(not busy)
        self.go_action.setEnabled(some and not busy)
        self.stop_action.setVisible(busy)
        self.compare_action.setEnabled(some and not busy)
        adapter = self.selected
        self.use_action.setEnabled(adapter is not None and not adapter.live)


def _titled(title: str, widget: QWidget) -> QFrame:
    made, column = card()
    column.addWidget(heading(title))
    column.addWidget(widget, 1)
    return made
