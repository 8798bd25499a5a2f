"""The one window: the rail of screens, the menus, the strip of running jobs, and what happens when it
is closed. What a user does on a screen is the screen's own."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from core.app import App
from core.domain import RuleId
from core.store.settings import Watch
from desktop import theme
from desktop.appearance import Appearance
from desktop.care.about_pane import AboutPane
from desktop.care.account_dialog import OFTEN, AccountDialog
from desktop.care.accounts_pane import AccountsPane
from desktop.care.appearance_pane import AppearancePane
from desktop.care.models_pane import ModelsPane
from desktop.care.privacy_pane import PrivacyPane
from desktop.desk import Changed, Desk
from desktop.first_run.begin import EmptyState
from desktop.first_run.setup import SetupScreen
from desktop.first_run.setup import Step as SetupStep
from desktop.job_bar import SHOWN, JobBar
from desktop.jobs import Job, Lane
from desktop.learning.pane import LearningPane
from desktop.operations import accounts, mail
from desktop.own_sync import OwnSync
from desktop.parts import command, label, retint
from desktop.rail import Rail
from desktop.replies.pane import RepliesPane
from desktop.rules.pane import RulesPane
from desktop.scrolled import Pages, Scrolled
from desktop.tray import Tray
from desktop.words import say

CLOSING_SECONDS = 3.0


class MainWindow(QMainWindow):
    def __init__(self, app: App, settings: QSettings | None = None) -> None:
        super().__init__()
        self.desk = Desk(app, self)
        self._settings = settings
        self.all_ended = True
        self._some = False  # whether there is an account
        self._notice: QMessageBox | None = None
        self.setWindowTitle("Longhand")
        self.resize(QSize(1280, 820).boundedTo(self.screen().availableSize()))
        self.setAcceptDrops(True)
        self.empty = EmptyState()
        self.setup = SetupScreen(self.desk, settings)
        self.replies = RepliesPane(self.desk)
        self.rules = RulesPane(self.desk)
        self.learning = LearningPane(self.desk)
        self.models = ModelsPane(self.desk)
        self.accounts = AccountsPane(self.desk)
        self.privacy = PrivacyPane(self.desk)
        self.appearance = AppearancePane(Appearance(settings, self))
        self.about = AboutPane(self.desk)
        self.job_bar = JobBar()
        self.told = label(role="told")
        self.told.hide()
        self._lay_out()
        self._make_actions()
        self._make_menus()
        self.own_sync = OwnSync(self.desk, self)
        self.tray = Tray(self, [self.sync_action, self.quit_action])
        self.tray.show_where_possible()
        self._connect()
        self._on_changed(Changed.ACCOUNTS)
        self._look = theme.tones(self.palette())
        self.setFocus()
        if settings is not None:
            self._restore(settings)
        if self.setup.open:
            self.show_screen(self.setup)

    def _lay_out(self) -> None:
        self.screens = Pages()
        for screen in (
            self.empty,
            self.setup,
            self.replies,
            self.rules,
            self.learning,
            self.models,
            self.accounts,
            self.privacy,
            self.appearance,
            self.about,
        ):
            self.screens.addWidget(screen)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Scrolled(self.screens), 1)
        column.addWidget(self.told)
        column.addWidget(self.job_bar)
        self.setCentralWidget(whole)

    def _make_actions(self) -> None:
        self.show_replies = self._screen(say("Replies"), "replies", self.replies, 1)
        self.show_rules = self._screen(say("Style rules"), "rules", self.rules, 2)
        self.show_learning = self._screen(say("Learning"), "learn", self.learning, 3)
        self.show_models = self._screen(say("Models"), "models", self.models, 4)
        self.show_accounts = self._screen(say("Accounts"), "account", self.accounts, 5)
        self.show_privacy = self._screen(say("Privacy"), "privacy", self.privacy, 6)
        self.show_appearance = self._screen(say("Appearance"), "appearance", self.appearance, 7)
        self.show_about = self._screen(say("About"), "about", self.about, 8)
        self._shown: dict[QWidget, QAction] = {
            self.empty: self.show_replies,
            self.setup: self.show_replies,
            self.replies: self.show_replies,
            self.rules: self.show_rules,
            self.learning: self.show_learning,
            self.models: self.show_models,
            self.accounts: self.show_accounts,
            self.privacy: self.show_privacy,
            self.appearance: self.show_appearance,
            self.about: self.show_about,
        }
        self.rail = Rail(list(dict.fromkeys(self._shown.values()))[:-1], self.show_about)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)
        self.sync_action = self._action(say("Sync"), "sync", "F5", self.sync)
        self.learn_action = self._action(say("Learn"), "learn", "Ctrl+L", self.learning.learn)
        self.add_action = self._action(say("Add account …"), "account", "Ctrl+Shift+A", self.add_account)
        self.import_action = self._action(say("Import …"), "import", "Ctrl+I", self.import_mail)
        self.sample_action = self._action(
            say("Try it with a sample mailbox"), "sample", "Ctrl+Shift+T", self.try_sample
        )
        self.setup_action = self._action(
            say("Set up …"), "again", "Ctrl+Shift+Y", lambda: self.set_up(SetupStep.NEVER)
        )
        self.quit_action = self._action(say("Quit"), "", QKeySequence.StandardKey.Quit, self.close)

    def _make_menus(self) -> None:
        """Beside the window's own, the menu of the screen that is shown."""
        mails = self.menuBar().addMenu(say("&Mail"))
        for one in (
            self.sync_action,
            self.add_action,
            self.import_action,
            self.sample_action,
            self.setup_action,
        ):
            mails.addAction(one)
        mails.addSeparator()
        mails.addAction(self.quit_action)
        self._menus: dict[QWidget, QMenu] = {}
        for screen, title in (
            (self.replies, say("&Reply")),
            (self.rules, say("&Rules")),
            (self.learning, say("&Learning")),
            (self.models, say("M&odels")),
            (self.accounts, say("&Accounts")),
            (self.privacy, say("&Privacy")),
            (self.appearance, say("App&earance")),
            (self.about, say("A&bout")),
        ):
            menu = self.menuBar().addMenu(title)
            menu.addActions(screen.actions())
            menu.setToolTipsVisible(True)
            self._menus[screen] = menu
        self._menus[self.learning].insertAction(self.learning.actions()[0], self.learn_action)
        view = self.menuBar().addMenu(say("&View"))
        view.addActions(list(dict.fromkeys(self._shown.values())))
        view.addSeparator()
        view.addActions(self.appearance.actions())

    def _action(
        self, text: str, symbol: str, keys: str | QKeySequence.StandardKey, act: Callable[[], object]
    ) -> QAction:
        return command(self, text, act, symbol=symbol, shortcut=keys)

    def _screen(self, text: str, symbol: str, screen: QWidget, number: int) -> QAction:
        return self._action(text, symbol, f"Ctrl+{number}", lambda: self.show_screen(screen))

    def _connect(self) -> None:
        self.empty.sample_asked.connect(self.try_sample)
        self.empty.account_asked.connect(self.add_account)
        self.empty.import_asked.connect(lambda: self.set_up(SetupStep.NEVER, waits_for_mail=True))
        self.setup.mail_asked.connect(self.import_mail)
        self.setup.learn_asked.connect(self.learning.learn)
        self.setup.left.connect(self._leave_setup)
        self.setup.finished.connect(self._leave_setup)
        self.accounts.add_asked.connect(self.add_account)
        self.accounts.import_asked.connect(self.import_mail)
        self.replies.rule_asked.connect(self.show_rule)
        self.replies.sync_asked.connect(self.sync)
        self.replies.ahead.ready.connect(self.tray.tell_ready)
        self.tray.asked.connect(self._on_tray)
        self.desk.changed.connect(self._on_changed)
        self.desk.failed.connect(self.show_failure)
        self.desk.told.connect(self._show_told)
        self.desk.jobs.started.connect(self.job_bar.add)
        self.desk.jobs.started.connect(self._on_started)
        self.desk.jobs.idle.connect(self._refresh)
        self.screens.currentChanged.connect(self._refresh)

    # What the user does

    def sync(self) -> None:
        mail.sync_mail(self.desk)

    def try_sample(self) -> None:
        mail.try_sample(self.desk)

    def add_account(self) -> None:
        dialog = AccountDialog(self.desk, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._on_signed_in(dialog))
        dialog.open()

    def _on_signed_in(self, dialog: AccountDialog) -> None:
        """The first account of one's own is followed by the questions that are left."""
        first = all(one.user == mail.SAMPLE_USER for one in self.desk.app.accounts.all())
        accounts.add_account(self.desk, sign_in=dialog.sign_in, exclude=dialog.exclude)
        if dialog.watch.isChecked() != bool(self.desk.app.settings.now.watch.minutes):
            mail.set_watch(self.desk, watch=Watch(OFTEN if dialog.watch.isChecked() else 0))
        if first:
            self.set_up(SetupStep.MODEL)

    def set_up(self, step: SetupStep, waits_for_mail: bool = False) -> None:
        self.setup.begin(step, waits_for_mail)
        self.show_screen(self.setup)

    def _leave_setup(self) -> None:
        if self.screens.currentWidget() is self.setup:
            self.show_screen(self.replies)

    def import_mail(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, say("Import mail"), "", say("Mail (*.mbox *.eml *.msg *)")
        )
        if path:
            mail.import_mail(self.desk, path=Path(path))

    def read_files(self, paths: list[str]) -> None:
        """One after another, each a job of its own."""
        for path in paths:
            mail.import_mail(self.desk, path=Path(path))

    # What the window shows

    def show_screen(self, screen: QWidget) -> None:
        if screen is self.replies and not self.desk.app.accounts.all():
            screen = self.empty
        if screen is self.screens.currentWidget():
            self._refresh()  # its button was let go
        else:
            self.screens.setCurrentWidget(screen)

    def come_forward(self) -> None:
        """In front of other windows, as far as the system lets a program do that."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def _on_tray(self) -> None:
        self.show_screen(self.replies)
        self.come_forward()

    def show_rule(self, rule: RuleId) -> None:
        self.show_screen(self.rules)
        self.rules.show_rule(rule)

    def show_failure(self, sentence: str) -> None:
        """One box with one sentence; a newer failure takes the place of an older one."""
        if self._notice is not None:
            self._notice.setText(sentence)
            return
        self._notice = QMessageBox(QMessageBox.Icon.Warning, "Longhand", sentence, parent=self)
        self._notice.setTextFormat(Qt.TextFormat.PlainText)
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
        if what & Changed.WATCH:
            self.own_sync.wake()
        if what & (Changed.ACCOUNTS | Changed.MESSAGES):
            shown, self._some = self.screens.currentWidget(), bool(self.desk.app.accounts.all())
            if self._some and shown is self.empty:
                self.screens.setCurrentWidget(self.replies)
            elif not self._some and shown is self.replies:
                self.screens.setCurrentWidget(self.empty)
        self._refresh()

    def _refresh(self) -> None:
        busy = {job.lane for job in self.desk.jobs.running}
        self.sync_action.setEnabled(self._some and Lane.MAIL not in busy)
        self.learn_action.setEnabled(self._some and Lane.LEARN not in busy)
        self.sample_action.setEnabled(Lane.MAIL not in busy)
        self.empty.setEnabled(Lane.MAIL not in busy)
        shown = self.screens.currentWidget()
        if shown is not None:
            self._shown[shown].setChecked(True)
        for screen, menu in self._menus.items():
            menu.menuAction().setVisible(screen is shown)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_look"):
            # Later: Qt goes through all widgets now, and a screen that draws itself anew replaces some.
            QTimer.singleShot(0, self, self._retint)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ActivationChange) and hasattr(self, "_look"):
            QTimer.singleShot(0, self, self.appearance.follow)

    def _retint(self) -> None:
        look = theme.tones(self.palette())
        if look == self._look or not self.isVisible():
            return
        self._look = look
        retint(self)
        for screen in (self.replies, self.empty, self.rules, self.learning, self.about):
            screen.retint()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.read_files([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def _restore(self, settings: QSettings) -> None:
        if state := settings.value("window"):
            self.restoreGeometry(state)
        if state := settings.value("replies"):
            self.replies.parts.restoreState(state)
        if state := settings.value("rules"):
            self.rules.parts.restoreState(state)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Cancels what runs, ends the children, and goes: all finished work is in the store."""
        if self._settings is not None:
            self._settings.setValue("window", self.saveGeometry())
            self._settings.setValue("replies", self.replies.parts.saveState())
            self._settings.setValue("rules", self.rules.parts.saveState())
        self.hide()
        self.tray.hide()
        self.all_ended = self.desk.close(CLOSING_SECONDS)
        super().closeEvent(event)
