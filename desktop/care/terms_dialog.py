"""The terms on which a model service is used: for whose mail, without which words, how much in a month."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QPlainTextEdit, QSpinBox, QWidget

from core.models.budget import Used
from core.store.settings import Cloud
from desktop.care.dialog_buttons import agree_or_cancel
from desktop.parts import label
from desktop.scrolled import scrolled_form
from desktop.theme import SPACE
from desktop.words import say

MOST = 2_000_000_000  # what a spin box holds


class TermsDialog(QDialog):
    def __init__(self, parent: QWidget, terms: Cloud, used: Used, accounts: tuple[str, ...]) -> None:
        """`accounts`: the user's addresses; `used`: this month."""
        super().__init__(parent)
        self._terms = terms
        self.setWindowTitle(say("Terms for {0}").format(terms.model))
        self.setMinimumWidth(480)
        self.on = QCheckBox(say("This service may be &used"))
        self.on.setChecked(terms.enabled)
        self.redact = QCheckBox(say("&Names, addresses and numbers stay here"))
        self.redact.setChecked(terms.redact)
        self.boxes = [QCheckBox(one) for one in accounts]
        for box in self.boxes:
            box.setAccessibleName(box.text())
            box.setChecked(box.text() in terms.accounts)
        self.words = QPlainTextEdit("\n".join(terms.words))
        self.words.setTabChangesFocus(True)
        self.words.setPlaceholderText(say("one a line"))
        self.words.setMaximumHeight(SPACE * 12)
        self.requests, self.tokens = _limit(terms.monthly_requests), _limit(terms.monthly_tokens)
        form = QFormLayout()
        form.setSpacing(SPACE + 2)
        form.addRow(self.on)
        for place, box in enumerate(self.boxes):
            form.addRow("" if place else say("For mail to"), box)
        form.addRow(self.redact)
        for text, field in (
            (say("&Words that stay here, too"), self.words),
            (say("Most &requests a month"), self.requests),
            (say("Most &tokens a month"), self.tokens),
        ):
            form.addRow(text, field)
            field.setAccessibleName(text.replace("&", ""))
        counted = say("Used this month: {0} requests, {1} tokens.").format(used.requests, used.tokens)
        buttons, _ = agree_or_cancel(self, say("Keep"))
        whole = scrolled_form(self, buttons)
        whole.addLayout(form)
        whole.addWidget(label(counted, role="muted"))

    @property
    def terms(self) -> Cloud:
        lines = (line.strip() for line in self.words.toPlainText().splitlines())
        return replace(
            self._terms,
            enabled=self.on.isChecked(),
            redact=self.redact.isChecked(),
            accounts=tuple(box.text() for box in self.boxes if box.isChecked()),
            words=tuple(dict.fromkeys(filter(None, lines))),
            monthly_requests=self.requests.value(),
            monthly_tokens=self.tokens.value(),
        )


def _limit(value: int) -> QSpinBox:
    made = QSpinBox()
    made.lineEdit().setTextMargins(SPACE, 0, SPACE, 0)  # the style sheet has no say in it
    made.setRange(0, MOST)
    made.setSpecialValueText(say("no limit"))
    made.setGroupSeparatorShown(True)
    made.setValue(min(value, MOST))
    return made
