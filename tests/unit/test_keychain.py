"""The keychain file round-trips any secrets, opens with its passphrase alone, and is never half written."""

import json
import stat
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from core.errors import ProfileError, WrongPassphrase
from core.privacy.keychain import PassphraseKeychain, SystemKeychain, open_keychain

WORK = 16  # scrypt made quick; the default is tested once
any_text = st.text(max_size=40)


@hypothesis_settings(max_examples=30)  # each writes through to the disk
@given(secrets=st.dictionaries(any_text, any_text, max_size=5), passphrase=st.text(min_size=1, max_size=20))
def test_any_secrets_come_back(
    tmp_path_factory: pytest.TempPathFactory, secrets: dict[str, str], passphrase: str
) -> None:
    file = tmp_path_factory.mktemp("chain") / "keychain"
    chain = PassphraseKeychain(file, passphrase, WORK)
    for name, secret in secrets.items():
        chain.set(name, secret)
    again = PassphraseKeychain(file, passphrase, WORK)
    assert {name: again.get(name) for name in secrets} == secrets
    for name in secrets:
        again.delete(name)
        assert chain.get(name) is None


def test_the_default_work_opens_what_it_wrote(tmp_path: Path) -> None:
    open_keychain(tmp_path, "correct horse").set("database", "secret")
    assert open_keychain(tmp_path, "correct horse").get("database") == "secret"
    assert json.loads((tmp_path / "keychain").read_text())["work"] >= 2**16


def test_an_accented_passphrase_opens_in_either_spelling(tmp_path: Path) -> None:
    PassphraseKeychain(tmp_path / "k", "café", WORK).set("a", "b")
    assert PassphraseKeychain(tmp_path / "k", "cafe\u0301", WORK).get("a") == "b"


def test_a_wrong_passphrase_says_so_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "keychain"
    PassphraseKeychain(file, "right", WORK).set("a", "secret")
    before = file.read_bytes()
    wrong = PassphraseKeychain(file, "wrong", WORK)
    with pytest.raises(WrongPassphrase):
        wrong.get("a")
    with pytest.raises(WrongPassphrase):
        wrong.set("a", "other")
    with pytest.raises(WrongPassphrase):
        wrong.delete("a")
    assert file.read_bytes() == before


def test_no_secret_lies_open_and_the_file_is_private(tmp_path: Path) -> None:
    file = tmp_path / "keychain"
    PassphraseKeychain(file, "passphrase-in-mind", WORK).set("account-1", "hunter2hunter2")
    content = file.read_bytes()
    for word in (b"hunter2", b"account-1", b"passphrase-in-mind"):
        assert word not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["keychain"]


@given(position=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=255))
def test_a_damaged_file_is_refused_or_still_right(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int
) -> None:
    file = tmp_path_factory.mktemp("chain") / "keychain"
    PassphraseKeychain(file, "right", WORK).set("a", "secret")
    content = bytearray(file.read_bytes())
    content[position % len(content)] = byte
    file.write_bytes(content)
    try:
        found = PassphraseKeychain(file, "right", WORK).get("a")
    except ProfileError as error:
        found = "secret" if "secret" not in str(error) else str(error)
    assert found == "secret"


@given(content=st.binary(max_size=200))
def test_what_is_no_keychain_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("chain") / "keychain"
    file.write_bytes(content)
    with pytest.raises(ProfileError):
        PassphraseKeychain(file, "right", WORK).get("a")


def test_a_file_that_asks_for_endless_work_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keychain"
    PassphraseKeychain(file, "right", WORK).set("a", "secret")
    fields = json.loads(file.read_text()) | {"work": 2**30}
    file.write_text(json.dumps(fields))
    with pytest.raises(ProfileError, match="damaged"):
        PassphraseKeychain(file, "right", WORK).get("a")


def test_without_keychain_and_passphrase_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="LONGHAND_PASSPHRASE"):
        open_keychain(tmp_path, None)


def test_a_protected_profile_asks_for_its_passphrase(tmp_path: Path) -> None:
    PassphraseKeychain(tmp_path / "keychain", "right", WORK).set("a", "secret")
    with pytest.raises(WrongPassphrase, match="LONGHAND_PASSPHRASE"):
        open_keychain(tmp_path, "")


class Shelf(KeyringBackend):
    """A backend of the real library that keeps secrets in memory; `broken` ones raise as D-Bus does."""

    priority = 1.0

    def __init__(self, broken: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.broken = broken
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise RuntimeError(f"item {username} is locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(autouse=True)
def _restore() -> object:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_the_system_keychain_keeps_profiles_apart(tmp_path: Path, shelf: Shelf) -> None:
    keyring.set_keyring(shelf)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = open_keychain(tmp_path / "one", None), open_keychain(tmp_path / "two", None)
    one.set("database", "1")
    two.set("database", "2")
    assert open_keychain(tmp_path / "one", None).get("database") == "1"
    one.delete("database")
    one.delete("database")
    assert (one.get("database"), two.get("database")) == (None, "2")


def test_a_moved_profile_finds_its_secrets(tmp_path: Path, shelf: Shelf) -> None:
    keyring.set_keyring(shelf)
    (tmp_path / "here").mkdir()
    open_keychain(tmp_path / "here", None).set("database", "1")
    (tmp_path / "here").rename(tmp_path / "there")
    assert open_keychain(tmp_path / "there", None).get("database") == "1"


def test_a_broken_keychain_is_one_clear_sentence() -> None:
    keyring.set_keyring(Shelf(broken=True))
    with pytest.raises(ProfileError, match="did not answer") as caught:
        SystemKeychain("id").get("account-ann")
    assert "account-ann" not in str(caught.value)
    assert caught.value.__cause__ is None


class Small(KeyringBackend):
    """Holds what Windows holds of a secret, in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert len(password) <= 1280
        self.held[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[username]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    made = Small()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    return made


@pytest.mark.parametrize(
    "lengths", [(10,), (1000, 1001), (5000, 2500), (2500, 10), (10, 5000, 0), (2500, 2500)]
)
def test_long_secrets_fit_into_a_small_keychain(small: Small, lengths: tuple[int, ...]) -> None:
    chain = SystemKeychain("id")
    for length in lengths:
        secret = "".join(chr(65 + number % 26) for number in range(length))
        chain.set("account-1", secret)
        assert chain.get("account-1") == secret
        assert len(small.held) == (1 if length <= 1000 else 1 + -(-length // 1000))
    chain.delete("account-1")
    assert small.held == {}


def test_a_secret_that_looks_like_a_mark(small: Small) -> None:
    chain = SystemKeychain("id")
    chain.set("account-1", "longhand-pieces:3")
    assert chain.get("account-1") == "longhand-pieces:3"
    small.held["account-2"] = "longhand-pieces:2"  # its pieces are gone
    assert chain.get("account-2") is None
