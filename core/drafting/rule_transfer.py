"""The rule book as a file, and a file of rules taken in and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core import messages
from core.domain import Rule
from core.drafting.book import Rules
from core.errors import InputError
from core.preference import rule_changes, rulefile
from core.preference.rule_changes import TakenIn
from core.privacy.files import write_private
from core.store.database import Database
from core.store.jobs import JobRepository

IMPORTED = "rules/imported"  # the key of what the last import changed


@dataclass(frozen=True)
class _Changed:
    """Rules as they were before an import, and as it left them; only those that differ."""

    before: tuple[Rule, ...]
    after: tuple[Rule, ...]


class RuleTransfer:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs = JobRepository(database)
        self._book = Rules(database).book

    def export(self, path: Path) -> int:
        """Writes the rules that drafts are written by, and those switched off; they may name people, so the
        file is for its owner's eyes alone. The number of rules. Raises InputError where it cannot be."""
        rules = self._book.all()
        try:
            write_private(path, rulefile.to_text(rules).encode())
        except OSError:
            raise InputError("The rules cannot be written there; choose another place.") from None
        return sum(map(rulefile.worth_telling, rules))

    def take_in(self, path: Path) -> TakenIn:
        """All rules of a file, or, where one cannot be read, none. Raises InputError with its line."""
        entries, book = rulefile.from_text(_text(path)), self._book
        with self._database.transaction():
            before = book.all()
            done = rule_changes.take_in(book, entries)
            self._jobs.set(IMPORTED, _difference(before, book.all()))
        return done

    def take_back(self) -> int:
        """Undoes the last import, but for rules that were changed since. The number of rules it undoes.
        Raises InputError where there is none."""
        book = self._book
        with self._database.transaction():
            last = self._jobs.get(IMPORTED, _Changed)
            if last is None:
                raise InputError(messages.rules.NO_IMPORT)
            now = {one.id: one for one in book.all()}
            left = {one.id for one in last.after if now.get(one.id) == one}
            old = [one for one in last.before if one.id in left]
            book.restore(old, left - {one.id for one in last.before})
            self._jobs.clear(IMPORTED)
        return len(left)


def _difference(before: Sequence[Rule], after: Sequence[Rule]) -> _Changed:
    return _Changed(
        tuple(one for one in before if one not in after), tuple(one for one in after if one not in before)
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(rulefile.MOST_BYTES + 1)
    except OSError:
        raise InputError("The file of rules cannot be read; check its name and permissions.") from None
    if len(raw) > rulefile.MOST_BYTES:
        raise InputError("The file is far too large to be one of rules; choose another.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("The file is not UTF-8 text; save it as UTF-8 and try again.") from None
