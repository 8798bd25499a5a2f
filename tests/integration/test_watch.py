"""`longhand sync --watch` and `longhand account sent`, as a user runs them, against Dovecot."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests import dovecot
from tests.dovecot import Dovecot
from tests.integration.mail_wire import mailbox

PROGRAM = [sys.executable, "-c", "from core.cli import main; main()"]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    dovecot.need()
    mails = [("Dossier" if folder == "Sent" else folder, f, raw) for folder, f, raw in mailbox(2)]
    with dovecot.dovecot(mails, uses={"Dossier": "", "Drafts": "\\Drafts"}) as server:
        yield server


def run(home: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=given,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "LONGHAND_HOME": str(home), "LONGHAND_PASSPHRASE": "a passphrase of the tests"}


def test_a_folder_is_named_and_new_mail_awaited(profile_home: Path, server: Dovecot) -> None:
    where = ("--host", server.host, "--port", str(server.port), "--tls", "none")
    added = run(profile_home, "account", "add", server.user, *where, given=f"{server.password}\n")
    assert added.returncode == 0, added.stderr
    told = run(profile_home, "account", "test", "1").stdout
    assert told == "Signed in; there is no folder of sent mail.\n"
    failed = run(profile_home, "sync")
    assert failed.returncode == 1
    assert "longhand account sent" in failed.stderr.splitlines()[-1]
    assert "Dossier\n" in run(profile_home, "account", "sent", "1").stdout
    assert run(profile_home, "account", "sent", "1", "Elsewhere").returncode == 1
    chosen = run(profile_home, "account", "sent", "1", "Dossier")
    assert chosen.stdout == "Dossier is the folder of your sent mail from now on.\n"
    assert json.loads(run(profile_home, "account", "sent", "1", "--json").stdout)["chosen"] == "Dossier"
    command = [*PROGRAM, "sync", "--watch"]
    with subprocess.Popen(
        command, env=environment(profile_home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        try:
            assert watching.stdout.readline().startswith("2 sent and 2 received mails are new")
            time.sleep(2.0)
            append(server)
            assert watching.stdout.readline().startswith("0 sent and 1 received mails are new")
        finally:
            watching.send_signal(signal.SIGINT)
        _, told = watching.communicate(timeout=30)
        assert "Stopped" in told


def append(server: Dovecot) -> None:
    with IMAPClient(server.host, server.port, ssl=False) as client:
        client.login(server.user, server.password)
        client.append("INBOX", b"Message-ID: <news@x>\r\nFrom: cy@x.example\r\n\r\nNews.\r\n")
