"""The user's settings: typed and frozen here, a commented TOML file on disk. No secret is ever here."""

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from core.errors import InputError, ProfileError
from core.privacy.files import write_private

Megabytes = Annotated[int, msgspec.Meta(ge=256, le=4_000_000)]
Threads = Annotated[int, msgspec.Meta(ge=0, le=512)]
Tokens = Annotated[int, msgspec.Meta(ge=16, le=8192)]
Temperature = Annotated[float, msgspec.Meta(ge=0.0, le=2.0)]
Seconds = Annotated[float, msgspec.Meta(ge=1.0, le=86_400.0)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Mails = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
Monthly = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Many = Annotated[int, msgspec.Meta(ge=8, le=100_000)]


@dataclass(frozen=True)
class LargeModel:
    """Which model writes: one of the catalogue by name, a GGUF file by path, or the cloud."""

    source: Literal["catalogue", "file", "cloud"] = "catalogue"
    name: str = "mini-large"


@dataclass(frozen=True)
class SmallModel:
    """The base of the preference agent. `thinking`: it thinks before its rules (slower)."""

    name: str = "mini-small"
    thinking: bool = False


@dataclass(frozen=True)
class Limits:
    """What the models may take. 0 threads: as many as the machine has cores."""

    memory_mb: Megabytes = 3000
    threads: Threads = 0
    idle_seconds: Seconds = 300.0


@dataclass(frozen=True)
class Drafting:
    """`examples`: at most so many of the user's own replies stand in a few-shot prompt. `ahead`: replies are
    written before they are asked for, while the computer has nothing else to do and is plugged in."""

    max_tokens: Tokens = 400
    temperature: Temperature = 0.0
    examples: Count = 3
    ahead: bool = False


@dataclass(frozen=True)
class Learning:
    """So many examples are made at most (about a hundred serve as well as thousands), and a new adapter is
    judged by so many replies. `on_battery`: go on while the computer runs on its battery."""

    examples: Many = 120
    gate: Many = 40
    automatic: bool = False
    on_battery: bool = False


@dataclass(frozen=True)
class Cloud:
    """A model service; its key lies in the keychain. Off until the user turns it on, and then for the
    `accounts` (own addresses) they named. `redact`: names, addresses, numbers and the user's own `words` go
    as placeholders. 0 requests or tokens a month: no limit."""

    enabled: bool = False
    service: Literal["openai", "anthropic"] = "openai"
    base_url: str = ""
    model: str = ""
    accounts: tuple[str, ...] = ()
    redact: bool = True
    words: tuple[str, ...] = ()
    monthly_requests: Monthly = 0
    monthly_tokens: Monthly = 0


@dataclass(frozen=True)
class Download:
    """Where models come from: the hub or a mirror of it, and by way of which HTTP proxy (none where
    empty)."""

    hub: str = "https://huggingface.co"
    proxy: str = ""


@dataclass(frozen=True)
class SyncLimits:
    """What is fetched of a mailbox, 0 for no limit: mail of the last `days`, the newest `messages` of each
    folder."""

    days: Days = 0
    messages: Mails = 0


@dataclass(frozen=True)
class Watch:
    """New mail is looked for every so many `minutes` while the window is open, 0 for never; `on_battery`:
    while the computer runs on its battery, too."""

    minutes: Minutes = 0
    on_battery: bool = False


@dataclass(frozen=True)
class Exclude:
    """Never synced, never learned from."""

    folders: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewVersions:
    """`tell`: ask once a day whether there is a newer Longhand. Off until the user turns it on."""

    tell: bool = False


@dataclass(frozen=True)
class Settings:
    large: LargeModel = field(default_factory=LargeModel)
    small: SmallModel = field(default_factory=SmallModel)
    limits: Limits = field(default_factory=Limits)
    drafting: Drafting = field(default_factory=Drafting)
    learning: Learning = field(default_factory=Learning)
    cloud: Cloud = field(default_factory=Cloud)
    download: Download = field(default_factory=Download)
    exclude: Exclude = field(default_factory=Exclude)
    sync: SyncLimits = field(default_factory=SyncLimits)
    watch: Watch = field(default_factory=Watch)
    updates: NewVersions = field(default_factory=NewVersions)


def load(path: Path) -> Settings:
    """The defaults where there is no file. Raises InputError naming the line or the key at fault."""
    return from_mapping(_read(path)[1])


def save(path: Path, settings: Settings) -> None:
    """Writes what changed and leaves the user's comments and order alone. Raises InputError for
    settings that `load` would refuse, ProfileError where the file cannot be written."""
    wanted = plain(settings)
    from_mapping(wanted)
    text, values = _read(path)
    from_mapping(values)  # what the user broke is for them to mend, not to be written over
    import tomlkit  # here alone: reading settings happens at every start, and needs no comments

    document = tomlkit.parse(text)
    for name, section in wanted.items():
        table = document.setdefault(name, tomlkit.table())
        for key, value in section.items():
            if key not in table or table[key] != value:
                table[key] = value
    _write(path, tomlkit.dumps(document))


def plain(settings: Settings) -> dict[str, dict[str, Any]]:
    """The settings as TOML has them: tables of plain values."""
    return {
        section.name: {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in dataclasses.asdict(getattr(settings, section.name)).items()
        }
        for section in dataclasses.fields(settings)
    }


def from_mapping(values: Mapping[str, Any]) -> Settings:
    """Raises InputError naming the key of an unknown or bad value, never the value."""
    _refuse_unknown(values, Settings, "")
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise InputError(_sentence(error)) from None
    cloud, download = settings.cloud, settings.download
    addresses = {
        "cloud.base_url": cloud.base_url,
        "download.hub": download.hub or "nowhere",
        "download.proxy": download.proxy,
    }
    for key, url in addresses.items():
        if url and (not url.startswith(("https://", "http://")) or "@" in url):
            raise InputError(
                f"In settings.toml, {key} must be an http(s) address without a user or password."
            )
    if cloud.enabled and not (cloud.model and (cloud.base_url or cloud.service == "anthropic")):
        raise InputError("In settings.toml, cloud.enabled needs cloud.base_url and cloud.model.")
    return settings


def _refuse_unknown(values: Mapping[str, Any], kind: Any, above: str) -> None:
    known = {one.name: one for one in dataclasses.fields(kind)}
    for key, value in values.items():
        if key not in known:
            raise InputError(
                f"settings.toml has an unknown key, {above}{key}; remove it or correct its name."
            )
        inner = known[key].type
        if dataclasses.is_dataclass(inner) and isinstance(value, Mapping):
            _refuse_unknown(value, inner, f"{above}{key}.")


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec says "Expected `int`, got `str` - at `$.drafting.max_tokens`"; what was got is left out
    where it could be the value itself."""
    told, _, where = str(error).rpartition(" - at `$")
    key = where.strip("`.").replace("[...]", "")
    expected = told.partition(", got")[0].replace("Expected", "expected")
    if told.startswith("Invalid enum value"):
        expected = "not one of the values it can have"
    return f"In settings.toml, {key or 'the file'} cannot be used: {expected}."


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """The file as text and as values; both empty where there is none."""
    try:
        text = path.read_text("utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        return "", {}
    except OSError:
        raise ProfileError("settings.toml cannot be read; check its permissions.") from None
    except UnicodeDecodeError:
        raise InputError("settings.toml is not UTF-8 text; save it as UTF-8 and try again.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line \d+", str(error))
        where = f" {line[0]}" if line else ""
        raise InputError(f"settings.toml is not valid TOML{where}; correct it and try again.") from None


def _write(path: Path, text: str) -> None:
    try:
        write_private(path, text.encode())
    except OSError:
        raise ProfileError(
            "settings.toml cannot be saved; check the folder's permissions and the room on disk."
        ) from None
