"""Keeps every test away from the person who runs it: no real profile, home folder, keychain or display."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).parent.parent

settings.register_profile("longhand", deadline=None, print_blob=True)
settings.load_profile("longhand")


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the whole session, so that fixtures of any scope, and every child they start, see it too."""
    away = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(away))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA"):
            patch.setenv(name, str(away / name.lower()))
        patch.setenv("QT_QPA_PLATFORM", "offscreen")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name in ("DBUS_SESSION_BUS_ADDRESS", "LONGHAND_PASSPHRASE", "OPENAI_API_KEY"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def profile_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """LONGHAND_HOME of this test: a folder of its own that does not exist yet."""
    home = tmp_path / "profile"
    monkeypatch.setenv("LONGHAND_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Mail of other projects and people, beside the checkout; no part of Longhand."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder of test corpora (../shared) beside the checkout")
    return folder
