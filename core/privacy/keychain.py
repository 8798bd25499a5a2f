"""Where secrets lie: the system's keychain, or one file under a passphrase where there is none.

The file holds all secrets as one AES-GCM box; its key is made from the passphrase by scrypt.
"""

import base64
import json
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import NoKeychain, ProfileError, WrongPassphrase
from core.privacy.files import write_private

_FORMAT = "longhand-keychain-1"
_WORK = 2**16  # scrypt's n: 64 MiB and about 0.2 s
_MOST_WORK = 2**18  # a file that asks for more was not written by us
_SERVICE = "Longhand"
_PIECE = 1000  # characters; Windows holds 1280 in one entry, and tokens may be longer
_PIECES = "longhand-pieces:"


class Keychain(Protocol):
    """Named secrets. Every method may raise ProfileError."""

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, secret: str) -> None: ...
    def delete(self, name: str) -> None: ...


def open_keychain(home: Path, passphrase: str | None) -> Keychain:
    """The passphrase's file where a passphrase is given, the system's keychain otherwise. Raises
    WrongPassphrase, or NoKeychain where there is neither keychain nor passphrase."""
    file = home / "keychain"
    if passphrase:
        chain = PassphraseKeychain(file, passphrase)
        chain.check()
        return chain
    if file.exists():
        raise WrongPassphrase("This profile is protected by a passphrase; set LONGHAND_PASSPHRASE to it.")
    return SystemKeychain(_profile_id(home))


class SystemKeychain:
    """Over the library keyring; `profile_id` keeps the secrets of several profiles apart."""

    def __init__(self, profile_id: str) -> None:
        # Imported here: it looks through all installed packages for backends, which takes a while.
        import keyring
        import keyring.backends.fail
        import keyring.backends.null

        self._service = f"{_SERVICE} {profile_id}"
        self._backend = keyring.get_keyring()
        unusable = (keyring.backends.fail.Keyring, keyring.backends.null.Keyring)
        if isinstance(self._backend, unusable):
            raise NoKeychain(
                "This system has no keychain; set LONGHAND_PASSPHRASE to a passphrase of your choice "
                "to protect the profile with it."
            )

    def get(self, name: str) -> str | None:
        held = self._get(name)
        if held is None or not held.startswith(_PIECES):
            return held
        pieces = [self._get(one) for one in _piece_names(name, held)]
        return None if None in pieces else "".join(filter(None, pieces))

    def set(self, name: str, secret: str) -> None:
        before = self._get(name) or ""
        if len(secret) <= _PIECE and not secret.startswith(_PIECES):
            self._set(name, secret)
        else:
            pieces = [secret[start : start + _PIECE] for start in range(0, len(secret), _PIECE)]
            told = f"{_PIECES}{len(pieces)}"
            for one, piece in zip(_piece_names(name, told), pieces, strict=True):
                self._set(one, piece)
            self._set(name, told)
        now = self._get(name) or ""
        for one in set(_piece_names(name, before)) - set(_piece_names(name, now)):
            self._delete(one)

    def delete(self, name: str) -> None:
        held = self._get(name)
        if held is not None:
            for one in (name, *_piece_names(name, held)):
                self._delete(one)

    def _get(self, name: str) -> str | None:
        with _keychain_errors():
            return self._backend.get_password(self._service, name)

    def _set(self, name: str, secret: str) -> None:
        with _keychain_errors():
            self._backend.set_password(self._service, name, secret)

    def _delete(self, name: str) -> None:
        if self._get(name) is not None:
            with _keychain_errors():
                self._backend.delete_password(self._service, name)


def _piece_names(name: str, held: str) -> list[str]:
    """Where the pieces of a secret lie, of which `held` stands under its own name."""
    count = held.removeprefix(_PIECES)
    known = held.startswith(_PIECES) and count.isascii() and count.isdigit()
    return [f"{name}/{number}" for number in range(int(count))] if known else []


class PassphraseKeychain:
    """Secrets in one file, readable with the passphrase alone; made at the first `set`. Every call
    raises WrongPassphrase where the passphrase does not fit, ProfileError where the file is damaged."""

    def __init__(self, path: Path, passphrase: str, work: int = _WORK) -> None:
        self._path = path
        # The same accented letter can reach us in two spellings, by keyboard and by system.
        self._passphrase = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
        self._work = work
        self._keys: dict[_Lid, bytes] = {}  # scrypt is slow by design: once a lid

    def get(self, name: str) -> str | None:
        return self._load()[1].get(name)

    def set(self, name: str, secret: str) -> None:
        lid, held = self._load()
        self._save(lid, {**held, name: secret})

    def delete(self, name: str) -> None:
        lid, held = self._load()
        if name in held:
            self._save(lid, {other: secret for other, secret in held.items() if other != name})

    def check(self) -> None:
        """Raises WrongPassphrase now rather than at the first secret."""
        self._load()

    def _load(self) -> tuple["_Lid", dict[str, str]]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return _Lid(self._work, secrets.token_bytes(16)), {}
        except OSError:
            raise ProfileError("The keychain file cannot be read; check its permissions.") from None
        # Imported here and below: most profiles use the system's keychain and start without it.
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        lid, nonce, box = _unpack(content)
        try:
            plain = AESGCM(self._key(lid)).decrypt(nonce, box, lid.label)
        except InvalidTag:
            raise WrongPassphrase(
                "The passphrase does not open this profile, or its keychain file is damaged; "
                "check LONGHAND_PASSPHRASE and try again."
            ) from None
        held: dict[str, str] = json.loads(plain)
        return lid, held

    def _save(self, lid: "_Lid", held: dict[str, str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        box = AESGCM(self._key(lid)).encrypt(nonce, json.dumps(held).encode(), lid.label)
        _write(self._path, _pack(lid, nonce, box))

    def _key(self, lid: "_Lid") -> bytes:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        if lid not in self._keys:
            self._keys[lid] = Scrypt(salt=lid.salt, length=32, n=lid.work, r=8, p=1).derive(self._passphrase)
        return self._keys[lid]


@dataclass(frozen=True)
class _Lid:
    """What scrypt needs beside the passphrase; authenticated with the box."""

    work: int
    salt: bytes

    @property
    def label(self) -> bytes:
        return f"{_FORMAT} {self.work} {self.salt.hex()}".encode()


def _pack(lid: _Lid, nonce: bytes, box: bytes) -> bytes:
    fields = {
        "format": _FORMAT,
        "work": lid.work,
        "salt": _text(lid.salt),
        "nonce": _text(nonce),
        "box": _text(box),
    }
    return json.dumps(fields, indent=1).encode() + b"\n"


def _unpack(content: bytes) -> tuple[_Lid, bytes, bytes]:
    """Raises ProfileError for anything `_pack` would not have made."""
    try:
        fields = json.loads(content)
        work = fields["work"]
        salt, nonce, box = (
            base64.b64decode(fields[name], validate=True) for name in ("salt", "nonce", "box")
        )
        known = fields["format"] == _FORMAT and len(salt) == 16 and len(nonce) == 12 and len(box) >= 16
        sane = type(work) is int and 2 <= work <= _MOST_WORK and work.bit_count() == 1
    except (ValueError, KeyError, TypeError, RecursionError):
        known = sane = False
    if not (known and sane):
        raise ProfileError("The keychain file is damaged; restore it from a backup of the profile folder.")
    return _Lid(work, salt), nonce, box


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _write(path: Path, content: bytes) -> None:
    try:
        write_private(path, content)
    except OSError:
        raise ProfileError(
            "The profile folder cannot be written to; check its permissions and the room on disk."
        ) from None


def _profile_id(home: Path) -> str:
    """A random name kept in the folder, so that a profile that is moved finds its secrets again."""
    file = home / "profile-id"
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        made = secrets.token_hex(8)
        _write(file, made.encode())
        return made
    except (OSError, UnicodeDecodeError):
        raise ProfileError("The profile folder cannot be read; check its permissions.") from None


@contextmanager
def _keychain_errors() -> Iterator[None]:
    """Their own errors (D-Bus, Keychain Services) may name items: none of their text goes on."""
    try:
        yield
    except Exception:  # noqa: BLE001 - every backend has errors of its own
        raise ProfileError(
            "The system's keychain did not answer; unlock it and try again, or set LONGHAND_PASSPHRASE."
        ) from None
