"""One mail that is being written: notes, the draft, and what can be done with it. It keeps what was
written for every message visited, so that looking at another one loses nothing."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from core.domain import AppliedRule, Draft, MessageId
from core.drafting.mailbox import NewMail
from core.drafting.outgoing import Addressed
from core.drafting.wishes import Wish, lines
from core.tasks import Step
from desktop.desk import Desk
from desktop.jobs import Job
from desktop.operations import privacy, replies
from desktop.operations.replies import Written
from desktop.parts import command, separator
from desktop.replies.composer_form import ComposerForm
from desktop.replies.first_request import FirstRequest
from desktop.replies.handing_over import HandingOver
from desktop.replies.sheet import Sheet
from desktop.words import say

PREPARE_MS = 700  # after a message was opened or its notes changed


class Composer(ComposerForm):
    """Everything below the thread."""

    rules_changed = Signal(object)  # Sheet | None

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._sheets: dict[MessageId | None, Sheet] = {}
        self._preparing: Job | None = None
        self._handing_over = HandingOver(desk.app.home, self)
        desk.at_close(self._handing_over.clear)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PREPARE_MS)
        self._pause.timeout.connect(self._prepare)
        self.notes.textChanged.connect(self._pause.start)
        self._make_commands()
        self._lay_out()
        self._refresh()

    def _make_commands(self) -> None:
        self.write_action = command(
            self, say("Write a draft"), self.write, symbol="write", shortcut="Ctrl+Return",
            hint=say("Write it from your notes, in your style"),
        )  # fmt: skip
        self.again_action = command(
            self, say("Again"), self.write, symbol="again", shortcut="Ctrl+Return",  # in the other's place
            hint=say("Write it once more; undo brings this one back"),
        )  # fmt: skip
        self.wish_actions = tuple(
            command(self, text, partial(self.wish, wish), symbol=wish.value, shortcut=keys, hint=hint)
            for wish, text, keys, hint in (
                (Wish.SHORTER, say("Shorter"), "Ctrl+Shift+S", say("Write it again, only the points")),
                (Wish.LONGER, say("Longer"), "Ctrl+Shift+L", say("Write it again, with more to it")),
                (
                    Wish.WARMER,
                    say("Warmer"),
                    "Ctrl+Shift+W",
                    say("Write it again, with good wishes and help"),
                ),
            )
        )
        self.stop_action = command(self, say("Stop"), self.stop, symbol="cancel", shortcut="Esc")
        separator(self)
        self.everyone_action = command(
            self, say("To everyone"), self._on_everyone, symbol="everyone", shortcut="Ctrl+Shift+E",
            checkable=True, hint=say("Let the reply go to all who got the message, not to its sender alone"),
        )  # fmt: skip
        self.save_action = command(
            self, say("Save to Drafts"), self.save, symbol="save", shortcut="Ctrl+S",
            hint=say("Put this mail into the Drafts folder of your account"),
        )  # fmt: skip
        self.take_back_action = command(
            self, say("Take it back"), self.take_back, shortcut="Ctrl+Shift+K",
            hint=say("Learn nothing from what you changed in this draft"),
        )  # fmt: skip
        self.hand_over_action = command(
            self, say("Open in mail program"), self.hand_over, symbol="openmail", shortcut="Ctrl+Shift+O",
            hint=say("Open it as a mail in your mail program, to send it from there"),
        )  # fmt: skip
        self.copy_action = command(
            self, say("Copy"), self.copy, symbol="copy", shortcut="Ctrl+Shift+C",
            hint=say("Copy the whole text"),
        )  # fmt: skip
        self.compare_action = command(
            self, say("Compare"), self._on_compare, symbol="compare", shortcut="Ctrl+D", checkable=True,
            hint=say("Show what the model writes without your rules beside it"),
        )  # fmt: skip

    # What the user does

    def show_message(self, message: MessageId) -> None:
        """Opens its sheet; where there is none, with the draft of an earlier day, if there is one."""
        if message not in self._sheets:
            self._sheets[message] = self._from_store(message)
        self._open(self._sheets[message])

    def show_new(self, mail: NewMail | None) -> None:
        """Opens the sheet of the new mail, which is for whom `mail` says by now."""
        sheet = self._sheets.setdefault(None, Sheet(None))
        if mail != sheet.mail:
            sheet.mail = mail
            self._pause.start()
        if sheet is self.sheet:
            self._refresh()
        else:
            self._open(sheet)

    @property
    def new(self) -> Sheet | None:
        """That of the new mail, if one was begun."""
        return self._sheets.get(None)

    def begin_new(self) -> None:
        """What the new mail said is no longer needed."""
        if self.sheet is not None and self.sheet.message is None:
            self.sheet = None
        self._sheets.pop(None, None)

    def written(self) -> frozenset[MessageId]:
        """The messages that something was written for, notes included."""
        self._keep()
        sheets = self._sheets.values()
        return frozenset(
            one.message for one in sheets if one.message is not None and (one.text or one.notes or one.job)
        )

    def take(self, message: MessageId, draft: Draft) -> None:
        """A reply that was written ahead, to be shown once its message is opened."""
        sheet = self._sheets.get(message)
        if sheet is None or not (sheet.text or sheet.notes or sheet.job):
            ready = sheet or self._sheets.setdefault(message, Sheet(message))
            ready.text, ready.draft, ready.rules = draft.text, draft, draft.rules
            ready.ahead = True
            if ready is self.sheet:
                self.sheet = None
                self.show_message(message)

    def _open(self, sheet: Sheet) -> None:
        self._keep()
        self.sheet = sheet
        if sheet.ahead and sheet.message is not None and sheet.draft is not None:
            sheet.ahead, sheet.told = False, say("Written ahead for you")
            replies.note_seen(self._desk, message=sheet.message, draft=sheet.draft)
        if sheet.addressed is None and sheet.message is not None:
            job = replies.find_addressed(self._desk, message=sheet.message)
            job.done.connect(lambda found: self._on_addressed(sheet, found))
        self.notes.setPlainText(sheet.notes)
        self.draft.begin()
        self.draft.finish(sheet.text)
        self.draft.document().clearUndoRedoStacks()
        self.draft.setReadOnly(sheet.job is not None)
        if sheet.draft and sheet.draft.text == sheet.text:
            self.draft.show_findings(sheet.draft.findings)
        self.plain.setPlainText(sheet.zero_shot or "")
        self.compare_button.setChecked(False)
        self._pause.start()
        self._refresh()
        self.rules_changed.emit(sheet)

    def _from_store(self, message: MessageId) -> Sheet:
        last = self._desk.app.drafts.last(message)
        if last is None:
            return Sheet(message)
        text = last.draft.text if last.edited is None else last.edited
        return Sheet(message, notes=last.notes, text=text, draft=last.draft, rules=last.draft.rules)

    def _prepare(self) -> None:
        """What is open may be written next: all of it but the text is done now."""
        sheet = self.sheet
        if sheet is None or sheet.job is not None or sheet.target is None or not self.isVisible():
            return
        if self.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen):
            return  # a picture is drawn
        notes = self.notes.toPlainText()
        if sheet.draft is not None and notes == sheet.notes:
            return
        self._let_go()
        self._preparing = replies.prepare(
            self._desk, target=sheet.target, notes=notes, left_out=sheet.left_out
        )
        self._preparing.ended.connect(self._on_prepared)

    def _let_go(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()

    def _on_prepared(self) -> None:
        if self.sender() is self._preparing:
            self._preparing = None

    def write(self) -> None:
        """Shows first what a service would be sent, where none was sent anything yet."""
        sheet = self.sheet
        if sheet is None or sheet.job is not None or sheet.target is None:
            return
        self._keep()
        self._pause.stop()
        self._let_go()
        if self._desk.app.cloud.unseen:
            self._show_first(sheet)
        else:
            self._write(sheet)

    def _show_first(self, sheet: Sheet) -> None:
        if sheet.target is None:
            return
        sheet.job = privacy.preview(
            self._desk,
            message=sheet.target,
            notes=sheet.notes,
            left_out=sheet.left_out,
            wished=sheet.wished,
        )
        sheet.told = say("Putting the text together …")
        sheet.job.done.connect(lambda text: self._ask_first(sheet, text))
        sheet.job.ended.connect(lambda: self._on_previewed(sheet))
        self._refresh()

    def _on_previewed(self, sheet: Sheet) -> None:
        sheet.job = None
        self._tell(sheet, "")

    def _ask_first(self, sheet: Sheet, text: str) -> None:
        dialog = FirstRequest(self, self._desk.app.cloud.writer, text)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._write(sheet))
        dialog.rejected.connect(lambda: privacy.decline_service(self._desk))
        dialog.open()

    def _write(self, sheet: Sheet) -> None:
        if sheet.target is None:
            return
        sheet.text, sheet.draft, sheet.told, sheet.zero_shot = "", None, say("Reading the mail …"), None
        sheet.noted, sheet.edit_noted = (), False
        self.compare_action.setChecked(False)
        self.draft.begin()
        sheet.job = replies.write_draft(
            self._desk,
            target=sheet.target,
            notes=sheet.notes,
            left_out=sheet.left_out,
            wished=sheet.wished,
        )
        sheet.job.texted.connect(lambda piece: self._on_text(sheet, piece))
        sheet.job.progressed.connect(lambda step: self._on_step(sheet, step))
        sheet.job.done.connect(lambda written: self._on_written(sheet, written))
        sheet.job.ended.connect(lambda: self._on_ended(sheet))
        self._refresh()

    def wish(self, wish: Wish) -> None:
        """Writes it again, shorter, longer or warmer, until the wish is left out like a rule."""
        if self.sheet is None or self.sheet.job is not None:
            return
        asked = lines(wish)
        traits = {line.trait for line in asked}
        self.sheet.wished = tuple(one for one in self.sheet.wished if one.trait not in traits) + asked
        self.sheet.left_out -= traits
        self.write()

    def stop(self) -> None:
        if self.sheet and self.sheet.job:
            self.sheet.job.cancel()

    def save(self) -> None:
        if self.sheet is None:
            return
        sheet, text = self.sheet, self.draft.toPlainText()
        if sheet.message is not None:
            job = replies.save_draft(self._desk, message=sheet.message, text=text, everyone=sheet.to_all)
            job.done.connect(lambda noted: setattr(sheet, "edit_noted", noted))
        elif sheet.mail is not None:
            job = replies.save_new(self._desk, mail=sheet.mail, text=text, replaces=sheet.saved)
            job.done.connect(lambda saved: setattr(sheet, "saved", saved))
        else:
            return
        sheet.told = say("Saving …")
        job.done.connect(lambda _: self._tell(sheet, say("Saved to Drafts")))
        job.failed.connect(lambda _error: self._tell(sheet, say("Not saved")))
        self._refresh()

    def take_back(self) -> None:
        """Nothing is to be learned from what was changed in this draft."""
        sheet = self.sheet
        if sheet is not None and sheet.message is not None and sheet.edit_noted:
            job = replies.take_back_edit(self._desk, message=sheet.message)
            job.done.connect(lambda _: setattr(sheet, "edit_noted", False))
            job.done.connect(lambda _: self._tell(sheet, say("Taken back: nothing is learned from it")))

    def hand_over(self) -> None:
        sheet = self.sheet
        if sheet is None or sheet.target is None:
            return
        text = self.draft.toPlainText()
        job = replies.make_whole(self._desk, target=sheet.target, text=text, everyone=sheet.to_all)
        job.done.connect(lambda raw: self._on_whole(sheet, raw))

    def _on_whole(self, sheet: Sheet, raw: bytes) -> None:
        try:
            opened = self._handing_over.open(raw)
        except OSError:
            opened = False
        if opened:
            self._tell(sheet, say("Handed to your mail program"))
        else:
            self._desk.failed.emit(
                say("No program on this computer opens mail files; save it to Drafts, or copy it.")
            )

    def copy(self) -> None:
        if self.sheet is not None:
            QGuiApplication.clipboard().setText(self.draft.toPlainText())
            self._tell(self.sheet, say("Copied"))

    def show_draft(self, notes: str, draft: Draft, zero_shot: str | None = None) -> None:
        """A draft that was written before, on the sheet of the message that is open."""
        if self.sheet is None:
            return
        self.sheet.notes, self.sheet.text, self.sheet.draft = notes, draft.text, draft
        self.sheet.rules, self.sheet.zero_shot = draft.rules, zero_shot
        sheet, self.sheet = self.sheet, None  # nothing of the page is to be kept
        self._open(sheet)
        self.compare_action.setChecked(zero_shot is not None)
        self._refresh()

    def leave_out(self, applied: AppliedRule) -> None:
        """Takes the rule out of the next writing of this reply, or back into it."""
        if self.sheet is not None:
            self.sheet.left_out ^= {applied.line.trait}
            self.sheet.wished = tuple(one for one in self.sheet.wished if one != applied.line)
            self._pause.start()
            self._refresh()
            self.rules_changed.emit(self.sheet)

    def _on_everyone(self) -> None:
        if self.sheet is not None:
            self.sheet.everyone = self.everyone_action.isChecked()
            self._refresh()

    def _on_addressed(self, sheet: Sheet, found: Addressed) -> None:
        sheet.addressed = found
        if sheet is self.sheet:
            self._refresh()

    def _on_compare(self) -> None:
        sheet = self.sheet
        if (
            sheet is not None
            and self.compare_action.isChecked()
            and sheet.zero_shot is None
            and sheet.job is None
            and sheet.target is not None
        ):
            self.plain.clear()
            sheet.job = replies.write_zero_shot(self._desk, target=sheet.target, notes=sheet.notes)
            sheet.job.texted.connect(lambda piece: self._on_plain_text(sheet, piece))
            sheet.job.done.connect(lambda draft: self._on_plain(sheet, draft))
            sheet.job.ended.connect(lambda: self._on_ended(sheet))
        self._refresh()

    # What jobs report

    def _on_text(self, sheet: Sheet, piece: str) -> None:
        sheet.text += piece
        sheet.told = say("Writing …")
        if sheet is self.sheet:
            self.draft.stream(piece)
            self.status.setText(sheet.told)

    def _on_step(self, sheet: Sheet, step: Step) -> None:
        if sheet is self.sheet and not sheet.text and step.total:
            self.status.setText(say("Reading the mail … {0} %").format(round(100 * step.done / step.total)))

    def _on_written(self, sheet: Sheet, written: Written) -> None:
        draft, sheet.noted = written.draft, written.noted
        left = tuple(one for one in sheet.rules if one.line.trait in sheet.left_out)
        written_lines = {one.line for one in draft.rules}
        sheet.draft, sheet.text, sheet.told = draft, draft.text, ""
        sheet.rules = draft.rules + tuple(one for one in left if one.line not in written_lines)
        if sheet is self.sheet:
            self.draft.finish(draft.text)
            self.draft.show_findings(draft.findings)
            self.rules_changed.emit(sheet)

    def _on_plain_text(self, sheet: Sheet, piece: str) -> None:
        if sheet is self.sheet:
            self.plain.stream(piece)

    def _on_plain(self, sheet: Sheet, draft: Draft) -> None:
        sheet.zero_shot = draft.text
        if sheet is self.sheet:
            self.plain.setPlainText(draft.text)

    def _on_ended(self, sheet: Sheet) -> None:
        sheet.job = None
        if sheet.draft is None:
            sheet.told = say("Stopped")
        if sheet is self.sheet:
            self.draft.setReadOnly(False)
            self._refresh()

    # What the screen shows

    def _keep(self) -> None:
        if self.sheet is not None:
            self.sheet.notes = self.notes.toPlainText()
            if self.sheet.job is None:
                self.sheet.text = self.draft.toPlainText()

    def _tell(self, sheet: Sheet, told: str) -> None:
        sheet.told = told
        if sheet is self.sheet:
            self._refresh()
