"""Which of the messages that wait are shown: of one account, unread, to the user alone, with a draft."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from core.domain import AccountId, MessageId
from core.store.accounts import Account
from core.store.messages import Wanted
from desktop.parts import command, quiet_button, set_symbol
from desktop.words import say


class Filters(QWidget):
    """A button with a menu; the same actions stand in the screen's own menu."""

    changed = Signal()

    def __init__(
        self, own: Callable[[], frozenset[str]], drafted: Callable[[], frozenset[MessageId]]
    ) -> None:
        """`own`: the user's addresses; `drafted`: the messages that something is written for."""
        super().__init__()
        self._own, self._drafted = own, drafted
        self.unread_action, self.to_me_action, self.drafted_action = (
            command(self, text, self._on_changed, shortcut=keys, checkable=True, hint=hint)
            for text, keys, hint in (
                (say("Not read yet"), "Ctrl+Shift+U", say("Show only messages you have not read")),
                (say("To me directly"), "Ctrl+Shift+M", say("Show only messages with you in To, not in Cc")),
                (say("With a draft"), "Ctrl+Shift+G", say("Show only messages that a draft is there for")),
            )
        )
        self.all_action = command(
            self, say("Show all"), self.show_all, shortcut="Ctrl+Shift+0", hint=say("Take all filters away")
        )
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.addActions(self.actions())
        self.accounts_menu = self.menu.addMenu(say("Account"))
        self._accounts = QActionGroup(self)
        self.button = quiet_button("filter", say("Choose what is shown"), lambda: None)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setMenu(self.menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.button)
        self._shown: tuple[str, ...] = ()
        self.accounts_menu.menuAction().setVisible(False)

    def show_accounts(self, accounts: tuple[Account, ...]) -> None:
        """To choose among, where there are several; the one chosen stays so."""
        if self._shown == (addresses := tuple(one.address for one in accounts)):
            return
        self._shown, before = addresses, self.account
        for action in self._accounts.actions():
            action.deleteLater()
        self._accounts = QActionGroup(self)
        self.accounts_menu.menuAction().setVisible(len(accounts) > 1)
        if len(accounts) < 2:
            return
        for number, (text, account) in enumerate(
            ((say("All accounts"), None), *((one.address, one.id) for one in accounts))
        ):
            action = QAction(text, self._accounts)
            action.setCheckable(True)
            action.setData(account)
            if number < 10:
                action.setShortcut(f"Alt+{number}")
            action.setToolTip(say("Show the mail of {0} alone").format(text) if account else text)
            action.setChecked(account == before)
            self.addAction(action)
            action.triggered.connect(lambda _checked: self._on_changed())
            self.accounts_menu.addAction(action)

    @property
    def account(self) -> AccountId | None:
        """The one whose mail is shown; None for all."""
        chosen = next((one for one in self._accounts.actions() if one.isChecked()), None)
        account: AccountId | None = chosen.data() if chosen is not None else None
        return account

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            account=self.account,
            unread=self.unread_action.isChecked(),
            to=self._own() if self.to_me_action.isChecked() else None,
            among=self._drafted() if self.drafted_action.isChecked() else None,
        )

    @property
    def active(self) -> bool:
        """Whether anything may be left out."""
        chosen = (self.unread_action, self.to_me_action, self.drafted_action)
        return self.account is not None or any(one.isChecked() for one in chosen)

    def show_all(self) -> None:
        for one in (self.unread_action, self.to_me_action, self.drafted_action):
            one.setChecked(False)
        if self._accounts.actions():
            self._accounts.actions()[0].setChecked(True)
        self._on_changed()

    def _on_changed(self) -> None:
        tone = "accent" if self.active else "muted"
        set_symbol(self.button, "filter", say("Choose what is shown"), tone)
        self.changed.emit()
