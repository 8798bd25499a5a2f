"""What breaks around Longhand, through the real command line: one clear line on stderr, exit status 1, no
mail text, and a profile that opens and works afterwards."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.sample.server import SampleServer
from tests.answering import answering

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and mounts of Linux")

PROGRAM = [sys.executable, "-c", "from core.cli import main; main()"]
SECRET = "Zanzibarquokka"  # planted in mail; in no line on stderr
PAIRS = 5  # of mails and answers, enough to measure a style by


def question(number: int) -> bytes:
    head = (
        "From: Ann Kovac <ann@north.example>\nTo: Tom Hale <tom@hale.example>\nSubject: Crates\n"
        f"Message-ID: <q{number}@north.example>\nDate: Mon, 2 Mar 2026 {number + 8:02}:00:00 +0000\n"
    )
    return (f"{head}\nHello Tom,\n\ncould you send {SECRET} to Bergen?\n\nRegards,\nAnn\n").encode()


def answer(number: int) -> bytes:
    head = (
        "From: Tom Hale <tom@hale.example>\nTo: Ann Kovac <ann@north.example>\nSubject: Re: Crates\n"
        f"Message-ID: <a{number}@hale.example>\nIn-Reply-To: <q{number}@north.example>\n"
        f"Date: Mon, 2 Mar 2026 {number + 8:02}:30:00 +0000\n"
    )
    return (f"{head}\nHey Ann,\n\n{SECRET} is on its way!\n\nCheers,\nTom\n").encode()


def served() -> list[tuple[str, tuple[str, ...], bytes]]:
    questions = [("INBOX", ("\\Seen",), question(number)) for number in range(PAIRS)]
    return questions + [("Sent", ("\\Seen",), answer(number)) for number in range(PAIRS)]


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def json(self) -> object:
        assert self.status == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True)
class Longhand:
    """The command line on one profile."""

    home: Path
    passphrase: str = "a passphrase of the tests"

    def __call__(self, *arguments: str, given: str = "", limit: Callable[[], None] | None = None) -> Ended:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            input=given,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            preexec_fn=limit,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def environment(self) -> dict[str, str]:
        mine = {"LONGHAND_HOME": str(self.home), "LONGHAND_PASSPHRASE": self.passphrase}
        return {**os.environ, **{name: value for name, value in mine.items() if value}}

    def import_mail(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for number in range(PAIRS):
            (folder / f"q{number}.eml").write_bytes(question(number))
            (folder / f"a{number}.eml").write_bytes(answer(number))
        assert self("import", str(folder), "--own", "tom@hale.example").status == 0

    def still_works(self) -> None:
        """The mail of `import_mail` is there and its style measured; all is whole."""
        rules = self("rules", "list", "--json").json
        assert isinstance(rules, list)
        assert "Hey {first}," in {rule["value"] for rule in rules}
        assert self("doctor").out.rstrip().endswith("Nothing is wrong.")


def expect_one_line(ended: Ended, words: str) -> None:
    assert ended.status == 1, (ended.out, ended.err)
    assert ended.out == ""
    lines = [line for line in ended.err.splitlines() if line]
    assert len(lines) == 1, ended.err
    assert lines[0].startswith("longhand: ")
    assert lines[0].endswith(".")
    assert words in lines[0]
    for private in ("Traceback", "bug", SECRET, "north.example", "hale.example", "a wrong password"):
        assert private not in ended.err


@pytest.fixture
def longhand(profile_home: Path) -> Longhand:
    return Longhand(profile_home)


@pytest.fixture
def known(longhand: Longhand, tmp_path: Path) -> Longhand:
    """A profile with some mail in it."""
    longhand.import_mail(tmp_path / "mails")
    return longhand


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer.start(served(), user="tom") as server:
        yield server


def add_account(longhand: Longhand, port: int, password: str) -> Ended:
    arguments = ("account", "add", "tom@hale.example", "--host", "127.0.0.1", "--port", str(port))
    return longhand(*arguments, "--tls", "none", "--user", "tom", given=f"{password}\n")


def test_an_account_is_added_listed_tested_synced_and_removed(
    longhand: Longhand, server: SampleServer
) -> None:
    assert add_account(longhand, server.port, server.password).status == 0
    listed = longhand("account", "list", "--json").json
    assert isinstance(listed, list)
    assert [(one["address"], one["port"], one["tls"]) for one in listed] == [
        ("tom@hale.example", server.port, "none")
    ]
    number = str(listed[0]["id"])
    assert server.password not in longhand("account", "list", "--json").out
    assert longhand("account", "test", number).out == "Signed in; all is there.\n"
    done = longhand("sync", "--json").json
    assert isinstance(done, dict)
    assert (done["sent"], done["received"]) == (PAIRS, PAIRS)
    longhand.still_works()
    removed = longhand("account", "remove", number, "--yes")
    assert removed.out == "The account and its mail are removed.\n"
    assert longhand("account", "list", "--json").json == []
    assert longhand("rules", "list", "--json").json == []
    expect_one_line(longhand("account", "test", number), "account list")
    expect_one_line(longhand("account", "remove", number, "--yes"), "account list")


def test_an_account_without_a_server_has_nothing_to_test(known: Longhand) -> None:
    expect_one_line(known("account", "test", "1"), "came from files")
    expect_one_line(known("sync"), "account add")


def test_a_wrong_password_adds_no_account(known: Longhand, server: SampleServer) -> None:
    expect_one_line(add_account(known, server.port, "a wrong password"), "password")
    listed = known("account", "list", "--json").json
    assert isinstance(listed, list)
    assert [one["host"] for one in listed] == [""]  # as it was before
    expect_one_line(add_account(known, server.port, ""), "password")
    known.still_works()


def test_a_password_that_changed_and_a_server_that_is_away_for_a_while(longhand: Longhand) -> None:
    mails = served()
    with SampleServer.start(mails, user="tom", password="first") as server:
        port = server.port
        assert add_account(longhand, port, "first").status == 0
        assert longhand("sync").status == 0
    expect_one_line(longhand("sync"), "does not answer")
    expect_one_line(longhand("account", "test", "1"), "does not answer")
    draft = longhand("draft", "--message", "1", "--save")
    assert draft.status == 1
    assert draft.err.splitlines()[-1].startswith("longhand: The mail server does not answer")
    longhand.still_works()
    with SampleServer.start(mails, user="tom", password="second", port=port):
        expect_one_line(longhand("sync"), "password")
    with SampleServer.start(mails, user="tom", password="first", port=port):
        done = longhand("sync", "--json").json
        assert isinstance(done, dict)
        assert (done["sent"], done["received"]) == (0, 0)
    longhand.still_works()


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"* BYE " + SECRET.encode() + b"\r\n", b"\xff\x00" * 500],
)
def test_a_server_that_speaks_no_imap_is_one_line(longhand: Longhand, said: bytes) -> None:
    with answering(said) as port:
        expect_one_line(add_account(longhand, port, "secret"), "mail server")
    assert longhand("account", "list", "--json").json == []


BROKEN = {
    "empty": b"",
    "words": f"Hello, {SECRET} is no mail\r\nat all\r\n".encode(),
    "binary": bytes(range(256)) * 40,
    "zeros": bytes(3000),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_mail_file_is_one_line(known: Longhand, tmp_path: Path, broken: str) -> None:
    file = tmp_path / f"{broken}.eml"
    file.write_bytes(BROKEN[broken])
    for arguments in (
        ("draft", "--file", str(file)),
        ("import", str(file)),
        ("import", str(file), "--own", "other@hale.example"),
        ("privacy", "preview", "--file", str(file)),
    ):
        expect_one_line(known(*arguments), ".eml file")
    listed = known("account", "list", "--json").json
    assert isinstance(listed, list)
    assert len(listed) == 1  # none was made for what could not be read
    known.still_works()


def test_a_broken_mail_among_good_ones_hinders_none(longhand: Longhand, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, content in BROKEN.items():
        (folder / f"{name}.eml").write_bytes(content)
    longhand.import_mail(folder)
    longhand.still_works()
    assert len(longhand("draft", "--list", "--json").out) > 0
    assert longhand("draft", "--list").err == "No message waits for a reply.\n"


def file_limit(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_no_room_for_a_new_profile(longhand: Longhand) -> None:
    expect_one_line(longhand("rules", "list", limit=file_limit(0)), "room")
    expect_one_line(longhand("rules", "list", limit=file_limit(20_000)), "room")
    assert longhand("rules", "list", "--json").json == []


def test_no_room_for_more_mail(known: Longhand, tmp_path: Path) -> None:
    more = tmp_path / "more.mbox"
    one = question(1).decode()
    more.write_text(
        "".join(
            f"From x\n{one.replace('<q1@', f'<more{number}@')}{'far too much of it ' * 200}\n\n"
            for number in range(500)
        )
    )
    # Room for some batches; then the disk is full.
    ended = known("import", str(more), "--own", "tom@hale.example", limit=file_limit(1_500_000))
    assert ended.status == 1, ended.out
    told = [line for line in ended.err.splitlines() if not line.startswith("Import: ")]
    expect_one_line(Ended(1, ended.out, "\n".join(told)), "room")
    known.still_works()
    assert known("import", str(more), "--own", "tom@hale.example").status == 0
    assert len(json.loads(known("draft", "--list", "--json").out)) == 50


def test_no_room_for_the_settings_leaves_them_as_they_were(known: Longhand) -> None:
    (known.home / "settings.toml").write_text("# mine\n[drafting]\nmax_tokens = 300\n")
    ended = known("models", "use", "mini-large", limit=file_limit(20))
    expect_one_line(ended, "room")
    assert (known.home / "settings.toml").read_text() == "# mine\n[drafting]\nmax_tokens = 300\n"
    assert not list(known.home.glob("*.partial"))
    known.still_works()


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="mounting a small disk takes root"
)
def test_a_disk_that_is_really_full(known: Longhand, tmp_path: Path) -> None:
    disk, after = tmp_path / "disk", tmp_path / "after"
    disk.mkdir()
    after.mkdir()
    more = tmp_path / "more.eml"
    more.write_text(question(1).decode().replace("<q1@", "<large@") + "far too much of it " * 100_000)
    say = (
        'mount -t tmpfs -o size=1m none "$0" && cp -a "$1"/. "$0" && shift && "$@"; status=$?;'
        ' cp -a "$0"/. "$OUT"; exit $status'
    )
    away = Longhand(disk)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", say, str(disk), str(known.home), *PROGRAM, "import", str(more)],
        env={**away.environment(), "OUT": str(after)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("Import: ")]
    expect_one_line(Ended(done.returncode, done.stdout, "\n".join(told)), "room on disk")
    Longhand(after).still_works()


def test_a_model_file_that_cannot_be_used_changes_nothing(
    known: Longhand, tiny_model: Path, tmp_path: Path
) -> None:
    whole = tiny_model.read_bytes()
    broken = {
        "empty": b"",
        "words": b"no model at all",
        "header": b"GGUF" + b"\xff" * 100,
        "short": whole[: len(whole) // 2],
        "end": whole[:-64],
        "corrupt": whole[:24] + bytes(reversed(whole[24:2000])) + whole[2000:],
    }
    for name, content in broken.items():
        file = tmp_path / f"{name}.gguf"
        file.write_bytes(content)
        expect_one_line(known("models", "use", str(file)), f"{name}.gguf")
    expect_one_line(known("models", "use", "qwen3-4b"), "models get qwen3-4b")
    expect_one_line(known("models", "use", str(tmp_path)), "models list")
    entries = known("models", "list", "--json").json
    assert isinstance(entries, list)
    assert [one["name"] for one in entries if one["in_use"]] == ["mini-large", "mini-small"]


def test_a_model_file_that_breaks_after_it_was_chosen(
    known: Longhand, tiny_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.gguf"
    shutil.copy(tiny_model, file)
    assert known("models", "use", str(file)).status == 0
    file.write_bytes(tiny_model.read_bytes()[:5000])
    mail = str(tmp_path / "mails" / "q1.eml")
    expect_one_line(known("draft", "--file", mail), "mine.gguf")
    file.unlink()
    expect_one_line(known("draft", "--file", mail), "models use")
    assert known("models", "use", "mini-large").status == 0
    assert known("draft", "--file", mail, "--notes", "yes").status == 0


def test_a_passphrase_that_does_not_fit_changes_nothing(known: Longhand) -> None:
    before = {file.name: file.read_bytes() for file in known.home.iterdir() if file.is_file()}
    for wrong in ("another", ""):
        expect_one_line(Longhand(known.home, wrong)("rules", "list"), "passphrase")
    after = {file.name: file.read_bytes() for file in known.home.iterdir() if file.is_file()}
    assert {**after, "lock": b""} == {**before, "lock": b""}
    known.still_works()


def test_neither_keychain_nor_passphrase_says_what_to_do(profile_home: Path) -> None:
    expect_one_line(Longhand(profile_home, "")("rules", "list"), "set LONGHAND_PASSPHRASE")
    Longhand(profile_home).import_mail(profile_home.parent / "mails")
    Longhand(profile_home).still_works()


def test_a_first_mail_is_written_without_any_server(longhand: Longhand, tmp_path: Path) -> None:
    expect_one_line(longhand("draft", "--to", "eve@west.example", "--notes", "Friday"), "account")
    longhand.import_mail(tmp_path / "mails")
    made = longhand("draft", "--to", "Eve@West.example", "--notes", "We meet on Friday", "--json").json
    assert isinstance(made, dict)
    assert made["text"].strip()
    assert made["saved_uid"] is None
    shown = longhand("privacy", "preview", "--to", "eve@west.example", "--notes", "on Friday")
    assert "[EMAIL_1]" in shown.out
    assert "eve@west.example" not in shown.out
    assert longhand("draft", "--to", "eve@west.example", "--save").status == 2
