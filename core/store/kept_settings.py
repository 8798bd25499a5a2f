"""The settings of an open profile, as its rooms share them."""

from pathlib import Path

from core.store import settings as settings_file
from core.store.settings import Settings


class KeptSettings:
    """`now`: the settings as they are. Raises InputError, and ProfileError for a file that cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now = settings_file.load(path)

    def save(self, settings: Settings) -> None:
        """They hold from now on. Raises InputError, ProfileError; then those before hold."""
        settings_file.save(self._path, settings)
        self.now = settings
