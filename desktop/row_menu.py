"""What is done with one row of a screen by a button beside it, in the screen's menu as well."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QMenu, QWidget


class RowMenu(QMenu):
    """An entry for each row that it can be done with; hidden where there is none."""

    def __init__(self, owner: QWidget, title: str) -> None:
        super().__init__(title, owner)
        owner.addAction(self.menuAction())
        self.show_rows({})

    def show_rows(self, rows: Mapping[str, Callable[[], object]]) -> None:
        """By name, what to do."""
        self.clear()
        for name, act in rows.items():
            made = self.addAction(name.replace("&", "&&"))
            made.triggered.connect(lambda _checked=False, act=act: act())
        self.menuAction().setVisible(bool(rows))
