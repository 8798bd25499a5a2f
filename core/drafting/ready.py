"""What drafting knows before it is asked: the writer with all it has read of the mail, and the rules the
agent gave for what was prepared. To read all mail anew for each draft took longer than to write it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.domain import Context, RuleLine
from core.drafting.write import Agent, Writer
from core.store.database import Database
from core.store.kept_settings import KeptSettings
from core.tasks import CancelToken

_MOST = 32  # contexts whose rules are kept


class KeptWriter:
    """One writer for draft after draft, until the database or the settings change. Safe to share between
    threads."""

    def __init__(self, database: Database, settings: KeptSettings) -> None:
        self._database, self._settings = database, settings
        self._turn = threading.Lock()
        self._kept: Writer | None = None
        self._version = 0
        self._made_by = settings.now

    def get(self, make: Callable[[], Writer]) -> Writer:
        """The writer kept, or a new one by `make`."""
        with self._turn:
            if self._kept is None or self._is_old():
                version = self._database.version  # before reading: a commit meanwhile makes it old
                settings = self._settings.now
                made = make()
                agent = Remembering(made.agent) if made.agent else None
                self._kept, self._version = replace(made, agent=agent), version
                self._made_by = settings
            return self._kept

    def keep_through(self, write: Callable[[], None]) -> None:
        """Writes what no draft depends on, and keeps the writer through it."""
        with self._turn, self._database.transaction():
            current = self._version == self._database.version
            write()
            # The commit that ends this transaction; nobody else's can come before it.
            self._version = self._database.version + 1 if current else -1

    def _is_old(self) -> bool:
        return self._version != self._database.version or self._made_by is not self._settings.now


class Remembering:
    """An agent asked once for each context: it is greedy, so its rules would be the same again."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._known: dict[Context, Sequence[RuleLine]] = {}

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> Sequence[RuleLine]:
        """See Agent."""
        found = self._known.get(context)
        if found is None:
            found = self._agent.rules_for(context, cancel)
            while len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[context] = found
        return found
