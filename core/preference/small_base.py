"""A small model from the hub made ready to be trained: its GGUF unpacked into a folder, which stays. It holds
nothing of the user's, so it needs no encryption."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from core import messages
from core.engine.installed import require_training
from core.errors import ModelError
from core.models.prompts import Prompt
from core.preference.settings import load_settings
from core.preference.trainer import Trainer
from core.tasks import CancelToken


def make_ready(
    file: Path,
    folder: Path,
    trainer: Trainer,
    ids: Callable[[Prompt], list[int]],
    prompts: Sequence[Prompt],
    cancel: CancelToken | None = None,
) -> None:
    """Makes `folder`, the base of `trainer`, of the GGUF `file`. `ids`: the tokens of a prompt as llama.cpp
    reads them, which have to be those that training sees. Raises ModelError where it cannot be trained,
    LearningError where it does not fit or nothing here can learn, Cancelled, ChildDied."""
    require_training()
    if not folder.is_dir():
        trainer.unpack(file, load_settings(), cancel)
    if any(trainer.encode(one) != ids(one) for one in prompts):
        shutil.rmtree(folder, ignore_errors=True)
        raise ModelError(messages.learning.CANNOT_BE_TRAINED)
