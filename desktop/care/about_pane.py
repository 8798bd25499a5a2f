"""About: what this program is and is not, and a report on it to read before sharing."""

from importlib.metadata import version

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout

from core import messages
from core.licences import licences
from desktop.care.diagnostics import report, shown
from desktop.care.new_versions import NewVersions
from desktop.desk import Changed, Desk
from desktop.icon import pixmap
from desktop.jobs import Lane
from desktop.parts import ActionButton, command, heading, label, row
from desktop.screen import Screen
from desktop.text_dialog import show_text
from desktop.theme import SPACE
from desktop.words import say


class AboutPane(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Changed.ACCOUNTS | Changed.LEARNING | Changed.MODELS)
        self.copy_action = command(
            self, say("Copy the report"), self.copy, symbol="copy", shortcut="Ctrl+Shift+C",
            hint=say("Copy the report as it stands here"),
        )  # fmt: skip
        self.licences_action = command(
            self, say("Licences …"), self.show_licences, symbol="about", shortcut="Ctrl+Shift+L",
            hint=say("Show what Longhand is made of, and under which licences"),
        )  # fmt: skip
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName(say("Diagnostics"))
        self.sign = QLabel()
        self.new_versions = NewVersions(desk)
        self._lay_out()
        self.retint()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE * 2)
        top.addWidget(self.sign)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(say("Longhand"), size=1.45, bold=True))
        words.addWidget(
            label(say("Version {0} · Apache License 2.0").format(version("longhand")), role="muted")
        )
        top.addLayout(words, 1)
        top.addWidget(ActionButton(self.licences_action))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        whole.setSpacing(SPACE * 2)
        whole.addLayout(top)
        for text in (
            say("Longhand drafts e-mail replies in your own hand, on your own machine. It learns from mail "
                "you have sent, shows you every rule it holds to be yours, and writes the reply under them."),
            say(messages.drafts.NEVER_SENT),
            say(
                "The built-in models are for trying Longhand out on short English business mail: this "
                "project taught them this very task. A real model is one choice away, under Models."
            ),
        ):  # fmt: skip
            told = label(text)
            told.setMaximumWidth(760)
            whole.addWidget(told)
        whole.addWidget(self.new_versions)
        whole.addSpacing(SPACE)
        whole.addLayout(row(heading(say("Diagnostics")), 1, ActionButton(self.copy_action)))
        whole.addWidget(
            label(
                say("No mail, no address and no name is in this report. Read it before you share it."),
                role="muted",
            )
        )
        whole.addWidget(self.report, 1)

    def reload(self) -> None:
        self.new_versions.reload()
        window = shown()
        job = self._desk.run(
            say("Looking at this machine"), Lane.LOOK, lambda _: report(self._desk.app, window)
        )
        job.done.connect(self.report.setPlainText)

    def show_licences(self) -> None:
        job = self._desk.run(say("Reading the licences"), Lane.LOOK, lambda _: licences())
        job.done.connect(lambda text: show_text(self, say("Licences"), text))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self._desk.told.emit(say("The report is copied."))

    def retint(self) -> None:
        self.sign.setPixmap(pixmap("longhand", 44, "accent"))
