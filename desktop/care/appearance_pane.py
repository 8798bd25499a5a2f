"""Appearance: light, dark or as the system has it, and how large the letters are. Every choice is seen at
once."""

from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from desktop.appearance import SIZES, Appearance, Theme
from desktop.parts import card, command, heading, label, page, row, separator
from desktop.theme import SPACE
from desktop.words import say


class AppearancePane(QWidget):
    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.themes: dict[Theme, QRadioButton] = {}
        self.sizes = QComboBox()
        self.sizes.setAccessibleName(say("Size of letters"))
        self.sizes.setMinimumHeight(SPACE * 4)
        for percent in SIZES:
            self.sizes.addItem(say("{0} %").format(percent), percent)
        self._make_commands()
        whole = page(self, say("Appearance"), say("How this window looks. Changes show at once."))
        colours, column = card()
        column.addWidget(heading(say("Light or dark")))
        group = QButtonGroup(self)
        for theme, text in (
            (Theme.SYSTEM, say("As the system has it, and changing with it")),
            (Theme.LIGHT, say("Always light")),
            (Theme.DARK, say("Always dark")),
        ):
            button = QRadioButton(text)
            button.clicked.connect(lambda _checked, theme=theme: appearance.choose_theme(theme))
            group.addButton(button)
            column.addWidget(button)
            self.themes[theme] = button
        whole.addWidget(colours)
        letters, column = card()
        column.addWidget(heading(say("Size of letters")))
        column.addLayout(row(self.sizes, 1))
        column.addWidget(
            label(say("Of what the system asks for. Ctrl and + or – change it anywhere."), role="muted")
        )
        whole.addWidget(letters)
        whole.addStretch(1)
        self.sizes.activated.connect(lambda _place: self._choose(self.sizes.currentData()))
        self._show()

    def follow(self) -> None:
        """The system may ask for other letters."""
        self._appearance.follow()

    def _make_commands(self) -> None:
        self.larger_action = command(
            self, say("Larger letters"), lambda: self._step(1), shortcut="Ctrl++",
            hint=say("Make all letters larger"),
        )  # fmt: skip
        self.smaller_action = command(
            self, say("Smaller letters"), lambda: self._step(-1), shortcut="Ctrl+-",
            hint=say("Make all letters smaller"),
        )  # fmt: skip
        separator(self)
        self.usual_action = command(
            self, say("Usual letters"), lambda: self._choose(100), shortcut="Ctrl+0",
            hint=say("Letters as large as the system asks for"),
        )  # fmt: skip

    def _step(self, by: int) -> None:
        place = SIZES.index(self._appearance.size) + by
        if 0 <= place < len(SIZES):
            self._choose(SIZES[place])

    def _choose(self, percent: int) -> None:
        self._appearance.choose_size(percent)
        self._show()

    def _show(self) -> None:
        self.themes[self._appearance.theme].setChecked(True)
        self.sizes.setCurrentIndex(self.sizes.findData(self._appearance.size))
        self.larger_action.setEnabled(self._appearance.size < SIZES[-1])
        self.smaller_action.setEnabled(self._appearance.size > SIZES[0])
