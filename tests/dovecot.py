"""A real Dovecot for tests and benchmarks: started on loopback with a configuration, a Maildir and a
password of its own, ended afterwards. The mail is laid into the Maildir as files: ten thousand in seconds."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

START_SECONDS = 20.0
_USES = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Trash": "\\Trash"}
_FLAGS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}


@dataclass(frozen=True)
class Certificate:
    """PEM files of a server's certificate (its chain) and key."""

    chain: Path
    key: Path


class Dovecot:
    """Runs in a folder of its own. `port` speaks in the clear, with STARTTLS where there is a certificate;
    `tls_port` by TLS."""

    host = "127.0.0.1"
    user = "me@home.example"

    def __init__(
        self,
        folder: Path,
        certificate: Certificate | None,
        uses: Mapping[str, str],
        token_info: str,
        mechanisms: str,
    ) -> None:
        self.folder = folder
        self.password = secrets.token_urlsafe(18)
        self.port, self.tls_port = _free_port(), _free_port()
        self._owner = _mail_owner()
        self._config = folder / "dovecot.conf"
        self._config.write_text(self._settings(certificate, uses, token_info, mechanisms), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self._laid = 0
        for part in ("run", "state", "mail"):
            (folder / part).mkdir()
        _give(folder / "mail", self._owner)

    def add(self, mails: Iterable[tuple[str, Iterable[str], bytes]]) -> None:
        """Lays messages into the Maildir, each (folder, flags such as '\\\\Seen', raw bytes), in order."""
        for folder, flags, raw in mails:
            box = self.folder / "mail" / ("" if folder == "INBOX" else f".{folder}")
            if not (box / "tmp").is_dir():
                for part in ("", "cur", "new", "tmp"):
                    (box / part).mkdir(exist_ok=True)
                    _give(box / part, self._owner)
            self._laid += 1
            letters = "".join(sorted(_FLAGS[flag] for flag in flags))
            # Dovecot gives UIDs in the order of the names' times.
            file = box / "cur" / f"{1_700_000_000 + self._laid}.M{self._laid}.host,S={len(raw)}:2,{letters}"
            file.write_bytes(raw)
            _give(file, self._owner)

    def renumber(self, folder: str) -> None:
        """Makes Dovecot forget the folder's UIDs: it gets another UIDVALIDITY, as after a restored backup."""
        box = self.folder / "mail" / ("" if folder == "INBOX" else f".{folder}")
        for file in box.glob("dovecot*"):
            file.unlink()
        for file in (self.folder / "mail").glob("dovecot-uidvalidity*"):
            file.unlink()
        (self.folder / "mail" / "dovecot-uidvalidity").write_text(f"{int(time.time()) + 1000:08x}")
        _give(self.folder / "mail" / "dovecot-uidvalidity", self._owner)

    def start(self) -> None:
        """Raises RuntimeError with what Dovecot said where it does not answer in time."""
        command = [shutil.which("dovecot", path=_PATH) or "dovecot", "-F", "-c", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 1) as wire:
                wire.settimeout(2)
                if wire.recv(100).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"Dovecot did not start: {self.log()[-500:]}")

    def stop(self) -> None:
        """Ends it with all its processes."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _settings(
        self, certificate: Certificate | None, uses: Mapping[str, str], token_info: str, mechanisms: str
    ) -> str:
        owner = pwd.getpwuid(self._owner[0]).pw_name
        # As root Dovecot serves under users of its own; anybody else runs all of it under their own name.
        own = "" if os.geteuid() == 0 else f"default_internal_user = {owner}\ndefault_login_user = {owner}"
        boxes = "\n".join(
            f"  mailbox {name} {{\n    auto = create\n    special_use = {use}\n  }}"
            if use
            else f"  mailbox {name} {{\n    auto = create\n  }}"
            for name, use in uses.items()
        )
        common = f"""{own}
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
listen = 127.0.0.1
first_valid_uid = {self._owner[0]}
auth_mechanisms = plain login {mechanisms if token_info else ""}
namespace inbox {{
  inbox = yes
  separator = /
{boxes}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port if certificate else 0}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
        if version().startswith("2.3"):
            return common + self._of_2_3(certificate, token_info, mechanisms)
        return _FIRST_OF_2_4 + common + self._of_2_4(certificate, token_info)

    def _of_2_3(self, certificate: Certificate | None, token_info: str, mechanisms: str) -> str:
        tls = (
            f"ssl = yes\nssl_cert = <{certificate.chain}\nssl_key = <{certificate.key}"
            if certificate
            else "ssl = no"
        )
        tokens = ""
        if token_info:
            file = self.folder / "oauth2.conf"
            file.write_text(f"tokeninfo_url = {token_info}\nusername_attribute = email\n", encoding="utf-8")
            tokens = f"passdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  args = {file}\n}}"
        return f"""
protocols = imap
disable_plaintext_auth = no
{tls}
mail_location = maildir:{self.folder}/mail
mail_max_userip_connections = 50
{tokens}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={self._owner[0]} gid={self._owner[1]} home={self.folder}/mail
}}
"""

    def _of_2_4(self, certificate: Certificate | None, token_info: str) -> str:
        tls = (
            f"ssl = yes\nssl_server_cert_file = {certificate.chain}\nssl_server_key_file = {certificate.key}"
            if certificate
            else "ssl = no"
        )
        # Since 2.4 tokens are the mechanism's own affair, no passdb's.
        tokens = f"oauth2 {{\n  tokeninfo_url = {token_info}\n  username_attribute = email\n}}" * bool(
            token_info
        )
        return f"""
protocols {{
  imap = yes
}}
auth_allow_cleartext = yes
{tls}
mail_driver = maildir
mail_path = {self.folder}/mail
protocol imap {{
  mail_max_userip_connections = 50
}}
{tokens}
passdb static {{
  mechanisms_filter = plain login
  password = {self.password}
}}
userdb static {{
  fields {{
    uid = {self._owner[0]}
    gid = {self._owner[1]}
    home = {self.folder}/mail
  }}
}}
"""


# Defaults of the first release, so that later ones read the same.
_FIRST_OF_2_4 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def missing() -> str:
    """Why there can be no Dovecot here; empty where there can."""
    if not version():
        return "needs Dovecot (dovecot-imapd), which the set-up installs where it may"
    if not version().startswith(("2.3", "2.4")):
        return "the tests' configurations are for Dovecot 2.3 and 2.4"
    return ""


@cache
def version() -> str:
    """Such as '2.3.19.1 (9b53102964)'; '' where there is none."""
    program = shutil.which("dovecot", path=_PATH)
    if program is None:
        return ""
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def need() -> None:
    """Skips the test where there can be no Dovecot."""
    if why := missing():
        pytest.skip(why)


@contextmanager
def dovecot(
    mails: Iterable[tuple[str, Iterable[str], bytes]] = (),
    *,
    certificate: Certificate | None = None,
    uses: Mapping[str, str] | None = None,
    token_info: str = "",
    mechanisms: str = "xoauth2 oauthbearer",
) -> Iterator[Dovecot]:
    """One that serves these mails. `uses`: its folders with their RFC 6154 attributes ('' for none).
    `token_info`: where it asks about access tokens, which it then takes by these `mechanisms`."""
    # Not pytest's folder: Dovecot serves under another user, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="longhand-dovecot-"))
    folder.chmod(0o755)
    server = Dovecot(folder, certificate, _USES if uses is None else uses, token_info, mechanisms)
    try:
        server.add(mails)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _mail_owner() -> tuple[int, int]:
    """Whose the Maildir is: Dovecot refuses to serve mail as root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _give(path: Path, owner: tuple[int, int]) -> None:
    if os.geteuid() == 0:
        os.chown(path, *owner)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
