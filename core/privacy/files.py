"""Files of the profile that are no database: written whole, for the user's eyes alone."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """The new content or the old one, never half of it, whatever happens; mode 0600 from the start.
    Raises OSError, and leaves nothing behind then."""
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".partial", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
