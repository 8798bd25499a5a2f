"""One profile is open in one program at a time. The system takes the lock back when its holder
ends, however it ends; the file's content only says who that is.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

from core.errors import ProfileError

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        # A byte far behind the content: Windows would not let others read a locked one.
        os.lseek(handle, 1 << 30, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProfileLock:
    """Held from construction to `close`. `who` names the program to people ('the window', 'longhand
    learn'). Raises ProfileError with the holder's name and process id while another holds it."""

    def __init__(self, path: Path, who: str) -> None:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise ProfileError("The profile folder cannot be written to; check its permissions.") from None
        try:
            _take(handle)
        except OSError:
            os.close(handle)
            raise ProfileError(f"This profile is open in {_holder(path)}; close it and try again.") from None
        self._handle: int | None = handle
        _sign(handle, who)

    def close(self) -> None:
        """The file stays: taking it away would let two others lock two files of one name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "ProfileLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sign(handle: int, who: str) -> None:
    """On a full disk the lock holds all the same; only the name is missing."""
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps({"who": who, "pid": os.getpid()}).encode())


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_bytes())
        return f"{said['who']} (process {int(said['pid'])})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another program"
