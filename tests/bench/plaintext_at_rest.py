"""After import, learning and drafting, and after kills of each: what of strings planted in the mail can be
read in the profile and in temporary folders. Then a person is forgotten, and looked for in the database."""

import base64
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from core.privacy.keychain import open_keychain
from core.sample.mailbox import SampleMessage, make_mailbox
from core.store.database import Database
from core.store.opening import open_database
from core.store.paths import Profile
from tests import killing
from tests.bench.figure import Figure, at_least, at_most
from tests.bench.program import PASSPHRASE, longhand

PLANTED = "zvorbakquell"  # stands in every mail's subject and text, and in no other text
FORGOTTEN = "mirqualtesk"  # stands in all mail from and to one person
KILLS, KILLS_QUICK = 9, 3
REPLIES = 60
SETTINGS = "[learning]\nexamples = 8\ngate = 8\n"
# Where a program leaves files without being asked.
_FOLDERS = {"TMPDIR": "tmp", "HOME": "home", "XDG_CACHE_HOME": "home/cache", "XDG_DATA_HOME": "home/data"}


def run(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="longhand-rest-") as name, _apart(Path(name)):
        folder = Path(name) / "kept"
        home = folder / "profile"
        home.mkdir(mode=0o700)
        (home / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        mail = Path(name) / "mail"
        person = _write(mail)
        control = sum(search(mail, [PLANTED]).values())
        chance, found, hits = random.Random(11), Counter[str](), 0
        for number in range(KILLS_QUICK if quick else KILLS):
            hit, within = [
                (("import", str(mail)), 6.0),
                (("learn", "--json"), 25.0),
                (("draft", "--message", "1", "--notes", f"say {PLANTED}"), 6.0),
            ][number % 3]
            hits += killing.run_and_kill(home, chance, within, *hit)[0] != ""
            found += _left(folder)
        for command in (
            ("import", str(mail)),
            ("learn", "--json"),
            ("draft", "--message", "1", "--notes", f"say {PLANTED}"),
        ):
            done = longhand(home, *command)
            if done.returncode != 0:
                raise RuntimeError(f"{command[0]}: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
            found += _left(folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        before = _inside(home, FORGOTTEN)
        longhand(home, "privacy", "forget", person, "--yes")
        after = _inside(home, FORGOTTEN)
    told = "the same search finds the mail itself"
    yield at_least("plaintext_at_rest.control", control, 1, "files", told=told)
    inside = {"kills": hits, "searched": len(files), "in_files": sorted(found)}
    yield at_most("plaintext_at_rest.found", sum(found.values()), 0, "files", **inside)
    total = sum(before.values())
    yield at_least("plaintext_at_rest.before_forgetting", total, 1, "values", tables=dict(+before))
    total = sum(after.values())
    yield at_most("plaintext_at_rest.after_forgetting", total, 0, "values", tables=dict(+after))


def search(folder: Path, words: list[str]) -> Counter[str]:
    """Names of files that hold one of the words, in any of the ways text is commonly written."""
    needles = [needle for word in words for needle in _forms(word)]
    found = Counter[str]()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            held = path.read_bytes().lower()
            found[path.name] += any(needle.lower() in held for needle in needles)
    return +found


def _left(folder: Path) -> Counter[str]:
    return search(folder, [PLANTED, FORGOTTEN, PASSPHRASE])


def _forms(word: str) -> Iterator[bytes]:
    """UTF-8, both of UTF-16, hexadecimal, and base64 at each of its three offsets."""
    plain = word.encode()
    yield from (plain, word.encode("utf-16-le"), word.encode("utf-16-be"), plain.hex().encode())
    for offset in range(3):
        # The first and last four letters depend on what stands beside the word.
        yield base64.b64encode(b" " * offset + plain + b"   ")[4:-8]


def _write(folder: Path) -> str:
    """The mail with what is planted in it, a file each; the address of the person to be forgotten."""
    folder.mkdir()
    messages = make_mailbox(7, replies=REPLIES, unread=3).messages
    person = str(_parsed(messages[0])["From"].addresses[0].addr_spec)
    for number, one in enumerate(messages):
        message = _parsed(one)
        concerned = person in f"{message['From']} {message['To']}"
        more = f"{PLANTED} {FORGOTTEN if concerned else ''}".strip()
        subject = str(message["Subject"])
        del message["Subject"]
        message["Subject"] = f"{subject} {more}"
        part = message.get_body(("plain",)) or message
        part.set_content(f"{part.get_content().rstrip()}\n\nSee {more} there.\n")
        (folder / f"{number}.eml").write_bytes(bytes(message))
    return person


def _parsed(one: SampleMessage) -> EmailMessage:
    return message_from_bytes(one.raw, policy=policy.default)


def _inside(home: Path, word: str) -> Counter[str]:
    """Values of the open database that hold a word, by table: its index of words is among them."""
    profile = Profile(home)
    with closing(open_database(profile, open_keychain(home, PASSPHRASE))) as database:
        return Counter({table: _holding(database, table, word) for table in _tables(database)})


def _tables(database: Database) -> list[str]:
    rows = database.read(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return [str(row[0]) for row in rows]


def _holding(database: Database, table: str, word: str) -> int:
    rows = database.read(f"SELECT * FROM {table}")
    # The index keeps only what differs from the word before: half of a word is enough to know it by.
    half = word[len(word) // 2 :].encode()
    values = (value for row in rows for value in row if isinstance(value, str | bytes))
    return sum(half in (value.encode() if isinstance(value, str) else value).lower() for value in values)


@contextmanager
def _apart(folder: Path) -> Iterator[None]:
    """This process's environment, and so its children's, with every such folder below `folder`."""
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in _FOLDERS}
    for name, place in _FOLDERS.items():
        (folder / "kept" / place).mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder / "kept" / place)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
