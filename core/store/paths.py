"""Where a profile lies: one folder, `LONGHAND_HOME` or the platform's place for a program's data."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.errors import ProfileError


@dataclass(frozen=True)
class Profile:
    """The paths of one profile folder."""

    home: Path

    @classmethod
    def locate(cls, environment: Mapping[str, str] = os.environ) -> "Profile":
        chosen = environment.get("LONGHAND_HOME", "")
        home = (
            Path(chosen).expanduser() if chosen else platformdirs.user_data_path("Longhand", appauthor=False)
        )
        return cls(home.absolute())

    @property
    def database(self) -> Path:
        return self.home / "longhand.db"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def settings(self) -> Path:
        return self.home / "settings.toml"

    @property
    def evaluations(self) -> Path:
        """Databases of evaluations on other texts than mail, each in a folder of its own."""
        return self.home / "evaluations"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    def create(self) -> None:
        """Makes the folders, for the user's eyes only. Raises ProfileError where it cannot."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.models, self.logs):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            raise ProfileError(
                "The profile folder cannot be made; check its permissions and the room on disk."
            ) from None
