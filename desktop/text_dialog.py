"""A long text to read, and nothing else to do with it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.scrolled import fit_on_screen
from desktop.words import say


def show_text(parent: QWidget, title: str, text: str) -> QDialog:
    """Open until it is closed; the window goes on meanwhile."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    fit_on_screen(dialog, QSize(720, 560))
    page = QPlainTextEdit(text)
    page.setReadOnly(True)
    page.setAccessibleName(title)
    close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    close.button(QDialogButtonBox.StandardButton.Close).setText(say("Close"))
    close.rejected.connect(dialog.close)
    whole = QVBoxLayout(dialog)
    whole.addWidget(page)
    whole.addWidget(close)
    dialog.open()
    return dialog
