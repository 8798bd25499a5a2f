"""What Longhand's makers say of its newest version: a few lines of JSON, signed (Ed25519), with a serial and
a last day, so that an older statement given again, and a newer one held back, are noticed.

`scripts/release_statement.py` makes and signs one; docs/releasing.md tells how.
"""

import re
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from core.errors import UpdatesError
from core.updates import sentences

if TYPE_CHECKING:  # late: the library takes a while, and is wanted once a day at most
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LARGEST = 8_000  # bytes of a whole statement
LONGEST = timedelta(days=100)  # that one may hold: how long news can be held back unnoticed
_CLOCKS = timedelta(days=1)  # by which clocks may differ
# Before what is signed: a signature by the same key under anything else is none of a statement.
_PREFIX = b"Longhand statement of versions 1\n"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`serial` grows with each; it holds from `issued` until `expires`; `page` tells of `version`."""

    serial: Annotated[int, msgspec.Meta(ge=1)]
    issued: Moment
    expires: Moment
    version: Annotated[str, msgspec.Meta(pattern=r"^\d{1,4}(\.\d{1,4}){1,3}$")]
    page: Annotated[str, msgspec.Meta(pattern=r"^https://[!-~]{4,300}$")]


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The statement stands as text: what is checked are its very letters."""

    statement: str
    signature: str


def sign(statement: Statement, key: "Ed25519PrivateKey") -> bytes:
    """As it is to be served. Raises ValueError for one that would not be taken."""
    text = msgspec.json.format(msgspec.json.encode(statement)).decode()
    if not timedelta(0) < statement.expires - statement.issued <= LONGEST:
        raise ValueError(f"a statement holds for at most {LONGEST.days} days")
    signature = b64encode(key.sign(_PREFIX + text.encode())).decode()
    return msgspec.json.format(msgspec.json.encode(_Signed(text, signature))) + b"\n"


def read(content: bytes, key: bytes, now: datetime) -> Statement:
    """As `opened`; raises UpdatesError, too, for a statement that does not hold now."""
    found = opened(content, key)
    if found.expires < now or found.issued > now + _CLOCKS or found.expires - found.issued > LONGEST:
        raise UpdatesError(sentences.EXPIRED)
    return found


def opened(content: bytes, key: bytes) -> Statement:
    """Whatever day it is for. `key`: the 32 bytes of a public one. Raises UpdatesError for what is not signed
    by it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signed = msgspec.json.decode(content, type=_Signed)
        text = signed.statement.encode()
        public = Ed25519PublicKey.from_public_bytes(key)
        public.verify(b64decode(signed.signature, validate=True), _PREFIX + text)
        return msgspec.json.decode(text, type=Statement)
    except InvalidSignature:
        raise UpdatesError(sentences.UNSIGNED) from None
    except ValueError:  # msgspec's errors are such, and those of base64
        raise UpdatesError(sentences.NO_STATEMENT) from None


def is_newer(version: str, than: str) -> bool:
    """By their numbers: '0.10' is newer than '0.9.2', and '0.2' the same as '0.2.0'."""
    return _numbers(version) > _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(one) for one in found.group().split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
