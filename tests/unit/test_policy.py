"""The firm's policy file: nothing opens what it means to shut."""

from pathlib import Path

import pytest

from core.errors import ModelError
from core.privacy.policy import Policy, load_policy, policy_path


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_without_a_file_all_is_allowed(tmp_path: Path) -> None:
    assert load_policy(tmp_path / "none.toml").allows("api.example.com")


def test_cloud_can_be_switched_off(tmp_path: Path) -> None:
    off = policy(tmp_path, "cloud = false\n")
    assert not off.allows("api.example.com")
    assert not off.allows("127.0.0.1")
    with pytest.raises(ModelError, match="policy allows no"):
        off.check("api.example.com")


def test_one_host_can_be_let_through(tmp_path: Path) -> None:
    own = policy(tmp_path, 'cloud_hosts = ["LLM.firm.example"]\n')
    assert own.allows("llm.firm.example")
    for other in ("api.example.com", "llm.firm.example.evil.example", "firm.example"):
        with pytest.raises(ModelError, match="does not allow this"):
            own.check(other)


@pytest.mark.parametrize(
    "text",
    [
        "cloud = ",
        "cloud = 'no'",
        "cloud = 0",
        "cloud_hosts = 'x'",
        "cloud_hosts = [1]",
        "clowd = false",
        "[cloud]\nallowed = false",
        "updates = 'no'",
        "\x00",
    ],
)
def test_what_is_not_understood_shuts(tmp_path: Path, text: str) -> None:
    damaged = policy(tmp_path, text)
    with pytest.raises(ModelError, match="administrator"):
        damaged.check("api.example.com")


def test_new_versions_can_be_left_to_the_firm(tmp_path: Path) -> None:
    assert load_policy(tmp_path / "none.toml").allows_updates
    assert policy(tmp_path, "cloud = false\n").allows_updates
    assert not policy(tmp_path, "updates = false\n").allows_updates
    assert not policy(tmp_path, "updates = 0\n").allows_updates


def test_the_firms_client_ids(tmp_path: Path) -> None:
    made = policy(tmp_path, '[sign_in."Outlook.Office365.com"]\nclient_id = "of-the-firm"\n')
    assert made.sign_in == {"outlook.office365.com": {"client_id": "of-the-firm"}}
    assert made.allows("api.example.com")
    for wrong in (
        "sign_in = 1",
        "[sign_in.host]",
        "[sign_in.host]\nclient_id = 1",
        "[sign_in.host]\nid = 'x'",
    ):
        assert policy(tmp_path, wrong).damaged


def test_a_file_that_cannot_be_read_shuts(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").mkdir()
    assert load_policy(tmp_path / "policy.toml").damaged


def test_the_users_environment_does_not_move_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = policy_path()
    for name in ("HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "PROGRAMDATA", "LONGHAND_HOME"):
        monkeypatch.setenv(name, "/elsewhere")
    assert policy_path() == before
