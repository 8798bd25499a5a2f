"""One sync of one account in a process of its own, as the program does it: IMAP, the reader child, the
encrypted store with its search index. `python -m tests.bench.sync_process` is started by `synced`."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

KEY = bytes(32)
ADDRESS = "me@home.example"


@dataclass(frozen=True)
class Run:
    """`seconds` from before the connection to the last commit; the interpreter's start is not counted.
    `cpu_seconds` and `peak_mb` are those of the program and its reader child together."""

    seconds: float
    cpu_seconds: float
    sent: int
    peak_mb: float


def synced(home: Path, port: int, password: str, newest: int = 0) -> Run:
    """Syncs into `home/longhand.db`, made where it is not there; all of it, or the `newest` so many. Raises
    RuntimeError."""
    command = [sys.executable, "-m", "tests.bench.sync_process", str(home), str(port), str(newest)]
    environment = {**os.environ, "BENCH_PASSWORD": password}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the sync failed: {done.stderr.strip().splitlines()[-1:]}")
    return Run(**json.loads(done.stdout))


def main() -> None:
    from core.domain import AccountId
    from core.engine.reader import Reader
    from core.mail.imap import ImapSession
    from core.mail.sync import sync
    from core.mail.sync_result import Wanted
    from core.store.accounts import Account, AccountRepository
    from core.store.database import Database
    from core.store.settings import SyncLimits

    home, port, password = Path(sys.argv[1]), int(sys.argv[2]), os.environ["BENCH_PASSWORD"]
    wanted = Wanted(limits=SyncLimits(messages=int(sys.argv[3])))
    reader = Reader()
    started, worked = time.monotonic(), time.process_time()
    with Database.open(home / "longhand.db", KEY) as database:
        accounts = AccountRepository(database)
        number = accounts.add(Account(AccountId(0), ADDRESS, "Me", "127.0.0.1", port, "none", ADDRESS))
        account = accounts.get(number)
        assert account is not None
        with ImapSession(account, password) as session:
            done = sync(session, account, reader, database, wanted=wanted)
        seconds = time.monotonic() - started
        children = psutil.Process().children()
        peak = _peak_mb(os.getpid()) + sum(_peak_mb(one.pid) for one in children)
        times = [one.cpu_times() for one in children]
        cpu = time.process_time() - worked + sum(one.user + one.system for one in times)
    reader.close()
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "sent": done.sent, "peak_mb": peak}))


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
