"""A profile's key and folders are made once, for the user alone; a lost key is told and not replaced."""

import stat
from pathlib import Path

import pytest

from core.errors import ProfileError
from core.privacy.keychain import PassphraseKeychain
from core.store.jobs import JobRepository
from core.store.opening import open_database
from core.store.paths import Profile


def chain(path: Path) -> PassphraseKeychain:
    return PassphraseKeychain(path, "right", 16)


def test_longhand_home_decides_where_a_profile_lies(tmp_path: Path) -> None:
    assert Profile.locate({"LONGHAND_HOME": str(tmp_path)}).database == tmp_path / "longhand.db"
    assert Profile.locate({"LONGHAND_HOME": "~/mail"}).home == Path.home() / "mail"
    assert "longhand" in str(Profile.locate({}).home).lower()


def test_the_folders_are_for_the_user_alone(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "a" / "profile")
    profile.create()
    profile.create()
    for folder in (profile.home, profile.models, profile.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProfileError, match="cannot be made"):
        Profile(tmp_path / "file" / "profile").create()


def test_a_profile_opens_again_with_the_key_it_made(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "profile")
    profile.create()
    keys = chain(profile.home / "keychain")
    with open_database(profile, keys) as database:
        JobRepository(database).set("learn", 1)
    key = keys.get("database")
    assert key is not None
    assert len(bytes.fromhex(key)) == 32
    with open_database(profile, chain(profile.home / "keychain")) as database:
        assert JobRepository(database).get("learn", int) == 1


@pytest.mark.parametrize("held", [None, "no key", "abcd"])
def test_a_lost_key_is_told_and_not_replaced(tmp_path: Path, held: str | None) -> None:
    profile = Profile(tmp_path / "profile")
    profile.create()
    keys = chain(profile.home / "keychain")
    open_database(profile, keys).close()
    keys.delete("database")
    if held is not None:
        keys.set("database", held)
    before = profile.database.read_bytes()
    with pytest.raises(ProfileError, match="key"):
        open_database(profile, keys)
    assert profile.database.read_bytes() == before
    assert keys.get("database") == held


def test_two_profiles_have_two_keys(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        profile = Profile(tmp_path / name)
        profile.create()
        own = chain(profile.home / "keychain")
        open_database(profile, own).close()
        keys.append(own.get("database"))
    assert keys[0] != keys[1]
