"""Kills, full disks and a second program: the store stays whole and says one clear sentence."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.domain import AccountId
from core.errors import ProfileError
from core.store.accounts import AccountRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.lock import ProfileLock
from core.store.messages import MessageRepository
from core.store.migrations import MIGRATIONS, backup_path
from core.store.sync_state import SyncStateRepository
from tests.store_things import KEY, account, open_database

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kills and limits of Linux")

# Batches of ten mails and the UID mark, each in one transaction, as sync commits them.
SYNC = """
import sys
from pathlib import Path
from core.domain import AccountId
from core.store.messages import MessageRepository
from core.store.sync_state import FolderState, SyncStateRepository
from tests.store_things import mail, message, open_database

with open_database(Path(sys.argv[1])) as database:
    messages, states = MessageRepository(database), SyncStateRepository(database)
    state = states.get(AccountId(1), "INBOX") or FolderState(1, 0)
    for first in range(state.last_uid, 100_000, 10):
        with database.transaction():
            states.set(AccountId(1), "INBOX", FolderState(1, first + 10))
            messages.add_batch(message(mail(uid), AccountId(1), uid=uid) for uid in range(first, first + 10))
        if first == state.last_uid:
            print("at work", flush=True)
"""

# Writes until the disk is full, then says what a user would read.
FILL = """
import sys
from pathlib import Path
from core.errors import ProfileError
from core.store.checkpoints import CheckpointRepository
from core.store.jobs import JobRepository
from tests.store_things import open_database

with open_database(Path(sys.argv[1])) as database:
    jobs = JobRepository(database)
    jobs.set("before", 1)
    try:
        for number in range(1000):
            with database.transaction():
                jobs.set("count", number)
                CheckpointRepository(database).put(f"run {number}", 1, bytes(100_000))
    except ProfileError as error:
        print(error)
    assert jobs.get("before", int) == 1
"""

# Opens a file of version 1 with one migration more than it has.
MIGRATE = """
import sys
from pathlib import Path
from core.errors import ProfileError
from core.store import migrations
from core.store.database import Database
from tests.store_things import KEY, open_database

more = migrations.Migration(len(migrations.MIGRATIONS) + 1, ("CREATE TABLE extra (word TEXT)",))
steps = (*migrations.MIGRATIONS, more)
migrations.migrate.__defaults__ = (steps,)
try:
    open_database(Path(sys.argv[1])).close()
except ProfileError as error:
    print(error)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_kill_9_at_any_moment_leaves_whole_batches(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        AccountRepository(database).add(account())
    chance = random.Random(7)
    reached = 0
    for _ in range(5):
        child = start(SYNC, str(tmp_path))
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        time.sleep(chance.uniform(0.0, 0.2))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        with open_database(tmp_path) as database:
            state = SyncStateRepository(database).get(AccountId(1), "INBOX")
            mark = state.last_uid if state else 0
            assert MessageRepository(database).count() == mark
            assert database.read("PRAGMA integrity_check") == [("ok",)]
            database.write("INSERT INTO messages_search (messages_search) VALUES ('integrity-check')")
        assert mark > reached
        reached = mark


def test_a_file_size_limit_is_no_room_on_disk(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "disk" in done.stdout, done.stderr
    expect_whole_batches(tmp_path)


def mount(folder: Path, size: str) -> list[str]:
    """A command's beginning that runs it where `folder` is a small disk of its own."""
    folder.mkdir(exist_ok=True)
    say = (
        f'mount -t tmpfs -o size={size} none "$0" && cp -a "$1"/. "$0" && shift && "$@"; cp -a "$0"/. "$OUT"'
    )
    return ["unshare", "--mount", "sh", "-c", say, str(folder)]


needs_mount = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="mounting a small disk takes root"
)


@needs_mount
def test_a_full_disk_is_told_and_loses_nothing_committed(tmp_path: Path) -> None:
    before, disk, after = (tmp_path / name for name in ("before", "disk", "after"))
    before.mkdir()
    after.mkdir()
    done = subprocess.run(
        [*mount(disk, "3m"), str(before), sys.executable, "-c", FILL, str(disk)],
        env={**os.environ, "OUT": str(after)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no room on disk" in done.stdout, done.stderr
    expect_whole_batches(after)


@needs_mount
def test_no_room_for_the_backup_means_no_migration(tmp_path: Path) -> None:
    before, disk, after = (tmp_path / name for name in ("before", "disk", "after"))
    before.mkdir()
    after.mkdir()
    with open_database(before) as database:
        JobRepository(database).set("large", "x" * 1_000_000)
    done = subprocess.run(
        [*mount(disk, "2m"), str(before), sys.executable, "-c", MIGRATE, str(disk)],
        env={**os.environ, "OUT": str(after)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no room on disk to back the profile up" in done.stdout, done.stderr
    assert [file.name for file in after.iterdir()] == ["longhand.db"]
    with open_database(after) as database:
        assert database.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert JobRepository(database).get("large", str) == "x" * 1_000_000


def test_a_kill_during_migration_leaves_the_old_or_the_new_version(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        JobRepository(database).set("large", "x" * 5_000_000)
    chance = random.Random(11)
    for _ in range(4):
        child = start(MIGRATE, str(tmp_path))
        time.sleep(chance.uniform(0.05, 0.5))
        child.send_signal(signal.SIGKILL)
        child.communicate()
    child = start(MIGRATE, str(tmp_path))
    assert child.communicate()[0] == ""
    with Database.open(backup_path(tmp_path / "longhand.db", len(MIGRATIONS)), KEY) as copy:
        assert JobRepository(copy).get("large", str) == "x" * 5_000_000
    with pytest.raises(ProfileError, match="newer"):
        open_database(tmp_path)


def expect_whole_batches(folder: Path) -> None:
    with open_database(folder) as database:
        count = JobRepository(database).get("count", int)
        assert count is not None
        assert database.read("SELECT count(*) FROM checkpoints") == [(count + 1,)]
        assert database.read("PRAGMA integrity_check") == [("ok",)]


HOLD = """
import sys
from pathlib import Path
from core.store.lock import ProfileLock

lock = ProfileLock(Path(sys.argv[1]), "longhand learn")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_program_is_told_who_has_the_profile_open(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(ProfileError, match=rf"open in longhand learn \(process {child.pid}\)"):
        ProfileLock(path, "the window")
    child.kill()
    child.communicate()
    again = rf"the window \(process {os.getpid()}\)"
    with ProfileLock(path, "the window"), pytest.raises(ProfileError, match=again):
        ProfileLock(path, "another")
    ProfileLock(path, "again").close()


@pytest.mark.parametrize("content", [b"", b"not json", b'{"who": 1}', bytes(100)])
def test_a_lock_file_that_says_nothing_useful_still_locks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lock"
    with ProfileLock(path, "the window"):
        path.write_bytes(content)
        with pytest.raises(ProfileError, match="another program"):
            ProfileLock(path, "second")
