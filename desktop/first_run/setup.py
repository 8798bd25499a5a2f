"""The few questions after the first mail is on its way: what must never be read, which model writes, and
whether to learn now. Each can be left out and gone back to; the step is kept, so that a program started again
goes on from it."""

from enum import StrEnum

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core import messages
from core.evaluation.estimate import learning_time
from core.models.choice import ModelEntry
from core.models.hub import HubFile
from desktop.care.cloud_dialog import CloudDialog
from desktop.care.exclude_form import ExcludeForm
from desktop.desk import Changed, Desk
from desktop.first_run.model_step import Choice, ModelStep
from desktop.jobs import Job, Lane
from desktop.operations import models, privacy
from desktop.parts import label, press, row
from desktop.screen import Screen
from desktop.theme import SPACE
from desktop.words import say

KEY = "setup"  # in the window's own settings: the step to go on from
LEAST_REPLIES = 8  # what learning asks for


class Step(StrEnum):
    NEVER = "never"
    MODEL = "model"
    LEARN = "learn"
    DONE = "done"


ASKED = (Step.NEVER, Step.MODEL, Step.LEARN)


class SetupScreen(Screen):
    mail_asked = Signal()  # what must never be read is known: files may be read now
    learn_asked = Signal()
    finished = Signal()  # or left for later
    left = Signal()  # back, from the first question

    def __init__(self, desk: Desk, settings: QSettings | None) -> None:
        super().__init__(desk, Changed.MESSAGES | Changed.MODELS | Changed.PRIVACY | Changed.LEARNING)
        self._settings = settings
        self._waiting_for_mail = self._waiting_to_learn = False
        self._entries: tuple[ModelEntry, ...] = ()
        self._measuring: Job | None = None
        self._paces: dict[str, float] = {}  # of models that were measured: words in a second, 0 in vain
        self.step = self._kept()
        self.count = label(role="muted")
        self.title = label(size=1.45, bold=True)
        self.about = label(role="muted")
        self.never = ExcludeForm()
        self.models = ModelStep()
        self.learning = label(size=1.1)
        self.back = press(say("Back"), self.go_back, hint=say("To the question before"))
        self.skip = press(say("Not now"), self.go_on, hint=say("Leave this as it is, and go on"))
        self.next = press(say("Next"), self.accept, primary=True)
        self._lay_out()
        desk.jobs.idle.connect(self._on_idle)
        self._show()

    @property
    def open(self) -> bool:
        """Whether there is a question left to ask."""
        return self.step is not Step.DONE

    def begin(self, step: Step, waits_for_mail: bool = False) -> None:
        """`waits_for_mail`: `mail_asked` comes after the first question."""
        self._waiting_for_mail = waits_for_mail
        self._go(step)

    # What the user does

    def accept(self) -> None:
        {Step.NEVER: self._keep_never, Step.MODEL: self._choose_model, Step.LEARN: self._learn}[self.step]()

    def go_on(self) -> None:
        """Past this question, whatever it asked."""
        place = ASKED.index(self.step)
        if self.step is Step.NEVER and self._waiting_for_mail:
            self._waiting_for_mail = False
            self.mail_asked.emit()
        self._go(ASKED[place + 1] if place + 1 < len(ASKED) else Step.DONE)

    def go_back(self) -> None:
        place = ASKED.index(self.step)
        if place:
            self._go(ASKED[place - 1])
        else:
            self.left.emit()

    def _keep_never(self) -> None:
        if self.never.exclude == self._desk.app.settings.now.exclude:
            self.go_on()
            return
        self.next.setEnabled(False)
        job = privacy.exclude(self._desk, what=self.never.exclude)
        job.done.connect(lambda _: self.go_on())
        job.ended.connect(lambda: self.next.setEnabled(True))

    def _choose_model(self) -> None:
        model = self.models.model
        match self.models.choice:
            case Choice.RECOMMENDED if model is not None:
                there = any(one.name == model.name and one.where == "file" for one in self._entries)
                if there:
                    models.use_model(self._desk, name=model.name).done.connect(lambda _: self.go_on())
                else:
                    self._ask(model.name)
            case Choice.SERVICE:
                self._ask_service()
            case _:
                built_in = next((one for one in self._entries if one.where == "embedded"), None)
                if built_in is not None and not built_in.in_use:
                    models.use_model(self._desk, name=built_in.name)
                self.go_on()

    def _ask(self, name: str) -> None:
        self.next.setEnabled(False)
        job = models.ask_model(self._desk, name=name)
        job.done.connect(lambda wanted: self._offer(name, wanted))
        job.ended.connect(lambda: self.next.setEnabled(True))

    def _offer(self, name: str, wanted: HubFile) -> QMessageBox:
        told = messages.models.offer(wanted.file, wanted.repo, wanted.host, wanted.size, wanted.licence)
        box = QMessageBox(QMessageBox.Icon.Question, "Longhand", told, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Get it"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(say("Not now"), QMessageBox.ButtonRole.RejectRole)
        box.accepted.connect(lambda: self._get(name, wanted))
        box.open()
        return box

    def _get(self, name: str, wanted: HubFile) -> None:
        """It comes while the user goes on, and writes once it is there."""
        job = models.get_model(self._desk, wanted=wanted)
        job.done.connect(lambda _: models.use_model(self._desk, name=name))
        self.go_on()

    def _ask_service(self) -> CloudDialog:
        dialog = CloudDialog(self, [one.address for one in self._desk.app.accounts.all()])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._use_service(dialog))
        dialog.open()
        return dialog

    def _use_service(self, dialog: CloudDialog) -> None:
        job = models.use_cloud(
            self._desk,
            url=dialog.url.text().strip(),
            model=dialog.model.text().strip(),
            key=dialog.secret,
            kind=dialog.known.kind,
            accounts=dialog.accounts,
        )
        job.done.connect(lambda _: self.go_on())

    def _learn(self) -> None:
        """At once, or as soon as the mail is read."""
        if self._is_syncing:
            self._waiting_to_learn = True
        else:
            self.learn_asked.emit()
        self._go(Step.DONE)

    # What the screen shows

    def reload(self) -> None:
        self.never.show_exclude(self._desk.app.settings.now.exclude)
        self._show()
        models.list_models(self._desk).done.connect(self._on_models)

    def _on_models(self, entries: tuple[ModelEntry, ...]) -> None:
        self._entries = tuple(one for one in entries if one.role == "large")
        self.models.show_models(self._entries)
        self._show()

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        for inner in (self.never, self.models, self.learning):
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, SPACE, 0)
            column.addWidget(inner)
            column.addStretch(1)
            scrolled = QScrollArea()
            scrolled.setWidgetResizable(True)
            scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scrolled.setWidget(page)
            self.pages.addWidget(scrolled)
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        for one in (self.count, self.title, self.about):
            column.addWidget(one)
        column.addWidget(self.pages, 1)
        column.addLayout(row(self.back, 1, self.skip, self.next))
        held = QWidget()
        held.setMaximumSize(SPACE * 90, SPACE * 78)
        held.setLayout(column)
        whole = row(1, held, 1)
        whole.setStretch(1, 8)
        whole.setContentsMargins(SPACE * 4, SPACE * 5, SPACE * 4, SPACE * 4)
        self.setLayout(whole)

    def _show(self) -> None:
        if not self.open:
            return
        place = ASKED.index(self.step)
        self.count.setText(say("Question {0} of {1}").format(place + 1, len(ASKED)))
        self.title.setText(
            {
                Step.NEVER: say("What must never be read?"),
                Step.MODEL: say("Which model is to write?"),
                Step.LEARN: say("Learn how you write"),
            }[self.step]
        )
        self.about.setText(
            {
                Step.NEVER: say(
                    "Mail in these folders, from or to these people and domains, or with these words in it "
                    "is left alone. One a line; leave empty what does not matter. Privacy shows them later."
                ),
                Step.MODEL: say("It can be changed at any time, under Models."),
                Step.LEARN: say(
                    "Longhand makes examples of replies you have sent and trains a small agent on them, on "
                    "this machine. Everything else can be used meanwhile, and learning can be paused."
                ),
            }[self.step]
        )
        self.pages.setCurrentIndex(place)
        self.next.setText(say("Start learning") if self.step is Step.LEARN else say("Next"))
        self.next.setToolTip(self.next.text())
        if self.step is Step.LEARN:
            self._show_learning()

    def _show_learning(self) -> None:
        replies, syncing = self._desk.app.learning.standing().exchanges, self._is_syncing
        if syncing:
            told = say("Your mail is being read; so far, {0} replies of yours can be learned from.")
        elif replies < LEAST_REPLIES:
            told = say("There are {0} replies of yours to learn from; that is too few yet.")
        else:
            told = say("{0} replies of yours can be learned from.")
        self.learning.setText(f"{told.format(replies)} {self._time(replies)}")
        self.next.setEnabled(syncing or replies >= LEAST_REPLIES)

    def _time(self, replies: int) -> str:
        """What is known of it: by the pace of the model that was measured here, else a wide range."""
        writer = next((one for one in self._entries if one.in_use), None)
        if writer is None:
            return ""
        if writer.where == "cloud":
            return say("How long that takes is up to the service in use.")
        pace = self._paces.get(writer.name, 0.0)
        if not pace and self._measure(writer.name):
            return say("How fast your model writes here is being measured …")
        wanted = self._desk.app.settings.now.learning
        made, judged = min(replies, wanted.examples), min(replies // 6, wanted.gate)
        time = learning_time(made, judged, pace or writer.words_per_second, measured=bool(pace))
        if time is None:
            return say("How long that takes cannot be told: the model did not write here yet.")
        told = (
            say("As fast as your model writes here now, it needs {0} to {1} minutes; training comes on top.")
            if pace
            else say("Your model may need {0} to {1} minutes, as estimated; training comes on top.")
        )
        return told.format(time.least, time.most)

    def _measure(self, name: str) -> bool:
        """Whether it is being measured: once, and not while mail is read, which would slow it down."""
        if self._measuring is None and name not in self._paces and not self._is_syncing and self.isVisible():
            self._paces[name] = 0.0
            self._measuring = models.measure_model(self._desk)
            self._measuring.done.connect(lambda pace: self._paces.update({name: pace}))
            self._measuring.ended.connect(self._on_measured)
        return self._measuring is not None

    def _on_measured(self) -> None:
        self._measuring = None
        self._show()

    @property
    def _is_syncing(self) -> bool:
        return any(job.lane is Lane.MAIL for job in self._desk.jobs.running)

    def _on_idle(self) -> None:
        if self._waiting_to_learn:
            self._waiting_to_learn = False
            self.learn_asked.emit()

    def _go(self, step: Step) -> None:
        self.step = step
        if self._settings is not None:
            self._settings.setValue(KEY, step.value)
        if step is Step.DONE:
            self.finished.emit()
            return
        self.next.setEnabled(True)
        self._show()

    def _kept(self) -> Step:
        """The step that was left when the program ended; nothing is open before it was begun."""
        kept = str(self._settings.value(KEY, "")) if self._settings is not None else ""
        return Step(kept) if kept in set(Step) else Step.DONE
