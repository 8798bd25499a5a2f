"""Children get no secrets and stay offline; everything else of the environment reaches them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.privacy.environment import child_environment


@pytest.mark.parametrize(
    "name",
    [
        "LONGHAND_PASSPHRASE",
        "OPENAI_API_KEY",
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "IMAP_PASSWORD",
        "github_token",
        "DBUS_SESSION_BUS_ADDRESS",
        "SSH_AUTH_SOCK",
    ],
)
def test_secrets_stay_with_the_parent(name: str) -> None:
    assert name not in child_environment({name: "x", "PATH": "/bin"})


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "KEYBOARD", "TOKENIZERS_THREADS"]
)
def test_the_rest_is_handed_on(name: str) -> None:
    assert child_environment({name: "x"})[name] == "x"


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=10)))
def test_offline_whatever_the_parent_has(current: dict[str, str]) -> None:
    made = child_environment({**current, "HF_HUB_OFFLINE": "0", "TOKENIZERS_PARALLELISM": "true"})
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_TELEMETRY"):
        assert made[name] == "1"
    assert (made["TOKENIZERS_PARALLELISM"], made["OMP_WAIT_POLICY"]) == ("false", "PASSIVE")
