"""A mail handed to the user's mail program: as a file, since an address line would put its text among the
arguments of a process. It lies where only this user can read it, in memory where the system has such a place
($XDG_RUNTIME_DIR), under a name that says nothing, and not for long."""

import os
import secrets
import shutil
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from core.privacy.files import write_private

LASTS_MS = 5 * 60_000  # a mail program reads the file when it opens it


class HandingOver(QObject):
    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        """Takes away what a program that was killed has left."""
        super().__init__(parent)
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        kept = Path(runtime) if runtime and Path(runtime).is_dir() else home
        self.folder = kept / "longhand-outgoing"
        self.clear()

    def open(self, raw: bytes) -> bool:
        """False where no program opens mail files. Raises OSError."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{secrets.token_hex(8)}.eml"
        # By this line Outlook and others open a file as a draft, not as a mail that came.
        write_private(path, b"X-Unsent: 1\r\n" + raw)
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        if opened:
            QTimer.singleShot(LASTS_MS, self, lambda: path.unlink(missing_ok=True))
        else:
            path.unlink(missing_ok=True)
        return opened

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
