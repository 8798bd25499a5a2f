"""mbsync (isync) as the peer of the sync benchmarks: with its own defaults, from nothing into a Maildir."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

_SETTINGS = """FSync {fsync}

IMAPAccount bench
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None

IMAPStore far
Account bench

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel sent
Far :far:Sent
Near :near:Sent
Create Near
SyncState {folder}/state/
"""


def fetched(port: int, user: str, password: str, count: int, *, fsync: bool = True) -> float:
    """Seconds for the folder Sent of `count` mails. Raises RuntimeError where it is missing or fails."""
    if shutil.which("mbsync") is None:
        raise RuntimeError("needs mbsync (isync), which the set-up installs where it may")
    with tempfile.TemporaryDirectory(prefix="longhand-mbsync-") as name:
        folder = Path(name)
        for part in ("mail", "state"):
            (folder / part).mkdir()
        values = {"port": port, "user": user, "password": password, "folder": folder}
        settings = folder / "mbsyncrc"
        settings.write_text(_SETTINGS.format(**values, fsync="yes" if fsync else "no"), encoding="utf-8")
        started = time.monotonic()
        done = subprocess.run(
            ["mbsync", "-q", "-c", str(settings), "sent"], capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - started
        got = sum(1 for one in (folder / "mail" / "Sent").glob("*/*"))
        if done.returncode != 0 or got < count:
            raise RuntimeError(f"mbsync fetched {got} of {count}: {done.stderr.strip()[-200:]}")
        return seconds
