"""The model that writes as a base to train: a GGUF on this machine, unpacked for as long as a training takes.
What is unpacked holds nothing of the user's, so it needs no encryption."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core import messages
from core.errors import ModelError
from core.models.prompts import Prompt
from core.preference.settings import TrainingSettings
from core.preference.trainer import Trainer
from core.tasks import CancelToken

_COMPARED = 4  # prompts, the shortest: longer ones are cut in one place and not in the other


@dataclass(frozen=True)
class LargeBase:
    """`file` is the GGUF and `folder` where what is unpacked of it goes; `ids`: the tokens of a prompt as
    llama.cpp reads them, for the same file."""

    file: Path
    name: str
    folder: Path
    ids: Callable[[Prompt], list[int]]

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that stand for the weights."""
        with self.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]

    @property
    def unpacked(self) -> Path:
        return self.folder / self.digest

    def unpack(
        self, trainer: Trainer, settings: TrainingSettings, prompts: Sequence[Prompt], cancel: CancelToken
    ) -> None:
        """Makes the folder `unpacked`, unless a training that was broken off left it. `trainer` is one on it;
        `prompts` are some of those to be learned. Raises ModelError where it cannot be trained, LearningError
        where it does not fit, Cancelled, ChildDied."""
        if not self.unpacked.is_dir():
            self.clear()
            trainer.unpack(self.file, settings, cancel)
        for prompt in sorted(prompts, key=lambda one: len(one.text))[:_COMPARED]:
            if trainer.encode(prompt) != self.ids(prompt):
                raise ModelError(messages.learning.CANNOT_BE_TRAINED)

    def clear(self) -> None:
        """Removes what was unpacked of any model."""
        shutil.rmtree(self.folder, ignore_errors=True)
