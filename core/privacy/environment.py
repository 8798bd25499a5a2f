"""The environment of child processes: no secrets, no hub, no telemetry, and quiet waiting threads."""

import os
import re
from collections.abc import Mapping

_SECRET = re.compile(
    r"(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|SECRETS|TOKEN|CREDENTIAL|CREDENTIALS|(API|ACCESS|PRIVATE)_?KEY)(_|$)",
    re.IGNORECASE,
)
# Ways to the keychain and to other programs' keys.
_DOORS = frozenset({"DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "GPG_AGENT_INFO", "GNOME_KEYRING_CONTROL"})
_SET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "DISABLE_TELEMETRY": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning OpenMP threads starve the app on two cores
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
}


def child_environment(current: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`current` less everything that looks like a secret, plus what keeps libraries offline."""
    kept = {
        name: value
        for name, value in current.items()
        if name not in _DOORS and (not _SECRET.search(name) or name in _SET)
    }
    return {**kept, **_SET}
