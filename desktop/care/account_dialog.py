"""Adding a mail account in two steps: signing in, with the server found from the address, and what
Longhand must never read, before the first sync. The password goes straight to core, which puts it into
the system's keychain; the dialog forgets it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core import messages
from core.domain import AccountId
from core.mail.clients import GivenClient
from core.mail.discovery import Found, Looked
from core.store.accounts import Account, Tls
from core.store.settings import Exclude
from desktop.care.authority_row import AuthorityRow
from desktop.care.exclude_form import ExcludeForm
from desktop.care.sign_in import SignIn
from desktop.desk import Desk
from desktop.jobs import Job
from desktop.operations import accounts
from desktop.parts import label, press, row
from desktop.scrolled import Pages, Scrolled, fit_on_screen
from desktop.theme import SPACE
from desktop.words import say

OFTEN = 15  # minutes between two looks for new mail, where the user wants them
PORTS: dict[Tls, int] = {"implicit": 993, "starttls": 143, "none": 143}


class AccountDialog(QDialog):
    def __init__(self, desk: Desk, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._looked_for = ""
        self.setWindowTitle(say("Add account"))
        self.setMinimumWidth(520)
        self._make_fields()
        self.found = label(role="muted")
        self.found.hide()
        self.form = QFormLayout()
        self.never = ExcludeForm()
        self.never.show_exclude(desk.app.settings.now.exclude)
        self._make_buttons()
        self._lay_out()
        self.address.editingFinished.connect(self._look)
        self.tls.currentIndexChanged.connect(self._on_tls)
        self.by_page.toggled.connect(self._on_by_page)
        self.host.textChanged.connect(self._on_host)
        for field in (self.address, self.password, self.host, self.client):
            field.textChanged.connect(self._check)
        self.finished.connect(self._on_finished)
        self._show_server(False)
        self._on_host()
        self._show_step(0)

    @property
    def sign_in(self) -> SignIn:
        address = self.address.text().strip().lower()
        return SignIn(
            Account(
                id=AccountId(0),
                address=address,
                name=self.name.text().strip(),
                host=self.host.text().strip(),
                port=self.port.value(),
                tls=self.tls.currentData(),
                user=self.user.text().strip() or address,
                authority=self.authority.pem,
            ),
            self.password.text(),
            self._client if self.by_page.isChecked() else None,
        )

    @property
    def _client(self) -> GivenClient:
        """Google hands its ids out as a file."""
        given = self.client.text().strip()
        return GivenClient(file=Path(given)) if given.lower().endswith(".json") else GivenClient(given)

    @property
    def exclude(self) -> Exclude:
        return self.never.exclude

    def _make_fields(self) -> None:
        self.name, self.address, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("you@example.org")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.by_page = QCheckBox(say("Sign in on the provider’s &web page"))
        self.client = QLineEdit()
        self.client.setPlaceholderText(say("from your firm or the provider; or the path of its JSON file"))
        self.host = QLineEdit()
        self.port = QSpinBox()
        self.port.lineEdit().setTextMargins(SPACE, 0, SPACE, 0)  # the style sheet has no say in it
        self.port.setRange(1, 65535)
        self.port.setValue(PORTS["implicit"])
        self.tls = QComboBox()
        self.tls.addItem(say("TLS (usual)"), "implicit")
        self.tls.addItem(say("STARTTLS"), "starttls")
        self.tls.addItem(say("None (this machine only)"), "none")
        self.user = QLineEdit()
        self.watch = QCheckBox(
            say("Look for new mail every {0} &minutes while the window is open").format(OFTEN)
        )
        self.watch.setToolTip(say("Not on battery. Accounts shows this again, and changes it"))
        self.watch.setChecked(bool(self._desk.app.settings.now.watch.minutes))
        self.authority = AuthorityRow(self._desk)
        self.authority.changed.connect(self._grow)
        self._server = (self.host, self.port, self.tls, self.user, self.authority)

    def _make_buttons(self) -> None:
        self.by_hand = press(say("Set the server by hand"), lambda: self._show_server(True))
        self.cancel = press(say("Cancel"), self.reject)
        self.back = press(say("Back"), lambda: self._show_step(0))
        self.next = press(say("Next"), lambda: self._show_step(1), primary=True)
        self.ok = press(
            say("Sign in and sync"), self.accept, hint=say("Sign in, and fetch your mail"), primary=True
        )
        for one in (self.by_hand, self.cancel, self.back):
            one.setAutoDefault(False)

    def _lay_out(self) -> None:
        self.form.setSpacing(SPACE + 2)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, field in (
            (say("Your &name"), self.name),
            (say("&Address"), self.address),
            (say("&Password"), self.password),
            ("", self.by_page),
            (say("&Client id"), self.client),
            (say("Mail &server"), self.host),
            (say("P&ort"), self.port),
            (say("&Encryption"), self.tls),
            (say("&User name"), self.user),
            (say("Trusted by"), self.authority),
        ):
            self.form.addRow(text, field)
            if text:
                field.setAccessibleName(text.replace("&", ""))
            field.setMinimumHeight(SPACE * 4)
        told = say("Many providers ask for an app password here. It is kept in this system’s keychain.")
        signing, first = _step(say("Sign in"), told)
        first.addLayout(self.form)
        first.addWidget(self.found)
        first.addStretch(1)
        never = say(
            "Mail in these folders, from or to these people and domains, or with these words in it is left "
            "alone. One a line; leave empty what does not matter. Privacy shows them again later."
        )
        excluding, second = _step(say("What must never be read?"), never)
        second.addWidget(self.never)
        second.addWidget(self.watch)
        second.addStretch(1)
        self.steps = Pages()
        for step in (signing, excluding):
            self.steps.addWidget(step)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        whole.setSpacing(SPACE * 2)
        whole.addWidget(Scrolled(self.steps), 1)
        whole.addLayout(row(self.by_hand, 1, self.cancel, self.back, self.next, self.ok))

    def _show_step(self, number: int) -> None:
        self.steps.setCurrentIndex(number)
        for one, shown in ((self.back, number == 1), (self.ok, number == 1), (self.next, number == 0)):
            one.setVisible(shown)
        self.by_hand.setVisible(number == 0 and not self.form.isRowVisible(self.host))
        primary: QPushButton = self.ok if number else self.next
        primary.setDefault(True)
        self._check()
        self._grow()

    def _show_server(self, shown: bool) -> None:
        for field in self._server:
            self.form.setRowVisible(field, shown)
        self.by_hand.setVisible(not shown)
        self._grow()

    def _grow(self) -> None:
        """Rows that come want room; what the screen has not is scrolled to."""
        self.form.invalidate()
        self.steps.updateGeometry()
        fit_on_screen(self)

    # Signing in by a web page

    def _on_host(self) -> None:
        """Offers the provider's page where we know it, and takes to it where there is no other way."""
        known, firms = self._desk.app.accounts.signs_in_by_page(self.host.text().strip())
        self.form.setRowVisible(self.by_page, known)
        if firms and not self.client.text():
            self.client.setText(firms)
        self.by_page.setChecked(known and (self.by_page.isChecked() or bool(firms)))
        self._on_by_page()

    def _on_by_page(self) -> None:
        by_page = self.by_page.isChecked()
        self.form.setRowVisible(self.client, by_page)
        self.form.setRowVisible(self.password, not by_page)
        self._check()

    # Finding the server

    def _look(self) -> None:
        """Looks for the server once an address is typed, unless one was set by hand."""
        address = self.address.text().strip()
        if "@" not in address or address == self._looked_for or self.host.isModified():
            return
        if self._job is not None:
            self._job.cancel()
        self._looked_for = address
        self._tell(say("Looking for the mail server …"))
        self._job = job = accounts.find_server(self._desk, address=address)
        job.done.connect(lambda looked: self._on_looked(job, looked))
        job.failed.connect(lambda _error: self._on_looked(job, Looked(None, ())))

    def _on_looked(self, job: Job, looked: Looked) -> None:
        if job is not self._job:  # of an address that was typed over
            return
        self._job = None
        if looked.found is None:
            self._tell(
                say("No mail server was found for this address; type its name, as your provider gives it.")
            )
            self._show_server(True)
            self.host.setFocus()
        else:
            self._show_found(looked.found)
        self._check()

    def _show_found(self, found: Found) -> None:
        settings = found.settings
        self.host.setText(settings.host)
        self.tls.setCurrentIndex(self.tls.findData(settings.tls))
        self.port.setValue(settings.port)
        self.user.setText(settings.user)
        where = f"{settings.host}:{settings.port}"
        told = [messages.mail.server_found(found.origin, found.source, where, settings.user)]
        if settings.web_only:
            known = self.form.isRowVisible(self.by_page)
            self.by_page.setChecked(known)
            told.append(
                say("It takes sign-in on its web page only; that asks for a client id.")
                if known
                else messages.mail.web_only(settings.host)
            )
        elif settings.app_password:
            told.append(messages.mail.app_password(settings.help))
        if found.unproven:
            told.append(messages.mail.UNPROVEN_SERVER)
            self._show_server(True)
        self._tell(" ".join(told))

    def _tell(self, sentence: str) -> None:
        self.found.setText(sentence)
        self.found.show()
        self._grow()

    def _on_tls(self) -> None:
        self.port.setValue(PORTS[self.tls.currentData()])

    def _on_finished(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _check(self) -> None:
        secret = self.client if self.by_page.isChecked() else self.password
        filled = all(field.text().strip() for field in (self.address, secret, self.host))
        for one in (self.next, self.ok):
            one.setEnabled(filled and "@" in self.address.text())


def _step(title: str, about: str) -> tuple[QWidget, QVBoxLayout]:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE * 2)
    column.addWidget(label(title, size=1.25, bold=True))
    column.addWidget(label(about, role="muted"))
    return made, column
