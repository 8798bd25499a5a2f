"""The one window: its toolbar and menus, the screens, the strip of running jobs, and what happens
when it is closed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from core.app import App
from desktop import theme
from desktop.account_dialog import AccountDialog
from desktop.desk import Changed, Desk
from desktop.empty import EmptyState
from desktop.icon import icon
from desktop.job_bar import SHOWN, JobBar
from desktop.jobs import Job, Lane
from desktop.operations import learning, mail
from desktop.parts import label, retint
from desktop.replies_pane import RepliesPane
from desktop.rules_pane import RulesPane
from desktop.words import say

CLOSING_SECONDS = 3.0


class MainWindow(QMainWindow):
    def __init__(self, app: App, settings: QSettings | None = None) -> None:
        super().__init__()
        self.desk = Desk(app, self)
        self._settings = settings
        self.all_ended = True
        self._notice: QMessageBox | None = None
        self.setWindowTitle("Longhand")
        self.resize(1280, 820)
        self.empty = EmptyState()
        self.replies = RepliesPane(self.desk)
        self.rules = RulesPane(self.desk)
        self.job_bar = JobBar()
        self.told = label(role="told")
        self.told.hide()
        self._lay_out()
        self._make_actions()
        self._connect()
        self._on_changed(Changed.ACCOUNTS)
        self._look = theme.tones(self.palette())
        self.setFocus()
        if settings is not None and (state := settings.value("window")):
            self.restoreGeometry(state)

    def _lay_out(self) -> None:
        self.screens = QStackedWidget()
        for screen in (self.empty, self.replies, self.rules):
            self.screens.addWidget(screen)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.screens, 1)
        column.addWidget(self.told)
        column.addWidget(self.job_bar)
        self.setCentralWidget(whole)

    def _make_actions(self) -> None:
        self.show_replies = self._action(say("Replies"), "replies", "Ctrl+1", self._on_show_replies)
        self.show_rules = self._action(say("Style rules"), "rules", "Ctrl+2", self._on_show_rules)
        for one in (self.show_replies, self.show_rules):
            one.setCheckable(True)
        self.sync_action = self._action(say("Sync"), "sync", "F5", self.sync)
        self.learn_action = self._action(say("Learn"), "learn", "Ctrl+L", self.learn)
        self.add_action = self._action(say("Add account …"), "account", "Ctrl+Shift+A", self.add_account)
        self.import_action = self._action(say("Import …"), "import", "Ctrl+I", self.import_mail)
        self.sample_action = self._action(say("Try it with a sample mailbox"), "sample", "", self.try_sample)
        self.quit_action = self._action(say("Quit"), "", QKeySequence.StandardKey.Quit, self.close)
        mails = self.menuBar().addMenu(say("&Mail"))
        for one in (self.sync_action, self.add_action, self.import_action, self.sample_action):
            mails.addAction(one)
        mails.addSeparator()
        mails.addAction(self.quit_action)
        style = self.menuBar().addMenu(say("&Style"))
        style.addAction(self.learn_action)
        view = self.menuBar().addMenu(say("&View"))
        view.addActions([self.show_replies, self.show_rules])
        self._make_toolbar()

    def _make_toolbar(self) -> None:
        bar = QToolBar(say("Main"))
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addActions([self.show_replies, self.show_rules])
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(gap)
        self.model_label = QLabel()
        self.model_label.setObjectName("muted")
        bar.addWidget(self.model_label)
        bar.addActions([self.sync_action, self.learn_action])
        self.addToolBar(bar)

    def _action(
        self, text: str, symbol: str, keys: str | QKeySequence.StandardKey, act: Callable[[], object]
    ) -> QAction:
        made = QAction(text, self)
        made.setProperty("symbol", symbol)
        if symbol:
            made.setIcon(icon(symbol))
        if keys:
            made.setShortcut(QKeySequence(keys))
        shown = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(f"{text} ({shown})" if shown else text)
        made.triggered.connect(lambda _checked: act())
        return made

    def _connect(self) -> None:
        self.empty.sample_asked.connect(self.try_sample)
        self.empty.account_asked.connect(self.add_account)
        self.empty.import_asked.connect(self.import_mail)
        self.desk.changed.connect(self._on_changed)
        self.desk.failed.connect(self.show_failure)
        self.desk.told.connect(self._show_told)
        self.desk.jobs.started.connect(self.job_bar.add)
        self.desk.jobs.started.connect(self._on_started)
        self.desk.jobs.idle.connect(self._refresh)

    # What the user does

    def sync(self) -> None:
        mail.sync_mail(self.desk)

    def learn(self) -> None:
        """Starts learning, after what the user should know first."""
        told = self.desk.app.before_learning()
        if not told:
            learning.learn(self.desk)
            return
        box = QMessageBox(QMessageBox.Icon.Information, "Longhand", told, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(say("Learn"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(say("Not now"), QMessageBox.ButtonRole.RejectRole)
        box.accepted.connect(lambda: learning.learn(self.desk))
        box.open()

    def try_sample(self) -> None:
        mail.try_sample(self.desk)

    def add_account(self) -> None:
        dialog = AccountDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: mail.add_account(self.desk, sign_in=dialog.sign_in))
        dialog.open()

    def import_mail(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, say("Import mail"), "", say("Mail (*.mbox *.eml *.msg *)")
        )
        if path:
            mail.import_mail(self.desk, path=Path(path))

    # What the window shows

    def show_failure(self, sentence: str) -> None:
        """One box with one sentence; a newer failure takes the place of an older one."""
        if self._notice is not None:
            self._notice.setText(sentence)
            return
        self._notice = QMessageBox(QMessageBox.Icon.Warning, "Longhand", sentence, parent=self)
        self._notice.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._notice.finished.connect(self._on_notice_closed)
        self._notice.open()

    def _on_notice_closed(self) -> None:
        self._notice = None

    def _show_told(self, sentence: str) -> None:
        """Stands until the next thing happens."""
        self.told.setText(sentence)
        self.told.setVisible(bool(sentence))

    def _on_started(self, job: Job) -> None:
        if job.lane in SHOWN:
            self._show_told("")
        self._refresh()

    def _on_changed(self, what: Changed) -> None:
        if what & (Changed.ACCOUNTS | Changed.MESSAGES):
            empty = not self.desk.app.accounts()
            if empty:
                self.screens.setCurrentWidget(self.empty)
            elif self.screens.currentWidget() is self.empty:
                self.screens.setCurrentWidget(self.replies)
        self._refresh()

    def _on_show_replies(self) -> None:
        self.screens.setCurrentWidget(self.replies if self.desk.app.accounts() else self.empty)
        self._refresh()

    def _on_show_rules(self) -> None:
        self.screens.setCurrentWidget(self.rules)
        self._refresh()

    def _refresh(self) -> None:
        busy = {job.lane for job in self.desk.jobs.running}
        some = bool(self.desk.app.accounts())
        self.sync_action.setEnabled(some and Lane.MAIL not in busy)
        self.learn_action.setEnabled(some and Lane.LEARN not in busy)
        self.sample_action.setEnabled(Lane.MAIL not in busy)
        self.empty.setEnabled(Lane.MAIL not in busy)
        self.show_rules.setChecked(self.screens.currentWidget() is self.rules)
        self.show_replies.setChecked(self.screens.currentWidget() is not self.rules)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_look"):
            look = theme.tones(self.palette())
            if look != self._look:
                self._look = look
                retint(self)
                self.replies.retint()
                self.empty.retint()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Cancels what runs, ends the children, and goes: all finished work is in the store."""
        if self._settings is not None:
            self._settings.setValue("window", self.saveGeometry())
        self.hide()
        self.all_ended = self.desk.close(CLOSING_SECONDS)
        super().closeEvent(event)
