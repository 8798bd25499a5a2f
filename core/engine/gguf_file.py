"""A look at a GGUF's first bytes before native code opens it: most wrong files end here, politely."""

import struct
from pathlib import Path

from core.errors import ModelError

_HEADER = struct.Struct("<4sIQQ")  # magic, version, tensors, key-value pairs
_MANY = 1_000_000


def check_gguf(path: Path) -> None:
    """Raises ModelError where the file cannot be a GGUF model."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
    except OSError as error:
        raise ModelError(f"The model file {path.name} cannot be opened ({error.strerror}).") from error
    if len(head) < _HEADER.size or head[:4] != b"GGUF":
        raise ModelError(f"{path.name} is not a GGUF model; choose a file that ends in .gguf.")
    _, version, tensors, pairs = _HEADER.unpack(head)
    if version not in (2, 3) or not 0 < tensors < _MANY or not 0 < pairs < _MANY:
        raise unreadable(path)


def unreadable(path: Path) -> ModelError:
    return ModelError(
        f"The model file {path.name} is damaged, cut short or of a kind this version cannot run; fetch it"
        " again or choose another."
    )
