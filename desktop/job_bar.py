"""The strip at the foot of the window: each long job with its stage, progress, time left, and a
way to stop it. Hidden while nothing runs."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from core.tasks import Step
from desktop import words
from desktop.jobs import Job, Lane
from desktop.parts import label, quiet_button
from desktop.theme import SPACE

SHOWN = (Lane.MAIL, Lane.LEARN, Lane.FETCH)  # writing shows itself, changes of the store are done at once


class JobBar(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("jobs")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE * 2, SPACE, SPACE * 2, SPACE)
        self._column.setSpacing(SPACE)
        self.rows: dict[Job, JobRow] = {}
        self.hide()

    def add(self, job: Job) -> None:
        if job.lane not in SHOWN:
            return
        row = JobRow(job)
        self.rows[job] = row
        self._column.addWidget(row)
        job.ended.connect(lambda: self._remove(job))
        self.show()

    def _remove(self, job: Job) -> None:
        row = self.rows.pop(job)
        self._column.removeWidget(row)
        row.deleteLater()
        self.setVisible(bool(self.rows))


class JobRow(QWidget):
    """One job."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job
        title = label(job.title, bold=True)
        title.setWordWrap(False)
        self.told = label(words.say("Starting …"), role="muted")
        self.told.setWordWrap(False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(240)
        self.bar.setAccessibleName(job.title)
        self.cancel = quiet_button(
            "cancel", words.say("Cancel: what is done so far is kept"), self._on_cancel
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE * 2)
        for one in (title, self.bar, self.told):
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(self.cancel)
        job.progressed.connect(self._on_step)

    def _on_step(self, step: Step) -> None:
        if self._job.token.cancelled:
            return
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        count = words.say("{0} of {1}").format(step.done, step.total) if step.total else ""
        told = (step.stage[:1].upper() + step.stage[1:], count, step.detail, words.time_left(step.left))
        self.told.setText(" · ".join(part for part in told if part))

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.bar.setRange(0, 0)
        self.told.setText(words.say("Stopping …"))
        self._job.cancel()
