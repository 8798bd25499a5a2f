"""What the firm that set this machine up allows: a file that the user of the machine cannot change."""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from core.errors import ModelError


@dataclass(frozen=True)
class Policy:
    """`cloud`: whether mail may be sent to a model service at all. `cloud_hosts`: to these alone, where there
    are any (a firm's own server). `updates`: whether to ask for new versions. `sign_in`: by the name of a
    mail server, under which client id the firm's people sign in on its provider's web page ('client_id', and
    where it is not the usual page 'authorize', 'token' and 'scope'). `damaged`: the file cannot be read, so
    nothing is allowed."""

    cloud: bool = True
    cloud_hosts: tuple[str, ...] = ()
    damaged: bool = False
    sign_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    updates: bool = True

    @property
    def allows_updates(self) -> bool:
        return not self.damaged and self.updates

    def allows(self, host: str) -> bool:
        return not self.damaged and self.cloud and (not self.cloud_hosts or host.lower() in self.cloud_hosts)

    def check(self, host: str) -> None:
        """Raises ModelError where mail must not be sent to `host`."""
        if self.damaged:
            raise ModelError(
                "The policy file of this machine cannot be read, so no model service may be used; tell your"
                " administrator."
            )
        if not self.cloud:
            raise ModelError("Your firm's policy allows no model service; choose a model on this machine.")
        if not self.allows(host):
            raise ModelError(
                "Your firm's policy does not allow this model service; see 'longhand models cloud'."
            )


def policy_path() -> Path:
    """Where only an administrator writes. No variable of the environment moves it: its user sets those."""
    if sys.platform == "win32":
        return Path(PureWindowsPath("C:/ProgramData/Longhand/policy.toml"))
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Longhand/policy.toml")
    return Path("/etc/longhand/policy.toml")


def load_policy(path: Path) -> Policy:
    """Everything is allowed where there is no file, and nothing where there is one that is not understood: a
    slip of the pen must not open what was meant to be shut."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError):
        return Policy(damaged=True)
    cloud, hosts = values.pop("cloud", True), values.pop("cloud_hosts", [])
    sound = isinstance(cloud, bool) and isinstance(hosts, list) and all(isinstance(one, str) for one in hosts)
    sign_in, updates = values.pop("sign_in", {}), values.pop("updates", True)
    if values or not sound or not isinstance(updates, bool) or not _is_sign_in(sign_in):
        return Policy(damaged=True)
    clients = {host.lower(): client for host, client in sign_in.items()}
    return Policy(cloud, tuple(one.lower() for one in hosts), sign_in=clients, updates=updates)


def _is_sign_in(value: object) -> bool:
    known = {"client_id", "secret", "authorize", "token", "scope"}
    return isinstance(value, dict) and all(
        isinstance(client, dict)
        and "client_id" in client
        and set(client) <= known
        and all(isinstance(one, str) for one in client.values())
        for client in value.values()
    )
