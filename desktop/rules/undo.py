"""Changes of the rule book as steps that can be taken back: what each rule was before, and what after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QUndoCommand

from core.domain import Rule, RuleId

Restore = Callable[[tuple[Rule, ...], tuple[RuleId, ...]], object]


@dataclass(frozen=True)
class RuleEdit:
    """Only the rules that differ."""

    before: tuple[Rule, ...]
    after: tuple[Rule, ...]

    @classmethod
    def between(cls, before: Sequence[Rule], after: Sequence[Rule]) -> "RuleEdit":
        was, now = {one.id: one for one in before}, {one.id: one for one in after}
        return cls(
            tuple(one for one in before if now.get(one.id) != one),
            tuple(one for one in after if was.get(one.id) != one),
        )


class RuleStep(QUndoCommand):
    """Done before it comes to a stack, so that the stack's first `redo` does nothing."""

    def __init__(self, title: str, edit: RuleEdit, restore: Restore) -> None:
        super().__init__(title)
        self._edit, self._restore = edit, restore
        self._done = True
        self.setObsolete(edit.before == edit.after)

    def redo(self) -> None:
        if self._done:
            self._done = False
            return
        self._put(self._edit.after, self._edit.before)

    def undo(self) -> None:
        self._put(self._edit.before, self._edit.after)

    def _put(self, wanted: tuple[Rule, ...], instead: tuple[Rule, ...]) -> None:
        kept = {one.id for one in wanted}
        self._restore(wanted, tuple(one.id for one in instead if one.id not in kept))
