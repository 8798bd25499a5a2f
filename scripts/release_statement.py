"""Makes the signed statement by which Longhand tells its users of a new version, for the maintainer:

    python scripts/release_statement.py key KEYFILE
    python scripts/release_statement.py sign KEYFILE FILE --version 0.2.0 --page https://... --serial 7

`key` makes a key, which stays with the maintainer, and prints its public half for core/updates/desk.py.
`sign` writes FILE as it is to be served, once the program's own check takes it. See docs/releasing.md.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import Known
from core.privacy.files import write_private
from core.updates import desk
from core.updates.statement import Statement, opened, read, sign


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(required=True)
    key = what.add_parser("key", help="make a key")
    key.add_argument("key", type=Path, metavar="KEYFILE")
    key.set_defaults(act=_key)
    made = what.add_parser("sign", help="make and sign a statement")
    made.add_argument("key", type=Path, metavar="KEYFILE")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--version", required=True, help="the newest version there is")
    made.add_argument("--page", required=True, help="its page, https")
    made.add_argument("--serial", type=int, required=True, help="higher than that of any statement before")
    made.add_argument("--days", type=int, default=45, help="how long it holds (45)")
    made.set_defaults(act=_sign)
    given = parser.parse_args(arguments)
    try:
        given.act(given)
    except (Known, OSError, ValueError) as error:
        sys.exit(str(error))


def _key(given: argparse.Namespace) -> None:
    if given.key.exists():
        sys.exit(f"There is a file {given.key} already; it is left as it is.")
    key = Ed25519PrivateKey.generate()
    secret = _passphrase("Passphrase for the new key: ")
    if sys.stdin.isatty() and _passphrase("Once more: ") != secret:
        sys.exit("The two were not the same; no key was made.")
    how = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    write_private(
        given.key, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    )
    _say(_raw(key.public_key()).hex())


def _sign(given: argparse.Namespace) -> None:
    key = _load(given.key)
    now = datetime.now(UTC).replace(microsecond=0)
    if given.file.exists():
        earlier = opened(given.file.read_bytes(), _raw(key.public_key()))
        if given.serial <= earlier.serial:
            sys.exit(f"{given.file} has serial {earlier.serial} already; take a higher one.")
    until = now + timedelta(days=given.days)
    content = sign(Statement(given.serial, now, until, given.version, given.page), key)
    made = read(content, _raw(key.public_key()), now)
    if _raw(key.public_key()) != desk.OURS.key:
        sys.exit("No statement was written: the program knows another key (OURS in core/updates/desk.py).")
    given.file.write_bytes(content)
    _say(f"{given.file}: version {made.version}, serial {made.serial}, holds until {made.expires:%Y-%m-%d}")


def _load(path: Path) -> Ed25519PrivateKey:
    content = path.read_bytes()
    secret = _passphrase("Passphrase of the key: ") if b"ENCRYPTED" in content else None
    try:
        key = serialization.load_pem_private_key(content, secret or None)
    except (ValueError, TypeError):
        sys.exit("The key cannot be read; is this its file and its passphrase?")
    if not isinstance(key, Ed25519PrivateKey):
        sys.exit("This is no Ed25519 key.")
    return key


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _passphrase(asked: str) -> bytes:
    """Typed unseen, or a line of standard input; may be empty."""
    given = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return given.encode()


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


if __name__ == "__main__":
    main()
