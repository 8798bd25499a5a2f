"""The two buttons under a small form."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from desktop.words import say


def agree_or_cancel(dialog: QDialog, agree: str) -> tuple[QDialogButtonBox, QPushButton]:
    """The box, and in it the button that accepts the dialog."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
    ok.setText(agree)
    ok.setObjectName("primary")
    buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say("Cancel"))
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons, ok
