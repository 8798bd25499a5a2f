"""Brings mail in from files: mbox (streamed), Maildir, .eml, Outlook .msg, or a folder of any of them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core import messages
from core.domain import AccountId, ParsedMail
from core.errors import InputError
from core.mail.exclusion import Excluded
from core.mail.reading import Reader
from core.store.database import Database
from core.store.messages import MessageRepository, NewMessage
from core.store.settings import Exclude
from core.tasks import CancelToken, Progress

BATCH_MESSAGES = 100
BATCH_BYTES = 4_000_000
LARGEST = 30_000_000  # bytes of one message; a longer one is cut
_MBOX_SUFFIXES = (".mbox", ".mbx", ".mboxrd", "")
_DATA_FILE = b"!BDN"  # how PST and OST files begin
_FROM = b"From "
_HEADER = re.compile(
    rb"(?im)^(?:from|sender|to|subject|date|message-id|received|return-path|delivered-to|mime-version):"
)
_WHAT_TO_GIVE = "give an mbox file, a Maildir, an .eml file, an Outlook .msg file or a folder of them."
_UNREADABLE = "A file of mail could not be read; check its permissions and try again."


@dataclass(frozen=True)
class RawMail:
    """`done` and `total` are bytes of all files, for the progress bar; `folder` is the file's stem."""

    raw: bytes
    folder: str
    done: int
    total: int


@dataclass(frozen=True)
class ImportResult:
    sent: int
    received: int
    unreadable: int


def check_mail(path: Path) -> None:
    """Raises InputError where nothing is, and for a file that does not begin as mail does: the reader
    would make a message of anything. A folder's files are chosen by the same."""
    _files(path)
    if path.is_file() and not _looks_like_mail(path):
        raise InputError(f"That file holds no mail; {_WHAT_TO_GIVE}")


def read_mail(path: Path) -> Iterator[RawMail]:
    """Every message under a path, one at a time. Raises InputError: nothing there, or no mail in it."""
    files = _files(path)
    total = sum(file.stat().st_size for file in files)
    done = 0
    for file in files:
        for raw, position in _messages(file):
            yield RawMail(raw, _folder(path, file), done + position, total)
        done += file.stat().st_size


def own_address(mails: list[ParsedMail]) -> str:
    """Whose mailbox this is: the address that wrote most where one wrote at least half, as in a file of
    sent mail, else the one that most of it was written to."""
    if not mails:
        return ""
    wrote = Counter(mail.sender.email for mail in mails if mail.sender.email)
    got = Counter(one.email for mail in mails for one in {*mail.to, *mail.cc})
    if wrote and wrote.most_common(1)[0][1] * 2 >= len(mails):
        return wrote.most_common(1)[0][0]
    both = [(got[email] + count, email) for email, count in wrote.items() if got[email]]
    return max(both)[1] if both else next((email for email, _ in got.most_common(1)), "")


class Importer:
    """Stores what files hold under one account; a message that is there already is not stored twice, so a
    run that was killed is simply run again."""

    def __init__(self, database: Database, reader: Reader, exclude: Exclude | None = None) -> None:
        self._database = database
        self._reader = reader
        self._excluded = Excluded(exclude or Exclude())
        self._messages = MessageRepository(database)

    def run(
        self, path: Path, account: AccountId, own: frozenset[str], progress: Progress, cancel: CancelToken
    ) -> ImportResult:
        """`own`: the user's addresses, lower case; mail from them counts as sent. Raises InputError."""
        sent = received = unreadable = 0
        for batch in _batches(read_mail(path)):
            cancel.check()
            parsed = self._reader.parse([one.raw for one in batch], cancel)
            new = [
                NewMessage(account, one.folder, None, mail, mail.sender.email in own)
                for one, mail in zip(batch, parsed, strict=True)
                if isinstance(mail, ParsedMail) and not self._left_out(one, mail)
            ]
            with self._database.transaction():
                before = self._messages.count(outgoing=True)
                added = len(self._messages.add_batch(new))
                outgoing = self._messages.count(outgoing=True) - before
            sent, received = sent + outgoing, received + added - outgoing
            unreadable += sum(not isinstance(mail, ParsedMail) for mail in parsed)
            progress.update("import", batch[-1].done, batch[-1].total)
        return ImportResult(sent, received, unreadable)

    def _left_out(self, one: RawMail, mail: ParsedMail) -> bool:
        return self._excluded.folder(one.folder) or self._excluded.mail(mail)


def guess_owner(path: Path, reader: Reader, most: int = 500) -> str:
    """Whose mail a path holds, from its first messages; empty if it cannot be told."""
    parsed: list[ParsedMail] = []
    for batch in _batches(read_mail(path)):
        parsed += [mail for mail in reader.parse([one.raw for one in batch]) if isinstance(mail, ParsedMail)]
        if len(parsed) >= most:
            break
    return own_address(parsed)


def _batches(mails: Iterator[RawMail]) -> Iterator[list[RawMail]]:
    batch: list[RawMail] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) >= BATCH_MESSAGES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError(f"There is nothing at that path; {_WHAT_TO_GIVE}")
    if path.is_file() and _head(path).startswith(_DATA_FILE):
        raise InputError(messages.mail.NO_PST)
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if _may_hold_mail(one))
    if not files:
        if any(one.suffix.lower() in (".pst", ".ost") for one in path.rglob("*")):
            raise InputError(messages.mail.NO_PST)
        raise InputError(f"That folder holds no mail; {_WHAT_TO_GIVE}")
    return files


def _may_hold_mail(file: Path) -> bool:
    if file.name.startswith(".") or not file.is_file():
        return False
    if _in_maildir(file):
        return file.parent.name in ("cur", "new")
    return file.suffix.lower() in (".eml", ".msg", *_MBOX_SUFFIXES) and _looks_like_mail(file)


def _in_maildir(file: Path) -> bool:
    box = file.parent.parent
    return file.parent.name in ("cur", "new", "tmp") and (box / "cur").is_dir() and (box / "new").is_dir()


def _looks_like_mail(file: Path) -> bool:
    head = _head(file)
    if file.suffix.lower() == ".msg":
        from core.mail.outlook import COMPOUND  # late: it brings the library of mail, 10 ms of every start

        if head.startswith(COMPOUND):
            return True
    head = head.lstrip(b"\r\n")
    return head.startswith(_FROM) or bool(_HEADER.search(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]))


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(16384)
    except OSError:
        raise InputError(_UNREADABLE) from None


def _folder(path: Path, file: Path) -> str:
    if _in_maildir(file):
        return file.parent.parent.name.lstrip(".") or "INBOX"
    return file.stem if file == path else path.name


def _messages(file: Path) -> Iterator[tuple[bytes, int]]:
    """The messages of one file with where each ends. Raises InputError if the file cannot be read."""
    try:
        with file.open("rb") as opened:
            if opened.read(5) == _FROM and not _in_maildir(file):
                yield from _mbox(file)
                return
            opened.seek(0)
            raw = opened.read(LARGEST)
    except OSError:
        raise InputError(_UNREADABLE) from None
    yield raw, len(raw)


def _mbox(file: Path) -> Iterator[tuple[bytes, int]]:
    """One message at a time: split at 'From ' lines that follow a blank one; '>From ' is unquoted."""
    lines: list[bytes] = []
    size = position = 0
    blank = True
    with file.open("rb") as opened:
        for line in opened:
            if blank and line.startswith(_FROM):
                if lines:
                    yield b"".join(lines), position
                lines, size = [], 0
            elif size < LARGEST:
                lines.append(line[1:] if re.match(rb">+From ", line) else line)
                size += len(line)
            position += len(line)
            blank = not line.strip()
    if lines:
        yield b"".join(lines), position
